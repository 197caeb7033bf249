// Every vendor's way of stating its limits, read into one share and one wait.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseWaitMs } from "../../../server/resilience/duration.ts";
import { headroomOf, readRateShares, readRetryAfterMs } from "../../../server/resilience/rate-headers.ts";

const NOW = new Date("2026-11-23T12:00:00Z");
const later = (ms: number): Date => new Date(NOW.getTime() + ms);

const WAITS: readonly [string, number | null][] = [
  ["12", 12_000],
  ["0.25", 250],
  ["33011.382867", 33_011_382.867],
  ["12ms", 12],
  ["6m0s", 360_000],
  ["1h2m3.5s", 3_723_500],
  ["2m59.56s", 179_560],
  ["1d", 86_400_000],
  ["2026-11-23T12:00:07Z", 7_000],
  ["Mon, 23 Nov 2026 12:01:00 GMT", 60_000],
  ["2026-11-23T11:59:00Z", 0],
  [String(NOW.getTime() / 1000 + 30), 30_000],
  [String(NOW.getTime() + 30_000), 30_000],
  ["-1", null],
  ["soon", null],
  ["", null],
  ["1s or so", null],
  ["NaN", null],
];

const SHARES: readonly { name: string; headers: Record<string, string>; now: number; soon: [number, number] }[] = [
  {
    name: "OpenAI's, which flow back",
    headers: {
      ...{ "x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": "80", "x-ratelimit-reset-requests": "12ms" },
      ...{ "x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "500", "x-ratelimit-reset-tokens": "1m0s" },
    },
    now: 0.5,
    soon: [30_000, 0.75],
  },
  {
    name: "Anthropic's, whose reset is a date",
    headers: {
      "anthropic-ratelimit-input-tokens-limit": "100",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-23T12:00:10Z",
    },
    now: 0,
    soon: [5_000, 0.5],
  },
  {
    name: "Anthropic's from a clock that is an hour ahead",
    headers: {
      ...{ "anthropic-ratelimit-requests-limit": "100", "anthropic-ratelimit-requests-remaining": "0" },
      ...{ "anthropic-ratelimit-requests-reset": "2026-11-23T13:00:10Z", date: "Mon, 23 Nov 2026 13:00:00 GMT" },
    },
    now: 0,
    soon: [5_000, 0.5],
  },
  {
    name: "Mistral's, a window of a minute",
    headers: { "x-ratelimit-limit-req-minute": "120", "x-ratelimit-remaining-req-minute": "12" },
    now: 0.1,
    soon: [59_000, 0.1],
  },
  {
    name: "Cerebras's, by day",
    headers: {
      "x-ratelimit-limit-requests-day": "1000",
      "x-ratelimit-remaining-requests-day": "10",
      "x-ratelimit-reset-requests-day": "33011.38",
    },
    now: 0.01,
    soon: [33_000_000, 0.01],
  },
  {
    name: "Together's, bare",
    headers: { "x-ratelimit-limit": "2", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "2" },
    now: 0.5,
    soon: [2_000, 1],
  },
  {
    name: "OpenRouter's, whose reset is Unix milliseconds",
    headers: { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW.getTime() + 9_000) },
    now: 0,
    soon: [9_001, 1],
  },
  {
    name: "the IETF draft's",
    headers: { "ratelimit-limit": "10", "ratelimit-remaining": "3", "ratelimit-reset": "50" },
    now: 0.3,
    soon: [50_000, 1],
  },
  { name: "more left than the limit", headers: { "x-ratelimit-limit": "2", "x-ratelimit-remaining": "9" }, now: 1, soon: [1, 1] },
  { name: "nothing that is understood", headers: { "x-ratelimit-limit": "many", "x-ratelimit-remaining": "few" }, now: 1, soon: [1, 1] },
];

const RETRIES: readonly { name: string; headers: Record<string, string>; ms: number | null }[] = [
  { name: "seconds", headers: { "retry-after": "7" }, ms: 7_000 },
  { name: "a date", headers: { "retry-after": "Mon, 23 Nov 2026 12:00:20 GMT" }, ms: 20_000 },
  { name: "the longer of Azure's two", headers: { "retry-after": "1", "retry-after-ms": "0" }, ms: 1_000 },
  { name: "milliseconds", headers: { "retry-after-ms": "250" }, ms: 250 },
  {
    name: "a date by the vendor's own clock",
    headers: { "retry-after": "Mon, 23 Nov 2026 09:00:20 GMT", date: "Mon, 23 Nov 2026 09:00:00 GMT" },
    ms: 20_000,
  },
  { name: "an absurd wait, as a day", headers: { "retry-after": "99999999" }, ms: 86_400_000 },
  { name: "a negative wait, as none stated", headers: { "retry-after": "-1" }, ms: null },
  {
    name: "the reset of the limit that is used up",
    headers: {
      ...{ "x-ratelimit-limit-requests": "9", "x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "6m0s" },
      ...{ "x-ratelimit-limit-tokens": "9", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5s" },
    },
    ms: 1_500,
  },
  { name: "nothing", headers: {}, ms: null },
];

describe("rate-limit headers", () => {
  for (const [text, ms] of WAITS) it(`reads "${text}" as ${ms} ms`, () => assert.equal(parseWaitMs(text, NOW), ms));

  for (const { name, headers, now, soon } of SHARES) {
    it(`reads ${name}`, () => {
      const shares = readRateShares(new Headers(headers), NOW);
      assert.equal(headroomOf(shares, NOW), now);
      assert.ok(Math.abs(headroomOf(shares, later(soon[0])) - soon[1]) < 0.001);
    });
  }

  for (const { name, headers, ms } of RETRIES) {
    it(`reads a wait from ${name}`, () => assert.equal(readRetryAfterMs(new Headers(headers), NOW), ms));
  }

  it("is never outside 0 to 1 and never fails, whatever a server sends", () => {
    const names = ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "retry-after", "retry-after-ms"];
    const value = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.stringMatching(/^[ -~]{0,20}$/));
    fc.assert(
      fc.property(fc.tuple(...names.map(() => value)), fc.integer({ min: 0, max: 1e9 }), (values, ms) => {
        const headers = new Headers(names.map((name, at): [string, string] => [name, values[at] ?? ""]));
        const headroom = headroomOf(readRateShares(headers, NOW), later(ms));
        assert.ok(headroom >= 0 && headroom <= 1);
        const waitMs = readRetryAfterMs(headers, NOW);
        assert.ok(waitMs === null || (waitMs >= 0 && waitMs <= 86_400_000));
      }),
    );
  });

  it("understands what vendors really sent, where the recordings are at hand", () => {
    const folder = join(import.meta.dirname, "../../../../shared/recordings/replay");
    if (!existsSync(folder)) {
      console.log("      the recordings are not at hand; only the documented forms were read");
      return;
    }
    let read = 0;
    for (const file of readdirSync(folder)) {
      const { response } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { response: { headers?: Record<string, string> } };
      const headers = new Headers(response.headers ?? {});
      const isStated = (name: string) => /^\d+$/.test(headers.get(name) ?? "") && headers.has(name.replace("remaining", "limit"));
      if (![...headers.keys()].some((name) => /ratelimit.*remaining/.test(name) && isStated(name))) continue;
      read += 1;
      assert.ok(readRateShares(headers, NOW).length > 0, file);
    }
    assert.ok(read > 10);
  });
});
