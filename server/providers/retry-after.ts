// How long a vendor asks to wait, from headers, body and sentence, in milliseconds; never negative, never without end.
import { isObject, listOf, objectOf, stringOf, type VendorObject } from "./vendor-json.ts";

/** A longer wait is taken as a day, as health does: no daily quota needs more, and tomorrow the vendor is asked again. */
export const LONGEST_WAIT_MS = 24 * 3_600_000;

export interface WaitSources {
  readonly headers?: Headers;
  readonly body?: unknown;
  readonly message?: string;
  /** For dates where the vendor sends no `date` header of its own. */
  readonly nowMs: number;
}

/** The first source that names a wait above zero: the vendor's word for this refusal before its general limits. */
export function retryAfterMs(sources: WaitSources): number | undefined {
  const { headers, body, message = "" } = sources;
  const nowMs = headers ? (dateMs(headers.get("date")) ?? sources.nowMs) : sources.nowMs;
  const candidates = [
    () => numberMs(headers?.get("retry-after-ms"), 1),
    () => resetMs(headers?.get("retry-after"), nowMs),
    () => longest([retryInfo(body, nowMs), inSentence(message)]),
    () => exhaustedReset(headers, nowMs),
    () => bodyHeaderReset(body, nowMs),
  ];
  for (const candidate of candidates) {
    const waitMs = candidate();
    if (waitMs !== undefined && waitMs > 0) return Math.min(Math.ceil(waitMs), LONGEST_WAIT_MS);
  }
  return undefined;
}

function numberMs(value: string | null | undefined, unitMs: number): number | undefined {
  return value && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * unitMs : undefined;
}

function dateMs(value: string | null | undefined): number | undefined {
  if (!value || !/[a-z:]/i.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "6m0s", "2.502s", "120ms", "1h30m": OpenAI's and Groq's spelling, and Google's "48s". */
export function durationMs(text: string): number | undefined {
  const whole = text.trim();
  if (!/^(\d+(\.\d+)?(ms|[smhd])\s*)+$/.test(whole)) return undefined;
  let sum = 0;
  for (const [, figure, unit] of whole.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) sum += Number(figure) * (UNIT_MS[unit ?? ""] ?? 0);
  return sum;
}

/** google.rpc.RetryInfo, in `error.details`. */
function retryInfo(body: unknown, nowMs: number): number | undefined {
  const error = errorOf(body);
  for (const detail of listOf(error.details)) {
    if (isObject(detail) && stringOf(detail["@type"]).endsWith("RetryInfo")) return durationMs(stringOf(detail.retryDelay));
  }
  const seconds = objectOf(error.metadata).retry_after_seconds ?? error.retry_after ?? error.retry_after_seconds;
  return typeof seconds === "number" ? resetMs(String(seconds), nowMs) : undefined;
}

const WORD_UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milli)/i, 1],
  [/^s/i, 1000],
  [/^m/i, 60_000],
  [/^h/i, 3_600_000],
  [/^d/i, 86_400_000],
];

/** "Please try again in 2.502s", "retry in 48.9s", "try again in 1m23.5s", "retry after 20 seconds". */
function inSentence(message: string): number | undefined {
  const wait =
    /(?:try again|retry|wait|available again|resets?)(?:ing)?\s+(?:(?:in|after|for)\s+)?(?:about\s+)?([\d.]+\s*[a-z]+(?:\s*[\d.]+\s*[a-z]+)*)/i.exec(
      message,
    )?.[1];
  if (!wait) return undefined;
  let sum: number | undefined;
  for (const [, figure, word] of wait.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const unit = WORD_UNITS.find(([pattern]) => pattern.test(word ?? ""))?.[1];
    if (unit === undefined) break;
    sum = (sum ?? 0) + Number(figure) * unit;
  }
  return sum;
}

const LIMITS = ["requests", "tokens", "input-tokens", "output-tokens"];

/** The reset of a limit of which nothing remains: `x-ratelimit-*` (OpenAI family) and `anthropic-ratelimit-*`. */
function exhaustedReset(headers: Headers | undefined, nowMs: number): number | undefined {
  if (!headers) return undefined;
  const waits = LIMITS.flatMap((limit) => [
    { remaining: headers.get(`x-ratelimit-remaining-${limit}`), reset: headers.get(`x-ratelimit-reset-${limit}`) },
    { remaining: headers.get(`anthropic-ratelimit-${limit}-remaining`), reset: headers.get(`anthropic-ratelimit-${limit}-reset`) },
  ])
    .filter(({ remaining }) => remaining !== null && Number(remaining) === 0)
    .map(({ reset }) => resetMs(reset, nowMs));
  return longest([...waits, resetMs(headers.get("x-ratelimit-reset"), nowMs)]);
}

/** OpenRouter repeats the limit's headers inside the error: `error.metadata.headers`. */
function bodyHeaderReset(body: unknown, nowMs: number): number | undefined {
  const headers = objectOf(objectOf(errorOf(body).metadata).headers);
  const reset = headers["X-RateLimit-Reset"] ?? headers["x-ratelimit-reset"];
  return reset === undefined ? undefined : resetMs(String(reset), nowMs);
}

/** A reset is a duration, a date, seconds to go, or seconds or milliseconds since 1970; its size tells which. */
function resetMs(value: string | null | undefined, nowMs: number): number | undefined {
  if (!value) return undefined;
  const figure = numberMs(value, 1);
  if (figure === undefined) {
    const at = durationMs(value) === undefined ? dateMs(value) : undefined;
    return at === undefined ? durationMs(value) : at - nowMs;
  }
  if (figure > 1e12) return figure - nowMs;
  return figure > 1e9 ? figure * 1000 - nowMs : figure * 1000;
}

function errorOf(body: unknown): VendorObject {
  const outer = objectOf(Array.isArray(body) ? body[0] : body);
  return isObject(outer.error) ? outer.error : outer;
}

function longest(waits: readonly (number | undefined)[]): number | undefined {
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
