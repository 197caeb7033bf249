// Reading what vendors send: a field that is absent or of another type reads as nothing, never as an error.

export type VendorObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is VendorObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object itself, or an empty one. */
export function objectOf(value: unknown): VendorObject {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The string itself, or "". */
export function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** No request has a trillion tokens; a figure above is a mistake, and sums of such figures would lose digits. */
const MOST = 1e12;

/** A count that can be added and billed: a whole number of at least 0, or undefined. */
export function countOf(value: unknown): number | undefined {
  return typeof value === "number" && value <= MOST ? Math.max(0, Math.trunc(value)) : undefined;
}

/** JSON or undefined; a byte order mark and surrounding space are no part of it. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}
