// When the beginning of a conversation counts as kept by its vendor: by what was answered last, how long ago, and what the vendor says of its cache.
import assert from "node:assert/strict";
import { NO_USAGE, type Usage } from "../../../shared/money.ts";
import type { ChatDraft } from "../../../shared/protocol.ts";
import type { SpineParts } from "../../../server/chat/parts.ts";
import { warmthOf } from "../../../server/chat/warmth.ts";
import { promptCacheOf } from "../../../server/providers/rows/prompt-cache.ts";

const NOW = new Date("2026-11-27T12:00:00Z");
const MINUTE_MS = 60_000;
const turn = (role: "user" | "assistant", text: string) => ({ role, parts: [{ type: "text" as const, text }] });
const DRAFT: ChatDraft = { conversationId: "c", messages: [turn("user", "hi"), turn("assistant", "hello"), turn("user", "and?")] };

function partsWith(last: { model: string; usage: Partial<Usage>; agoMs: number } | null) {
  const asked: string[] = [];
  const parts = {
    lastAnswer: async (id: string) => {
      asked.push(id);
      return last && { model: last.model, usage: { ...NO_USAGE, ...last.usage }, atMs: NOW.getTime() - last.agoMs };
    },
    providers: { promptCacheOf },
    now: () => NOW,
  };
  // Only these parts are asked; the rest of the spine has no say in it.
  return { parts: parts as unknown as SpineParts, asked };
}

describe("a warm conversation", () => {
  const cases = [
    {
      what: "Anthropic, what was read and written, within five minutes",
      model: "anthropic/claude-opus-4-5",
      usage: { inputTokens: 20, cacheReadTokens: 5000, cacheWrite5mTokens: 800 },
      agoMs: 4 * MINUTE_MS,
      tokens: 5800,
    },
    {
      what: "Anthropic, five minutes later",
      model: "anthropic/claude-opus-4-5",
      usage: { cacheWrite5mTokens: 5000 },
      agoMs: 5 * MINUTE_MS,
      tokens: null,
    },
    { what: "OpenAI, the whole prompt", model: "openai/gpt-5", usage: { inputTokens: 9000 }, agoMs: MINUTE_MS, tokens: 9000 },
    {
      what: "DeepSeek, half an hour later",
      model: "deepseek/deepseek-chat",
      usage: { inputTokens: 3000, cacheReadTokens: 64 },
      agoMs: 30 * MINUTE_MS,
      tokens: 3064,
    },
    {
      what: "Gemini that read nothing from a cache: nobody states that it keeps anything",
      model: "google/gemini-2.5-pro",
      usage: { inputTokens: 9000 },
      agoMs: MINUTE_MS,
      tokens: null,
    },
    {
      what: "Gemini that has just read from its cache",
      model: "google/gemini-2.5-pro",
      usage: { inputTokens: 1000, cacheReadTokens: 8000 },
      agoMs: MINUTE_MS,
      tokens: 9000,
    },
    {
      what: "an unknown vendor ten minutes after it read from its cache",
      model: "acme/m1",
      usage: { cacheReadTokens: 8000 },
      agoMs: 10 * MINUTE_MS,
      tokens: null,
    },
    {
      what: "an answer from the future, where the clock was set back",
      model: "openai/gpt-5",
      usage: { inputTokens: 9000 },
      agoMs: -MINUTE_MS,
      tokens: null,
    },
  ];
  for (const { what, model, usage, agoMs, tokens } of cases) {
    it(`is ${tokens === null ? "none" : `one of ${tokens} tokens`} for ${what}`, async () => {
      const warm = await warmthOf(partsWith({ model, usage, agoMs }).parts, DRAFT);
      assert.deepEqual(warm, tokens === null ? undefined : { model, tokens });
    });
  }

  it("is not looked for where nothing was said yet, or no conversation is named", async () => {
    const { parts, asked } = partsWith({ model: "openai/gpt-5", usage: { inputTokens: 9000 }, agoMs: 0 });
    assert.equal(await warmthOf(parts, { ...DRAFT, conversationId: undefined }), undefined);
    assert.equal(await warmthOf(parts, { ...DRAFT, messages: [turn("user", "hi")] }), undefined);
    assert.deepEqual(asked, []);
  });

  it("needs a longer beginning of some models than of others", () => {
    const least = (id: string) => promptCacheOf("anthropic", id).leastTokens;
    assert.deepEqual(
      ["claude-opus-4-5", "claude-haiku-4-5", "claude-sonnet-4-6", "claude-sonnet-4-5", "claude-3-5-haiku-20241022", "claude-opus-4-1"].map(
        least,
      ),
      [4096, 4096, 2048, 1024, 2048, 1024],
    );
    for (const provider of ["anthropic", "openai", "google", "deepseek", "nobody"])
      assert.match(promptCacheOf(provider, "x").source, /20\d\d-\d\d/);
  });
});
