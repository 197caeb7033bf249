// Facts are kept by row and rows follow each other as they are asked for: no order of asking, learning or refreshing may change a quote.
import assert from "node:assert/strict";
import fc from "fast-check";
import { createEstimator } from "../../../server/money/estimate.ts";
import type { ModelInfo } from "../../../shared/model.ts";
import type { Usage } from "../../../shared/money.ts";
import { modelOf } from "../../support/catalogue.ts";

const NAMES = ["openai/a", "openai/b", "anthropic/c", "mistral/d", "acme/e"];
const DAY_MS = 86_400_000;
const NOON_MS = Date.parse("2026-11-23T12:00:00Z");

/** One of three states that a refresh may find a model in; the last is dearer at certain hours and for long prompts. */
function versionOf(name: string, version: number): ModelInfo {
  const model = modelOf(name, version === 0 ? {} : { usd: { input: version, output: 3 * version }, capabilities: ["caching", "tools"] });
  const [price] = model.prices;
  if (version < 2 || price === undefined) return model;
  const twice = { ...price.rates, input: 2 * price.rates.input, output: 2 * price.rates.output };
  const peak = { ...price, rates: twice, hoursUtc: { from: "13:00", until: "14:00" }, version: `${price.version}-peak` };
  return { ...model, prices: [{ ...price, tiers: [{ aboveInputTokens: 300, rates: twice }] }, peak] };
}

const step = fc.oneof(
  fc.record({ does: fc.constant("ask" as const), at: fc.nat(NAMES.length - 1) }),
  fc.record({ does: fc.constant("refresh" as const), at: fc.nat(NAMES.length - 1), version: fc.nat(2) }),
  fc.record({ does: fc.constant("answer" as const), at: fc.nat(NAMES.length - 1), tokens: fc.integer({ min: 1, max: 3000 }) }),
  fc.record({ does: fc.constant("wait" as const), minutes: fc.constantFrom(1, 60, 1440) }),
);

const draft = (words: number) => ({
  messages: [{ role: "user" as const, parts: [{ type: "text" as const, text: "word ".repeat(words) }] }],
});

function usageOf(tokens: number): Usage {
  const cache = { cacheReadTokens: 0, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 };
  return { inputTokens: 2 * tokens, outputTokens: tokens, reasoningTokens: 0, ...cache, provenance: "reported" };
}

describe("facts by row", () => {
  it("give the quote that an estimator gives which was asked for nothing else", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.constantFrom(5, 400), (steps, words) => {
        const models = NAMES.map((name) => versionOf(name, 1));
        let nowMs = NOON_MS;
        const now = () => new Date(nowMs);
        const kept = createEstimator({ now });
        const answers: { model: ModelInfo; tokens: number }[] = [];
        for (const one of steps) {
          if (one.does === "wait") nowMs += one.minutes * 60_000;
          else if (one.does === "refresh") models[one.at] = versionOf(NAMES[one.at] ?? "", one.version);
          else if (one.does === "answer") {
            const model = models[one.at] ?? versionOf("", 0);
            answers.push({ model, tokens: one.tokens });
            kept.observe(model, { inputTokens: one.tokens, baseTokens: one.tokens }, usageOf(one.tokens), "code");
          } else {
            const model = models[one.at] ?? versionOf("", 0);
            const fresh = createEstimator({ now });
            for (const { model: answered, tokens } of answers)
              fresh.observe(answered, { inputTokens: tokens, baseTokens: tokens }, usageOf(tokens), "code");
            assert.deepEqual(kept.quote(draft(words))(model), fresh.quote(draft(words))(model));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("follow the clock into another day and into peak hours", () => {
    let nowMs = NOON_MS;
    const estimator = createEstimator({ now: () => new Date(nowMs) });
    const model = versionOf("acme/e", 2);
    const costAt = (ms: number) => {
      nowMs = ms;
      return estimator.quote(draft(5))(model).p50NanoUsd ?? 0;
    };
    const noon = costAt(NOON_MS);
    assert.equal(costAt(NOON_MS + 90 * 60_000), 2 * noon);
    assert.equal(costAt(NOON_MS + DAY_MS), noon);
  });
});
