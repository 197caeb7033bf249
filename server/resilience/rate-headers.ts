// What vendors' response headers say about their rate limits, as one table; pure, and silent about what a header does not say.
import { parseWaitMs } from "./duration.ts";

interface RateRow {
  readonly limit: string;
  readonly remaining: string;
  readonly reset?: string;
  /** Where no reset header exists: the window that the vendor's documentation states. */
  readonly windowMs?: number;
  /** Tokens or requests flow back all the time, or all at once when the window ends. */
  readonly refill: "continuous" | "window";
  readonly source: string;
}

/** Kept by header, not by vendor: gateways and compatible servers pass them on. Sources seen 2026-11-23. */
const RATE_ROWS: readonly RateRow[] = [
  ...["requests", "tokens", "project-tokens", "input-images"].map(
    (unit): RateRow => ({
      limit: `x-ratelimit-limit-${unit}`,
      remaining: `x-ratelimit-remaining-${unit}`,
      reset: `x-ratelimit-reset-${unit}`,
      refill: "continuous",
      source: "platform.openai.com/docs/guides/rate-limits; the same names at Azure, Groq (console.groq.com/docs/rate-limits) and xAI",
    }),
  ),
  ...["requests", "tokens", "input-tokens", "output-tokens"].map(
    (unit): RateRow => ({
      limit: `anthropic-ratelimit-${unit}-limit`,
      remaining: `anthropic-ratelimit-${unit}-remaining`,
      reset: `anthropic-ratelimit-${unit}-reset`,
      refill: "continuous",
      source: "docs.anthropic.com/en/api/rate-limits: RFC 3339, when fully replenished; token bucket",
    }),
  ),
  {
    limit: "x-ratelimit-limit-req-minute",
    remaining: "x-ratelimit-remaining-req-minute",
    windowMs: 60_000,
    refill: "window",
    source: "api.mistral.ai, recorded responses",
  },
  ...(["minute", "hour", "day"] as const).flatMap((window) =>
    ["requests", "tokens"].map(
      (unit): RateRow => ({
        limit: `x-ratelimit-limit-${unit}-${window}`,
        remaining: `x-ratelimit-remaining-${unit}-${window}`,
        reset: `x-ratelimit-reset-${unit}-${window}`,
        windowMs: { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[window],
        refill: "window",
        source: "inference-docs.cerebras.ai/support/rate-limits (with reset, seconds); api.mistral.ai, recorded (tokens-minute, no reset)",
      }),
    ),
  ),
  {
    limit: "x-ratelimit-limit",
    remaining: "x-ratelimit-remaining",
    reset: "x-ratelimit-reset",
    refill: "window",
    source: "api.together.xyz, recorded (seconds); openrouter.ai/docs/api/reference/limits (Unix milliseconds)",
  },
  {
    limit: "x-tokenlimit-limit",
    remaining: "x-tokenlimit-remaining",
    reset: "x-ratelimit-reset",
    refill: "window",
    source: "docs.together.ai/docs/rate-limits",
  },
  {
    limit: "ratelimit-limit",
    remaining: "ratelimit-remaining",
    reset: "ratelimit-reset",
    refill: "window",
    source: "draft-ietf-httpapi-ratelimit-headers-07",
  },
];

/** One limit as a response stated it: which share was left at `seenAtMs`, and when it is whole again. */
export interface RateShare {
  readonly share: number;
  readonly seenAtMs: number;
  readonly wholeAtMs: number;
  readonly refill: "continuous" | "window";
}

/** Without a reset header the share is forgotten after this; most windows are a minute. */
const ASSUMED_WINDOW_MS = 60_000;

/** A vendor's wait beyond a day is taken as a day: tomorrow it is asked again. */
const LONGEST_REST_MS = 86_400_000;

export function readRateShares(headers: Headers, now: Date): RateShare[] {
  if (!statesLimits(headers)) return [];
  const nowMs = now.getTime();
  const clock = vendorClock(headers, now);
  return RATE_ROWS.flatMap((row) => {
    const limit = numberIn(headers, row.limit);
    const remaining = numberIn(headers, row.remaining);
    if (limit === null || remaining === null || limit <= 0) return [];
    const resetMs = resetIn(headers, row, clock) ?? row.windowMs ?? ASSUMED_WINDOW_MS;
    const share = Math.min(1, Math.max(0, remaining / limit));
    return [{ share, seenAtMs: nowMs, wholeAtMs: nowMs + Math.min(resetMs, LONGEST_REST_MS), refill: row.refill }];
  });
}

/** Every row's names say so; most answers have none of them. */
function statesLimits(headers: Headers): boolean {
  for (const name of headers.keys()) if (name.includes("limit")) return true;
  return false;
}

/** The smallest share that is left at `now`, 0 to 1. */
export function headroomOf(shares: readonly RateShare[], now: Date): number {
  return Math.min(1, ...shares.map((share) => shareAt(share, now.getTime())));
}

function shareAt(reading: RateShare, nowMs: number): number {
  if (nowMs >= reading.wholeAtMs) return 1;
  if (reading.refill === "window") return reading.share;
  const passed = (nowMs - reading.seenAtMs) / (reading.wholeAtMs - reading.seenAtMs);
  return reading.share + (1 - reading.share) * Math.max(0, passed);
}

/** How long the vendor asks to wait: its Retry-After, else the reset of whichever limit is used up, else null. */
export function readRetryAfterMs(headers: Headers, now: Date): number | null {
  const milliseconds = numberIn(headers, "retry-after-ms");
  const stated = headers.get("retry-after");
  const seconds = stated === null ? null : parseWaitMs(stated, vendorClock(headers, now));
  // Azure sends retry-after 1 beside retry-after-ms 0: the longer of the two is the one that helps.
  if (milliseconds !== null || seconds !== null) return sane(Math.max(milliseconds ?? 0, seconds ?? 0));
  const usedUp = readRateShares(headers, now).filter((share) => share.share === 0);
  return usedUp.length === 0 ? null : sane(Math.max(...usedUp.map((share) => share.wholeAtMs)) - now.getTime());
}

/** A moment that a vendor states is one of its own clock; the two may be far apart. */
function vendorClock(headers: Headers, now: Date): Date {
  const stated = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(stated) ? now : new Date(stated);
}

function sane(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), LONGEST_REST_MS);
}

function numberIn(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  if (text === null || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return null;
  return Number(text);
}

function resetIn(headers: Headers, row: RateRow, now: Date): number | null {
  const text = row.reset ? headers.get(row.reset) : null;
  return text === null ? null : parseWaitMs(text, now);
}
