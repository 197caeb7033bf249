// Reads every way in which vendors write "how long": pure; a value that is not understood is null, never 0.

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const COMPOUND = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/;
const COMPOUND_TERM = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g;

/** Numbers above these are moments, not spans: seconds since 1970 passed 1e9 in 2001, milliseconds 1e12. */
const EPOCH_SECONDS_FROM = 1e9;
const EPOCH_MS_FROM = 1e12;

/**
 * Milliseconds from `now` on for "12", "0.5", "12ms", "6m0s", "1h2m3.5s", an RFC 3339 or HTTP date, or a Unix time
 * in seconds or milliseconds. A moment in the past is 0.
 */
export function parseWaitMs(text: string, now: Date): number | null {
  const value = text.trim();
  if (value === "") return null;
  if (/^\d+(\.\d+)?$/.test(value)) return numberToMs(Number(value), now);
  if (COMPOUND.test(value)) return compoundToMs(value);
  if (!/^[A-Z]|^\d{4}-\d{2}-\d{2}/.test(value)) return null;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now.getTime());
}

function numberToMs(value: number, now: Date): number {
  if (value >= EPOCH_MS_FROM) return Math.max(0, value - now.getTime());
  if (value >= EPOCH_SECONDS_FROM) return Math.max(0, value * 1000 - now.getTime());
  return value * 1000;
}

function compoundToMs(value: string): number {
  let ms = 0;
  for (const [, amount, unit] of value.matchAll(COMPOUND_TERM)) ms += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  return ms;
}
