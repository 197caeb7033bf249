// Quotes: counted once, cheap for each model, learned from the bill, and bounded in time whatever the text.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Message } from "../../../shared/chat.ts";
import { NO_USAGE, totalInputTokens, type Usage } from "../../../shared/money.ts";
import { costOf } from "../../../server/money/cost.ts";
import { createEstimator } from "../../../server/money/estimate.ts";
import { IMAGE_ROWS, imageRuleOf, imageTokens } from "../../../server/money/image-tokens.ts";
import { priceAt } from "../../../server/money/price.ts";
import { countTokens, cutInPieces, estimateTokens } from "../../../server/money/tokens.ts";
import { modelOf } from "../../support/catalogue.ts";
import { closeTill, intent, never, openTill, outcome } from "../../support/ledger.ts";

const NOW = new Date("2026-11-23T12:00:00Z");
const user = (text: string): Message => ({ role: "user", parts: [{ type: "text", text }] });
const said = (text: string): Message => ({ role: "assistant", parts: [{ type: "text", text }] });
const priced = (id: string, more: Parameters<typeof modelOf>[1] = {}) => modelOf(id, { usd: { input: 2, output: 10 }, ...more });
const CODE = "export function add(left: number, right: number): number {\n  return left + right;\n}\n".repeat(60);

describe("token counts", function () {
  this.timeout(20_000);
  it("cuts a text into pieces that make it up again, at newlines where there are any", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3000, unit: "grapheme" }), { maxLength: 12 }), (lines) => {
        const text = lines.join("\n");
        const pieces = cutInPieces(text);
        assert.equal(pieces.join(""), text);
        assert.ok(pieces.every((piece) => piece.length <= 4096 && piece.length > 0));
      }),
    );
  });

  it("estimates any text as a whole number of tokens, more for more text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ maxLength: 50 }), (left, right) => {
        const tokens = estimateTokens(left);
        assert.ok(Number.isSafeInteger(tokens) && tokens >= 0);
        assert.ok(estimateTokens(`${left} ${right}`) >= tokens);
      }),
    );
  });

  const known = [
    { text: CODE, what: "code" },
    { text: "这是一个用来测试分词器的句子，它有几个词。".repeat(20), what: "Chinese" },
    { text: "Die Geschwindigkeitsbegrenzung gilt überall. ".repeat(20), what: "German" },
  ];
  for (const { text, what } of known)
    it(`is near the real tokenizer for ${what}, by script alone`, async () => {
      const { countTokens: exact } = await import("gpt-tokenizer/encoding/o200k_base");
      const ratio = estimateTokens(text) / exact(text);
      assert.ok(ratio > 0.75 && ratio < 1.35, `${what}: ${ratio}`);
    });

  it("counts the same in pieces as in one, within a fifth of a per cent", async () => {
    const { countTokens: exact } = await import("gpt-tokenizer/encoding/o200k_base");
    const text = CODE.repeat(3);
    assert.ok(Math.abs(countTokens(text, exact) / exact(text) - 1) < 0.002);
  });

  it("asks the tokenizer for no more than a bounded part of a hostile text", () => {
    let asked = 0;
    const slow = (piece: string): number => {
      asked += piece.length;
      for (const until = performance.now() + 3; performance.now() < until; );
      return piece.length;
    };
    const tokens = countTokens("a".repeat(4_000_000), slow);
    assert.ok(asked < 4_000_000 / 10, `${asked} characters were counted`);
    assert.ok(tokens > 3_000_000, "the rest is taken from what was counted");
  });
});

describe("quote", function () {
  this.timeout(20_000);
  it("has a median and a worst case, the worst never below what the same tokens would cost", async () => {
    const estimator = createEstimator({ now: () => NOW });
    const model = priced("anthropic/claude-x", { maxOutputTokens: 4000 });
    const quote = estimator.quote({ messages: [user(CODE)] })(model);
    assert.ok(quote.p50NanoUsd !== null && quote.worstNanoUsd !== null && quote.p50NanoUsd < quote.worstNanoUsd);
    const most: Usage = { ...NO_USAGE, cacheWrite5mTokens: quote.inputTokens, outputTokens: quote.outputTokensWorst };
    assert.ok((costOf(most, priceAt(model, NOW)).nanoUsd ?? 0) <= quote.worstNanoUsd);
  });

  it("is unpriced without a price", () => {
    const quote = createEstimator({ now: () => NOW }).quote({ messages: [user("hi")] })(modelOf("acme/x"));
    assert.deepEqual([quote.p50NanoUsd, quote.worstNanoUsd], [null, null]);
    assert.ok(quote.inputTokens > 0);
  });

  it("caps the answer by what was asked, the model and its window", () => {
    const quoteOf = (draft: object, facts: object) =>
      createEstimator({ now: () => NOW }).quote({ messages: [user(CODE)], ...draft })(priced("openai/x", facts)).outputTokensWorst;
    assert.equal(quoteOf({ maxOutputTokens: 100 }, { maxOutputTokens: 5000 }), 100);
    assert.equal(quoteOf({ maxOutputTokens: 9000 }, { maxOutputTokens: 5000 }), 5000);
    assert.equal(quoteOf({}, { maxOutputTokens: 128_000, contextWindowTokens: 200_000 }), 16_384);
    assert.equal(
      quoteOf({ reasoning: "high" }, { maxOutputTokens: 128_000, contextWindowTokens: 200_000, reasoningControl: "effort" }),
      32_768,
    );
    const squeezed = quoteOf({}, { maxOutputTokens: 16_000, contextWindowTokens: 2000 });
    assert.ok(squeezed > 0 && squeezed < 1000);
  });

  it("counts tools, schemas, results and earlier turns", () => {
    const estimator = createEstimator({ now: () => NOW });
    const model = priced("openai/x");
    const plain = estimator.quote({ messages: [user("hi")] })(model).inputTokens;
    const parameters = { type: "object", properties: { city: { type: "string", description: "the name of a city, in English" } } };
    for (const draft of [
      { messages: [user("hi")], tools: [{ name: "weather", description: "tells the weather", parameters }] },
      { messages: [user("hi")], output: { schema: parameters } },
      { messages: [user("hi"), said("What can I do?"), user("hi")] },
      {
        messages: [
          user("hi"),
          { role: "tool" as const, parts: [{ type: "toolResult" as const, id: "1", parts: [{ type: "text" as const, text: CODE }] }] },
        ],
      },
    ])
      assert.ok(estimator.quote(draft)(model).inputTokens > plain + 5);
  });

  it("prices the cached share of a warm conversation, on the warm model alone", () => {
    const estimator = createEstimator({ now: () => NOW });
    const draft = { messages: [user(CODE.repeat(3)), said("Done."), user("And now?")] };
    const [warm, cold] = [priced("openai/warm"), priced("openai/cold")];
    const quote = estimator.quote(draft, { model: warm.id, tokens: 100_000 });
    assert.ok(quote(warm).cachedShare > 0.7);
    assert.equal(quote(cold).cachedShare, 0);
    assert.equal(
      estimator.quote({ messages: [user("short"), said("ok"), user("more")] }, { model: warm.id, tokens: 100_000 })(warm).cachedShare,
      0,
    );
  });

  it("costs no more at the median for being warm, and the same at the worst, whatever is kept, written and read at whatever price", () => {
    fc.assert(
      fc.property(
        fc.nat(30_000),
        fc.nat(200_000),
        fc.nat(5000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 2, noNaN: true }),
        fc.boolean(),
        (length, tokens, input, read, write, caching) => {
          const rates = { input: input / 1000, output: 1, cacheRead: (input * read) / 1000, cacheWrite5m: (input * write) / 1000 };
          const model = modelOf("acme/any", { usd: rates, capabilities: caching ? ["caching"] : [] });
          const draft = { messages: [user("word ".repeat(length / 5)), said("ok"), user("more")] };
          const estimator = createEstimator({ now: () => NOW });
          const [cold, warm] = [estimator.quote(draft)(model), estimator.quote(draft, { model: model.id, tokens })(model)];
          assert.ok((warm.p50NanoUsd ?? 0) <= (cold.p50NanoUsd ?? 0));
          assert.equal(warm.worstNanoUsd, cold.worstNanoUsd);
          assert.ok(warm.cachedShare <= Math.min(1, tokens / warm.inputTokens));
          assert.ok((cold.p50NanoUsd ?? 0) <= (cold.worstNanoUsd ?? 0));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("prices the cold write that a marked prompt pays, and none for a prompt too short to be kept", () => {
    const estimator = createEstimator({ now: () => NOW, leastCachedTokens: () => 2000 });
    const usd = { input: 2, output: 10, cacheRead: 0.2, cacheWrite5m: 2.5 };
    const [marked, plain] = [modelOf("acme/marked", { usd, capabilities: ["caching"] }), modelOf("acme/plain", { usd, capabilities: [] })];
    const costs = (text: string) => [marked, plain].map((model) => estimator.quote({ messages: [user(text)] })(model).p50NanoUsd ?? 0);
    const [written = 0, sent = 0] = costs(CODE.repeat(3));
    assert.ok(written > sent * 1.1 && written < sent * 1.3, `${written} against ${sent}`);
    const [short, same] = costs("hi");
    assert.equal(short, same);
  });

  it("follows a vendor's peak hours by the minute, and reserves the dearest that the day may bring", () => {
    const [plain] = priced("acme/x").prices;
    if (plain === undefined) return assert.fail("no price");
    const peak = { ...plain, rates: { ...plain.rates, input: 4e9, output: 20e9 }, hoursUtc: { from: "12:30", until: "16:30" } };
    const model = { ...priced("acme/x"), prices: [plain, peak] };
    let now = NOW;
    const estimator = createEstimator({ now: () => now });
    const quoteNow = () => estimator.quote({ messages: [user("hi")] })(model);
    const before = quoteNow();
    now = new Date("2026-11-23T12:31:00Z");
    const during = quoteNow();
    assert.equal(during.p50NanoUsd, 2 * (before.p50NanoUsd ?? 0));
    assert.equal(before.worstNanoUsd, during.worstNanoUsd, "what begins before the peak may be billed in it");
    now = new Date("2026-11-23T16:30:00Z");
    assert.equal(quoteNow().p50NanoUsd, before.p50NanoUsd);
  });

  it("is exact for OpenAI's models once the tokenizer is loaded", async () => {
    const estimator = createEstimator({ now: () => NOW });
    await estimator.ready();
    const { countTokens: exact } = await import("gpt-tokenizer/encoding/o200k_base");
    assert.equal(
      estimator.quote({ messages: [user(CODE.slice(0, 4000))] })(priced("openai/gpt-5")).inputTokens,
      exact(CODE.slice(0, 4000)) + 6,
    );
    assert.equal(
      estimator.quote({ messages: [user("<|endoftext|>")] })(priced("openai/gpt-5")).inputTokens,
      exact("<|endoftext|>", { disallowedSpecial: new Set() }) + 6,
    );
  });

  it("learns a model's own tokenizer from its bills, and no other's", () => {
    const estimator = createEstimator({ now: () => NOW });
    const [model, other] = [priced("acme/dense"), priced("acme/other")];
    const draft = { messages: [user(CODE)] };
    const before = estimator.quote(draft)(model).inputTokens;
    for (let round = 0; round < 30; round++) {
      const quote = estimator.quote(draft)(model);
      estimator.observe(model, quote, { ...NO_USAGE, inputTokens: Math.round(before * 1.4), outputTokens: 5000 });
    }
    const after = estimator.quote(draft)(model);
    assert.ok(Math.abs(after.inputTokens / (before * 1.4) - 1) < 0.05, `${before} ${after.inputTokens}`);
    assert.equal(estimator.quote(draft)(other).inputTokens, before);
    assert.equal(after.outputTokensP50, 5000);
  });

  it("is not led astray by absurd usage", () => {
    const estimator = createEstimator({ now: () => NOW });
    const model = priced("acme/odd");
    const draft = { messages: [user(CODE)] };
    const before = estimator.quote(draft)(model).inputTokens;
    for (const inputTokens of [0, 1, 10_000_000]) estimator.observe(model, estimator.quote(draft)(model), { ...NO_USAGE, inputTokens });
    assert.equal(estimator.quote(draft)(model).inputTokens, before);
  });

  it("begins with what the ledger taught", async () => {
    const till = await openTill();
    const model = priced("acme/known");
    const draft = { messages: [user(CODE)], taskType: "code" as const };
    const teacher = createEstimator({ now: () => NOW });
    for (let round = 0; round < 12; round++) {
      const quote = teacher.quote(draft)(model);
      const reservation = await till.budget.reserve(intent(0, { model: model.id, taskType: "code", baseTokens: quote.baseTokens }), never);
      await reservation.settle(outcome(0, { usage: { ...NO_USAGE, inputTokens: Math.round(quote.baseTokens * 1.3), outputTokens: 2222 } }));
    }
    const pupil = createEstimator({ now: () => NOW });
    pupil.learn((await till.ledger.recent(100)).toReversed());
    const quote = pupil.quote(draft)(model);
    assert.equal(quote.outputTokensP50, 2222);
    assert.ok(quote.inputTokens > teacher.quote(draft)(model).inputTokens * 1.2);
    await closeTill(till);
  });

  it("is never below the median in its worst case, for any prompt and price", () => {
    const estimator = createEstimator({ now: () => NOW });
    fc.assert(
      fc.property(
        fc.string({ maxLength: 2000 }),
        fc.nat(100_000),
        fc.nat(100_000),
        fc.option(fc.integer({ min: 1, max: 50_000 }), { nil: undefined }),
        (text, input, output, maxOutputTokens) => {
          const model = modelOf("acme/any", { usd: { input: input / 1000, output: output / 1000 }, maxOutputTokens: 32_000 });
          const quote = estimator.quote({ messages: [user(text)], ...(maxOutputTokens ? { maxOutputTokens } : {}) })(model);
          assert.ok((quote.p50NanoUsd ?? 0) <= (quote.worstNanoUsd ?? -1));
          assert.ok(quote.outputTokensP50 <= quote.outputTokensWorst);
          assert.ok(totalInputTokens({ ...NO_USAGE, inputTokens: quote.inputTokens }) > 0);
        },
      ),
    );
  });
});

describe("image tokens", () => {
  // PROVIDERS: one chart of 640x480 and one of 1800x1200 as billed, less what the text of each prompt is.
  const images = [
    { model: "openai/gpt-4o", size: [640, 480], tokens: 425 },
    { model: "openai/gpt-4o-mini", size: [640, 480], tokens: 14_167 },
    { model: "openai/gpt-4.1-mini", size: [640, 480], tokens: 486 },
    // The guide's own example: 1,452 patches of a picture of 1800x2400, each billed as 1.2 tokens.
    { model: "openai/gpt-5.2", size: [1800, 2400], tokens: 1743 },
    // As billed in 2026-03, less the text: 2,500 patches of 1600x1600 are 3,000 tokens; 1,521 at the most are 1,826 and 2,282.
    { model: "openai/gpt-5.4", size: [1600, 1600], tokens: 3000 },
    { model: "openai/gpt-5-mini", size: [1600, 1600], tokens: 1826 },
    { model: "openai/gpt-5-nano", size: [1600, 1600], tokens: 2282 },
    // The guide's examples for the models of 2026.
    { model: "openai/gpt-6-astra", size: [1024, 1024], tokens: 1229 },
    { model: "openai/gpt-6-astra", size: [4096, 512], tokens: 2458 },
    { model: "openai/gpt-5.5", size: [8000, 8000], tokens: 12_000 },
    { model: "openai/gpt-5.6-sol", size: [33, 65], tokens: 8 },
    { model: "anthropic/claude-opus-5", size: [3840, 2160], tokens: 4784 },
    { model: "openai/gpt-5.6-luna", size: [1800, 2400], tokens: 5130 },
    { model: "google/gemini-3-flash-preview", size: [640, 480], tokens: 1120 },
    { model: "openai/o4-mini", size: [640, 480], tokens: 516 },
    { model: "anthropic/claude-3-5-haiku", size: [640, 480], tokens: 414 },
    { model: "anthropic/claude-sonnet-4-6", size: [1800, 1200], tokens: 1536 },
    { model: "anthropic/claude-opus-4-7", size: [1800, 1200], tokens: 2795 },
    { model: "google/gemini-2.5-flash", size: [300, 200], tokens: 258 },
    { model: "openrouter/openai/gpt-4o", size: [2048, 4096], tokens: 1105 },
  ] as const;
  for (const { model, size, tokens } of images)
    it(`a picture of ${size.join("x")} is ${tokens} tokens on ${model}`, () => {
      assert.equal(imageTokens(imageRuleOf(modelOf(model)), { width: size[0], height: size[1] }), tokens);
    });

  it("come from rows with a source and its date each", () => {
    for (const { provider, model, source } of IMAGE_ROWS) assert.match(source, /\S+\.\S+\/.*20\d\d-\d\d/, `${provider}/${model}`);
  });

  it("is part of the quote, by the size that was read", () => {
    const estimator = createEstimator({ now: () => NOW, imageSize: () => ({ width: 640, height: 480 }) });
    const draft = { messages: [{ role: "user" as const, parts: [{ type: "image" as const, url: "https://example.org/chart.png" }] }] };
    const quoteOf = (id: string) => estimator.quote(draft)(priced(id)).inputTokens;
    assert.ok(quoteOf("openai/gpt-4o-mini") > 20 * quoteOf("openai/gpt-4o"));
  });
});
