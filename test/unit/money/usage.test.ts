// From a vendor's raw usage to a bill: the buckets are disjoint, add up to the vendor's own totals, and price to what was billed.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import fc from "fast-check";
import type { Price } from "../../../shared/model.ts";
import { totalInputTokens, type Usage } from "../../../shared/money.ts";
import { costOf } from "../../../server/money/cost.ts";
import { anthropicUsage } from "../../../server/providers/anthropic/usage.ts";
import { googleUsage } from "../../../server/providers/google/stream.ts";
import { openaiUsage, reportedNanoUsd } from "../../../server/providers/openai-usage.ts";

const count = fc.nat(2_000_000);
const absurd = fc.oneof(count, fc.constantFrom(null, undefined, -5, Number.NaN, "12", 1.5));

function sane(usage: Usage): void {
  const { provenance: _, ...buckets } = usage;
  for (const [name, value] of Object.entries(buckets)) assert.ok(Number.isSafeInteger(value) && value >= 0, `${name} is ${value}`);
  assert.ok(usage.reasoningTokens <= usage.outputTokens);
}

describe("usage in buckets", () => {
  it("adds up to the totals of the OpenAI family, wherever cached and reasoning tokens are stated", () => {
    const raw = fc.record({
      prompt: count,
      cached: count,
      written: count,
      completion: count,
      reasoning: count,
      form: fc.constantFrom("chat", "responses", "deepseek", "moonshot"),
      isOnTop: fc.boolean(),
    });
    fc.assert(
      fc.property(raw, ({ prompt, cached, written, completion, reasoning, form, isOnTop }) => {
        const usage = openaiUsage(openaiRaw({ prompt, cached, written, completion, reasoning, form, isOnTop }), {});
        sane(usage);
        assert.equal(totalInputTokens(usage), prompt);
        assert.equal(usage.outputTokens, isOnTop ? completion + reasoning : completion);
      }),
    );
  });

  it("adds up to Anthropic's total, split by the life of the cache or not", () => {
    fc.assert(
      fc.property(count, count, count, count, count, fc.boolean(), (input, read, fiveMinutes, oneHour, output, isSplit) => {
        const usage = anthropicUsage(
          {
            input_tokens: input,
            cache_read_input_tokens: read,
            cache_creation_input_tokens: fiveMinutes + oneHour,
            ...(isSplit ? { cache_creation: { ephemeral_5m_input_tokens: fiveMinutes, ephemeral_1h_input_tokens: oneHour } } : {}),
            output_tokens: output,
          },
          "reported",
        );
        sane(usage);
        assert.equal(totalInputTokens(usage), input + read + fiveMinutes + oneHour);
        assert.equal(usage.cacheWrite1hTokens, isSplit ? oneHour : 0);
        assert.equal(usage.outputTokens, output);
      }),
    );
  });

  it("adds up to Gemini's total, with tools' prompts and thoughts on top", () => {
    fc.assert(
      fc.property(count, count, fc.double({ min: 0, max: 1, noNaN: true }), count, count, (prompt, tools, share, candidates, thoughts) => {
        const usage = googleUsage(
          {
            promptTokenCount: prompt,
            toolUsePromptTokenCount: tools,
            cachedContentTokenCount: Math.floor(prompt * share),
            candidatesTokenCount: candidates,
            thoughtsTokenCount: thoughts,
            totalTokenCount: prompt + tools + candidates + thoughts,
          },
          "reported",
        );
        sane(usage);
        assert.equal(totalInputTokens(usage) + usage.outputTokens, prompt + tools + candidates + thoughts);
      }),
    );
  });

  it("is never negative and never more than it should be, whatever a vendor sends", () => {
    const names = [
      "prompt_tokens",
      "completion_tokens",
      "total_tokens",
      "cached_tokens",
      "input_tokens",
      "output_tokens",
      "cache_read_input_tokens",
      "cache_creation_input_tokens",
      "promptTokenCount",
      "candidatesTokenCount",
      "thoughtsTokenCount",
      "cachedContentTokenCount",
    ];
    const inner = fc.record(
      {
        cached_tokens: absurd,
        cache_write_tokens: absurd,
        reasoning_tokens: absurd,
        ephemeral_1h_input_tokens: absurd,
        thinking_tokens: absurd,
      },
      { requiredKeys: [] },
    );
    const raw = fc.tuple(fc.dictionary(fc.constantFrom(...names), absurd), inner, inner).map(([flat, input, output]) => ({
      ...flat,
      prompt_tokens_details: input,
      completion_tokens_details: output,
      cache_creation: input,
      output_tokens_details: output,
    }));
    fc.assert(
      fc.property(raw, (given) => {
        for (const usage of [openaiUsage(given, {}), anthropicUsage(given, "reported"), googleUsage(given, "reported")]) sane(usage);
      }),
    );
  });

  const folder = "../shared/recordings/replay";
  it(`adds up in every recorded answer${existsSync(folder) ? "" : " (no recordings beside this project: nothing was read)"}`, () => {
    let seen = 0;
    for (const file of globSync(`${folder}/*.json`)) {
      const { dialect, expected } = JSON.parse(readFileSync(file, "utf8")) as Recorded;
      if (!expected.usageRaw || !expected.usage) continue;
      const usage = bucketsOf(dialect, expected.usageRaw);
      if (usage === null) continue;
      seen++;
      sane(usage);
      assert.deepEqual([totalInputTokens(usage), usage.outputTokens], [expected.usage.input, expected.usage.output], file);
    }
    assert.ok(seen >= 70 || !existsSync(folder), `only ${seen} were read`);
  });
});

describe("public bills from raw usage", () => {
  const rates = (input: number, cacheRead: number, cacheWrite5m: number | null, cacheWrite1h: number | null, output: number): Price => ({
    rates: {
      input: input * 1e9,
      cacheRead: cacheRead * 1e9,
      cacheWrite5m: cacheWrite5m === null ? null : cacheWrite5m * 1e9,
      cacheWrite1h: cacheWrite1h === null ? null : cacheWrite1h * 1e9,
      output: output * 1e9,
    },
    version: "v",
    source: "the thread",
    date: "2026-11-01",
  });

  it("litellm#14849: 0.1849", () => {
    const raw = {
      total_tokens: 264_704,
      prompt_tokens: 262_960,
      completion_tokens: 1744,
      prompt_tokens_details: { text_tokens: 262_960, cached_tokens: 257_955 },
      completion_tokens_details: { reasoning_tokens: 0 },
    };
    assert.equal(costOf(openaiUsage(raw, {}), rates(1.25, 0.625, null, null, 10)).nanoUsd, 184_918_125);
  });

  it("litellm#9812: 0.05439 and three tokens", () => {
    const raw = { input_tokens: 3, cache_creation_input_tokens: 12_304, cache_read_input_tokens: 0, output_tokens: 550 };
    assert.equal(costOf(anthropicUsage(raw, "reported"), rates(3, 0.3, 3.75, 6, 15)).nanoUsd, 54_390_000 + 9000);
  });

  it("oh-my-pi#6876: 3.44139", () => {
    const raw = {
      input_tokens: 0,
      cache_creation_input_tokens: 344_139,
      cache_creation: { ephemeral_1h_input_tokens: 344_139, ephemeral_5m_input_tokens: 0 },
      output_tokens: 0,
    };
    assert.equal(costOf(anthropicUsage(raw, "reported"), rates(5, 0.5, 6.25, 10, 25)).nanoUsd, 3_441_390_000);
  });

  it("forgecode#1641: 0.0360795", () => {
    const raw = {
      ...{
        prompt_tokens: 9171,
        completion_tokens: 113,
        total_tokens: 9284,
        cost: 0,
        is_byok: true,
        prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      },
      cost_details: {
        upstream_inference_cost: 0.0360795,
        upstream_inference_prompt_cost: 0.0343845,
        upstream_inference_completions_cost: 0.001695,
      },
      completion_tokens_details: { reasoning_tokens: 55, image_tokens: 0 },
    };
    const cost = costOf(openaiUsage(raw, {}), null, { reportedNanoUsd: reportedNanoUsd(raw) });
    assert.deepEqual(cost, { nanoUsd: 36_079_500, provenance: "reported", priceDate: null });
  });
});

interface Recorded {
  readonly dialect: string;
  readonly expected: { readonly usage?: { input: number; output: number } | null; readonly usageRaw?: Record<string, unknown> | null };
}

function bucketsOf(dialect: string, raw: Record<string, unknown>): Usage | null {
  switch (dialect) {
    case "openai.chat":
    case "openai.responses":
      return openaiUsage(raw, {});
    case "anthropic.messages":
      return anthropicUsage(raw, "reported");
    case "gemini.generateContent":
      return googleUsage(raw, "reported");
    default:
      return null;
  }
}

interface OpenaiCounts {
  readonly prompt: number;
  readonly cached: number;
  readonly written: number;
  readonly completion: number;
  readonly reasoning: number;
  readonly form: "chat" | "responses" | "deepseek" | "moonshot";
  readonly isOnTop: boolean;
}

function openaiRaw({ prompt, cached, written, completion, reasoning, form, isOnTop }: OpenaiCounts): Record<string, unknown> {
  const inside = isOnTop ? reasoning : Math.min(reasoning, completion);
  const total = { total_tokens: prompt + completion + (isOnTop ? inside : 0) };
  const chat = { prompt_tokens: prompt, completion_tokens: completion, completion_tokens_details: { reasoning_tokens: inside }, ...total };
  if (form === "responses")
    return {
      input_tokens: prompt,
      output_tokens: completion,
      input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
      output_tokens_details: { reasoning_tokens: inside },
      ...total,
    };
  if (form === "deepseek") return { ...chat, prompt_cache_hit_tokens: cached };
  if (form === "moonshot") return { ...chat, cached_tokens: cached };
  return { ...chat, prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written } };
}
