// What a vendor's error body says, out of the many shapes vendors wrap it in; reads words, decides nothing.
import { isObject, listOf, objectOf, parseJson, stringOf, type VendorObject } from "./vendor-json.ts";

/** The words of a refusal: lower-case codes to match on, and the sentence as the vendor wrote it. */
export interface RefusalWords {
  readonly status: number | undefined;
  /** Every code, type, status and reason that the body names, lower case, separated by spaces. */
  readonly codes: string;
  readonly message: string;
  /** The parameter the vendor names in a field of its own. */
  readonly parameter: string | undefined;
  readonly html: boolean;
}

/** Reads a body given as text (an HTTP refusal) or as an event of a stream. */
export function readRefusal(status: number | undefined, given: string | VendorObject): RefusalWords {
  const body = typeof given === "string" ? parseJson(given) : given;
  if (body === undefined || body === null || typeof body === "number") return plainText(status, stringOf(given));
  if (typeof body === "string") return plainText(status, body);
  const outer = objectOf(Array.isArray(body) ? body[0] : body);
  const error = innermost(outer);
  const metadata = objectOf(error.metadata);
  const inner = objectOf(error.innererror ?? error.inner_error);
  const result = objectOf(outer.base_resp);
  const codes = [
    error.code,
    error.type,
    error.status,
    inner.code,
    outer.code,
    outer.type,
    outer.object,
    result.status_code,
    metadata.error_type,
  ];
  const reasons = listOf(error.details).map((detail) => objectOf(detail).reason);
  const parameter = stringOf(error.param) || undefined;
  return {
    status: status !== undefined && status >= 400 ? status : statusIn([error.status_code, error.code, error.status, outer.status]),
    codes: [...codes, ...reasons, ...listOf(metadata.reasons)]
      .filter((code) => typeof code === "string" || typeof code === "number")
      .join(" ")
      .toLowerCase(),
    message: sentence(outer, error, metadata),
    parameter,
    html: false,
  };
}

/** `error` may be an object, a string, a list, or missing; FastAPI servers say `detail`, Cloudflare says `errors`. */
function innermost(outer: VendorObject): VendorObject {
  for (const inside of [outer.error, outer.detail, outer.errors].map(firstOf)) {
    if (isObject(inside)) return isObject(inside.error) ? inside.error : inside;
  }
  return outer;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function sentence(outer: VendorObject, error: VendorObject, metadata: VendorObject): string {
  const places = [error.message, error.msg, outer.error, outer.detail, outer.message, outer.msg, objectOf(outer.base_resp).status_msg];
  const own = places.map((place) => wordsIn(firstOf(place))).find((words) => words !== "") ?? "";
  // OpenRouter says "Provider returned error" and puts the provider's own words in `metadata.raw`.
  const upstream = wordsIn(metadata.raw);
  const where = listOf(error.loc)
    .filter((step) => typeof step === "string")
    .join(".");
  return [where, own, upstream].filter((words) => words !== "").join(": ") || JSON.stringify(outer).slice(0, 500);
}

/** A sentence, or an error object in its place: as an object (Mistral) or as JSON text (gateways that pass it on). */
function wordsIn(value: unknown): string {
  if (isObject(value)) return Object.keys(value).length === 0 ? "" : readRefusal(undefined, value).message;
  const text = stringOf(value).trim();
  const nested = text.startsWith("{") ? parseJson(text) : undefined;
  return isObject(nested) ? readRefusal(undefined, nested).message : text;
}

function statusIn(values: readonly unknown[]): number | undefined {
  for (const value of values) {
    const figure = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
    if (typeof figure === "number" && figure >= 400 && figure <= 599) return figure;
  }
  return undefined;
}

function plainText(status: number | undefined, text: string): RefusalWords {
  const html = /^\s*<(!doctype|html|\?xml|head|body)/i.test(text);
  const title = html ? /<title>([^<]*)/i.exec(text)?.[1]?.trim() : undefined;
  const message = html ? `a web page${title ? ` titled "${title}"` : ""}` : text.trim();
  return { status, codes: "", message, parameter: undefined, html };
}
