import assert from "node:assert/strict";
import fc from "fast-check";
import { isFailure } from "../../../shared/failure.ts";
import { anthropicUsage } from "../../../server/providers/anthropic/usage.ts";
import { MessageReader } from "../../../server/providers/anthropic/stream.ts";
import { googleUsage, GenerateReader } from "../../../server/providers/google/stream.ts";
import { ChatReader } from "../../../server/providers/openai-chat/stream.ts";
import { FINISH_REASONS, stopReasonOf } from "../../../server/providers/openai-chat/stop-reasons.ts";
import { ResponseReader } from "../../../server/providers/openai-responses/stream.ts";
import { openaiUsage, reportedNanoUsd } from "../../../server/providers/openai-usage.ts";
import type { FailureContext } from "../../../server/providers/errors.ts";
import type { ProviderEvent } from "../../../server/providers/provider.ts";
import type { AnswerReader } from "../../../server/providers/pump.ts";
import { countOf } from "../../../server/providers/vendor-json.ts";
import { toolCall } from "../../../server/providers/tool-arguments.ts";
import { connectionTo } from "../../support/replay.ts";

const context: FailureContext = {
  connection: connectionTo("https://vendor.example"),
  model: "m",
  signal: new AbortController().signal,
  exchange: { fetch, refusal: null, unreachable: undefined, head: null },
};
const ANSWER = { whole: false, tail: () => "" };

function run<Chunk>(reader: AnswerReader<Chunk>, chunks: readonly Chunk[]): ProviderEvent[] {
  const out: ProviderEvent[] = [];
  for (const chunk of chunks) reader.read(chunk, out);
  reader.finish(out);
  return out;
}

const delta = (given: object, finish: string | null = null) => ({ choices: [{ index: 0, delta: given, finish_reason: finish }] });
const named = (data: unknown) => ({ event: null, data });
const chat = (...chunks: unknown[]) => run(new ChatReader(context, ANSWER), chunks.map(named));
const textOf = (events: readonly ProviderEvent[]) => events.map((event) => (event.type === "text" ? event.text : "")).join("");

describe("how sure a model was", () => {
  const endOf = (events: readonly ProviderEvent[]) => events.find((event) => event.type === "end");
  const tokens = (...values: unknown[]) => values.map((logprob) => ({ token: "x", logprob, top_logprobs: [] }));

  it("is the mean over all tokens of a chat completion, whatever else stands in the list", () => {
    const part = (content: string, ...values: unknown[]) => ({
      choices: [{ index: 0, delta: { content }, logprobs: { content: tokens(...values) }, finish_reason: null }],
    });
    const events = chat(part("It ", -0.2, null), part("is.", -0.4, "high", Number.NaN), delta({}, "stop"));
    assert.ok(Math.abs((endOf(events)?.meanLogprob ?? 0) + 0.3) < 1e-9);
    assert.equal(endOf(chat(delta({ content: "It is." }), delta({}, "stop")))?.meanLogprob, undefined);
  });

  it("comes with the deltas of a response, or with the whole", () => {
    const part = { type: "output_text", text: "Yes.", logprobs: tokens(-0.5) };
    const response = { object: "response", status: "completed", output: [{ type: "message", content: [part] }] };
    const streamed = { type: "response.output_text.delta", delta: "Yes.", logprobs: tokens(-0.1, -0.3) };
    const read = (...events: unknown[]) => endOf(run(new ResponseReader(context), events.map(named)))?.meanLogprob;
    assert.ok(Math.abs((read(streamed, { type: "response.completed", response }) ?? 0) + 0.2) < 1e-9);
    assert.equal(read({ type: "response.completed", response }), -0.5);
  });

  it("is Gemini's own mean", () => {
    const chunk = { candidates: [{ content: { parts: [{ text: "Yes." }] }, finishReason: "STOP", avgLogprobs: -0.07 }] };
    assert.equal(endOf(run(new GenerateReader(context), [chunk]))?.meanLogprob, -0.07);
  });
});

describe("usage in buckets", () => {
  const count = fc.oneof(fc.integer({ min: -5, max: 5000 }), fc.constant(null), fc.constant(undefined), fc.constant("7"), fc.double());

  it("is never negative and never more than the whole, whatever an OpenAI-like vendor reports", () => {
    fc.assert(
      fc.property(count, count, count, count, count, count, (input, output, total, cached, written, reasoning) => {
        const usage = openaiUsage(
          {
            prompt_tokens: input,
            completion_tokens: output,
            total_tokens: total,
            prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
            completion_tokens_details: { reasoning_tokens: reasoning },
          },
          {},
        );
        for (const value of Object.values(usage)) assert.ok(typeof value === "string" || (Number.isSafeInteger(value) && value >= 0));
        assert.equal(usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens, countOf(input) ?? 0);
        assert.ok(usage.reasoningTokens <= usage.outputTokens);
      }),
    );
  });

  it("is never negative for Anthropic and Gemini either", () => {
    fc.assert(
      fc.property(count, count, count, count, count, (a, b, c, d, e) => {
        const ofClaude = anthropicUsage(
          {
            input_tokens: a,
            cache_read_input_tokens: b,
            cache_creation_input_tokens: c,
            cache_creation: { ephemeral_1h_input_tokens: d },
            output_tokens: e,
          },
          "reported",
        );
        const ofGemini = googleUsage(
          { promptTokenCount: a, toolUsePromptTokenCount: b, cachedContentTokenCount: c, candidatesTokenCount: d, thoughtsTokenCount: e },
          "reported",
        );
        for (const value of [...Object.values(ofClaude), ...Object.values(ofGemini)]) assert.ok(typeof value === "string" || value >= 0);
      }),
    );
  });

  it("adds reasoning where the total says that it came on top (xAI)", () => {
    const on = openaiUsage(
      { prompt_tokens: 165, completion_tokens: 2, total_tokens: 296, completion_tokens_details: { reasoning_tokens: 129 } },
      {},
    );
    assert.deepEqual([on.outputTokens, on.reasoningTokens], [131, 129]);
    const inside = openaiUsage(
      { prompt_tokens: 10, completion_tokens: 30, total_tokens: 40, completion_tokens_details: { reasoning_tokens: 20 } },
      {},
    );
    assert.deepEqual([inside.outputTokens, inside.reasoningTokens], [30, 20]);
    const unsaid = openaiUsage(
      { prompt_tokens: 1, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 9 } },
      { reasoningOutsideCompletion: true },
    );
    assert.equal(unsaid.outputTokens, 11);
  });

  it("finds cached tokens under each vendor's name", () => {
    for (const raw of [
      { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 4 } },
      { prompt_tokens: 10, cached_tokens: 4 },
      { prompt_tokens: 10, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 },
      { input_tokens: 10, input_tokens_details: { cached_tokens: 4 } },
    ]) {
      assert.deepEqual([openaiUsage(raw, {}).inputTokens, openaiUsage(raw, {}).cacheReadTokens], [6, 4]);
    }
  });
});

describe("a cost that the vendor reports", () => {
  const cases: readonly (readonly [string, object, number | undefined])[] = [
    ["in dollars", { cost: 0.00022245 }, 222_450],
    [
      "with one's own upstream key (forgecode#1641)",
      { cost: 0.0018, is_byok: true, cost_details: { upstream_inference_cost: 0.0342795 } },
      36_079_500,
    ],
    ["with a fee of nothing", { cost: 0, is_byok: true, cost_details: { upstream_inference_cost: 0.0000063 } }, 6_300],
    [
      "without one's own key, the upstream's part is inside",
      { cost: 0.5, is_byok: false, cost_details: { upstream_inference_cost: 0.4 } },
      500_000_000,
    ],
    ["in xAI's ticks", { cost_in_usd_ticks: 739_000 }, 73_900],
    ["as an object (Perplexity)", { cost: { total_cost: 0.006 } }, 6_000_000],
    ["as nonsense", { cost: -1 }, undefined],
    ["not at all", {}, undefined],
  ];
  for (const [name, raw, wanted] of cases) it(name, () => assert.equal(reportedNanoUsd(raw as never), wanted));
});

describe("finish reasons of chat completions", () => {
  for (const [word, meaning] of Object.entries(FINISH_REASONS)) {
    it(`${word} means ${meaning}`, () => assert.equal(stopReasonOf(word, { calls: false, refusal: false }), meaning));
  }

  it("that nobody knows, or that are missing, end an answer normally", () => {
    assert.equal(stopReasonOf("brand_new", { calls: false, refusal: false }), "end");
    assert.equal(stopReasonOf(null, { calls: false, refusal: false }), "end");
  });

  it("give way to what came: a call or a refusal says more", () => {
    assert.equal(stopReasonOf("stop", { calls: true, refusal: false }), "toolUse");
    assert.equal(stopReasonOf("stop", { calls: true, refusal: true }), "refused");
    assert.equal(stopReasonOf("length", { calls: true, refusal: false }), "length");
  });

  it("of a vendor that gave up are failures", () => {
    assert.throws(
      () => chat(delta({ content: "x" }), delta({}, "error")),
      (thrown) => isFailure(thrown) && thrown.details.broken === true,
    );
  });
});

describe("chunks of chat completions", () => {
  it("may hold text as typed parts, in which thinking is not text (Mistral)", () => {
    const events = chat(
      delta({
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
          { type: "text", text: "1" },
        ],
      }),
      delta({ content: "44" }, "stop"),
    );
    assert.equal(textOf(events), "144");
    assert.deepEqual(events[1], { type: "reasoning", text: "Hm" });
  });

  it("say reasoning once where a vendor sends it under two names", () => {
    const events = chat(
      delta({ reasoning: "a", reasoning_details: [{ type: "reasoning.text", text: "a", index: 0 }] }),
      delta({ content: "b" }, "stop"),
    );
    assert.equal(events.map((event) => (event.type === "reasoning" ? event.text : "")).join(""), "a");
    const kept = events.find((event) => event.type === "reasoning" && event.origin);
    assert.ok(kept?.type === "reasoning");
    assert.deepEqual(kept.origin?.raw, { field: "reasoning_details", details: [{ type: "reasoning.text", text: "a", index: 0 }] });
  });

  it("may send calls without an index, or with arguments as an object", () => {
    const events = chat(
      delta({ tool_calls: [{ id: "a", function: { name: "one", arguments: '{"x":' } }] }),
      delta({ tool_calls: [{ function: { arguments: "1}" } }] }),
      delta({ tool_calls: [{ id: "b", function: { name: "two", arguments: { y: 2 } } }] }, "tool_calls"),
    );
    const calls = events.flatMap((event) => (event.type === "tool-call" ? [[event.call.id, event.call.name, event.call.arguments]] : []));
    assert.deepEqual(calls, [
      ["a", "one", { x: 1 }],
      ["b", "two", { y: 2 }],
    ]);
  });

  it("may begin with empty choices, repeat usage, and name a second choice, which is not ours", () => {
    const events = chat(
      { choices: [], usage: null },
      {
        choices: [
          { index: 1, delta: { content: "no" } },
          { index: 0, delta: { content: "yes" } },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 1 },
      },
      { ...delta({}, "stop"), usage: { prompt_tokens: 5, completion_tokens: 6 } },
    );
    assert.equal(textOf(events), "yes");
    const usages = events.filter((event) => event.type === "usage");
    assert.equal(usages.length, 1);
    assert.equal(usages[0]?.usage.outputTokens, 6);
  });

  it("named an error are one, whatever they hold", () => {
    const reader = new ChatReader(context, ANSWER);
    assert.throws(
      () => reader.read({ event: "error", data: { message: "slow down", code: 429 } }, []),
      (thrown) => isFailure(thrown) && thrown.kind === "rateLimited",
    );
  });

  it("are complete with [DONE] alone, and not without either", () => {
    assert.equal(
      run(new ChatReader(context, { whole: false, tail: () => "data: [DONE]\n\n" }), [named(delta({ content: "x" }))]).at(-1)?.type,
      "end",
    );
    assert.throws(
      () => chat(delta({ content: "x" })),
      (thrown) => isFailure(thrown) && thrown.details.broken === true,
    );
  });

  it("survive whatever a stranger sends", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 4 }), (chunks) => {
        for (const reader of [new ChatReader(context, ANSWER), new ResponseReader(context)]) survive(reader, chunks.map(named));
        survive(new GenerateReader(context), chunks);
        survive(
          new MessageReader(context),
          chunks.map((data) => ({ event: null, data: JSON.stringify(data) })),
        );
        survive(
          new MessageReader(context),
          chunks.map((data) => ({ event: "x", data: JSON.stringify({ type: "content_block_delta", delta: data }) })),
        );
        survive(
          new ChatReader(context, ANSWER),
          chunks.map((message) => named({ choices: [{ delta: message, message }] })),
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** A Failure is an outcome; anything else would be a bug of ours. */
function survive<Chunk>(reader: AnswerReader<Chunk>, chunks: readonly Chunk[]): void {
  try {
    run(reader, chunks);
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
  }
}

describe("tool arguments", () => {
  it("are an object, or raw beside an empty one; a cut call is never repaired", () => {
    assert.deepEqual(toolCall({ id: "a", name: "n", given: '{"x":1}' }).arguments, { x: 1 });
    assert.deepEqual(toolCall({ id: "a", name: "n", given: "" }).arguments, {});
    assert.deepEqual(toolCall({ id: "a", name: "n", given: { x: 1 } }).arguments, { x: 1 });
    for (const given of ['{"x":', "[1]", "7", '"text"']) {
      const call = toolCall({ id: "a", name: "n", given });
      assert.deepEqual([call.arguments, call.rawArguments], [{}, given]);
    }
  });
});
