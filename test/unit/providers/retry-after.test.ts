import assert from "node:assert/strict";
import { LONGEST_WAIT_MS, retryAfterMs, type WaitSources } from "../../../server/providers/retry-after.ts";

const nowMs = Date.parse("2026-11-23T12:00:00Z");
const wait = (given: Omit<Partial<WaitSources>, "headers"> & { headers?: Record<string, string> }) =>
  retryAfterMs({ ...given, headers: new Headers(given.headers ?? {}), nowMs });

describe("how long a vendor asks to wait", () => {
  const cases: readonly (readonly [string, Parameters<typeof wait>[0], number | undefined])[] = [
    ["seconds", { headers: { "retry-after": "7" } }, 7_000],
    ["milliseconds before seconds", { headers: { "retry-after": "1", "retry-after-ms": "250" } }, 250],
    ["zero milliseconds say nothing (Azure)", { headers: { "retry-after": "1", "retry-after-ms": "0" } }, 1_000],
    ["a date", { headers: { "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT" } }, 30_000],
    [
      "a date by the vendor's own clock",
      { headers: { "retry-after": "Mon, 23 Nov 2026 09:00:30 GMT", date: "Mon, 23 Nov 2026 09:00:00 GMT" } },
      30_000,
    ],
    ["a date gone by", { headers: { "retry-after": "Mon, 23 Nov 2026 11:00:00 GMT" } }, undefined],
    ["a negative figure", { headers: { "retry-after": "-1" } }, undefined],
    ["a figure beyond a day, as a day", { headers: { "retry-after": "99999999" } }, LONGEST_WAIT_MS],
    ["a moment in seconds since 1970", { headers: { "retry-after": String(nowMs / 1000 + 20) } }, 20_000],
    ["a moment in the body", { body: { error: { retry_after: nowMs / 1000 + 20 } } }, 20_000],
    [
      "a date gone by before a sentence",
      { headers: { "retry-after": "Mon, 23 Nov 2026 11:00:00 GMT" }, message: "Try again in 3s." },
      3_000,
    ],
    ["words", { headers: { "retry-after": "soon" } }, undefined],
    [
      "Google's RetryInfo",
      { body: { error: { details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "48s" }] } } },
      48_000,
    ],
    ["a sentence in seconds", { message: "Please try again in 2.502s. Visit https://example.com" }, 2_502],
    ["a sentence in milliseconds", { message: "Please try again in 120ms." }, 120],
    ["a sentence in minutes and seconds", { message: "Please try again in 7m12.5s." }, 432_500],
    ["a sentence in words", { message: "Please retry after 20 seconds." }, 20_000],
    ["a sentence without a preposition", { message: "Please wait 34 seconds before retrying." }, 34_000],
    [
      "the later of body and sentence",
      { body: { error: { details: [{ "@type": "x.RetryInfo", retryDelay: "48s" }] } }, message: "Please retry in 48.939935699s." },
      48_940,
    ],
    ["a limit that is used up", { headers: { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" } }, 360_000],
    ["a limit that is not used up", { headers: { "x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "6m0s" } }, undefined],
    [
      "Anthropic's date",
      { headers: { "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-11-23T12:00:12Z" } },
      12_000,
    ],
    [
      "OpenRouter's milliseconds since 1970",
      { body: { error: { metadata: { headers: { "X-RateLimit-Reset": String(nowMs + 5_000) } } } } },
      5_000,
    ],
    ["nothing", { message: "Too many requests." }, undefined],
  ];
  for (const [name, given, wanted] of cases) it(name, () => assert.equal(wait(given), wanted));

  it("is never more than a day", () =>
    assert.equal(wait({ headers: { "retry-after": String(LONGEST_WAIT_MS / 1000 + 1) } }), LONGEST_WAIT_MS));
});
