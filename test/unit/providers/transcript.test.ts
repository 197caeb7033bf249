import assert from "node:assert/strict";
import fc from "fast-check";
import type { Message, Part, ToolResultPart } from "../../../shared/chat.ts";
import { readModelList } from "../../../server/providers/model-list.ts";
import { ANY_TOOL_ID, ownOrigin, toolId, transcriptOf } from "../../../server/providers/transcript.ts";

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text: fc.string({ maxLength: 3 }) }),
  fc.record({ type: fc.constant("image" as const), url: fc.constant("https://example.com/a.png") }),
  fc.record({ type: fc.constant("reasoning" as const), text: fc.string({ maxLength: 3 }) }),
  fc.record({
    type: fc.constant("toolCall" as const),
    id: fc.constantFrom("a", "b", "c"),
    name: fc.constant("f"),
    arguments: fc.constant({}),
  }),
  fc.record({
    type: fc.constant("toolResult" as const),
    id: fc.constantFrom("a", "b", "d"),
    parts: fc.constant<ToolResultPart["parts"]>([]),
  }),
);
const messages: fc.Arbitrary<Message[]> = fc.array(
  fc.record({
    role: fc.constantFrom("system" as const, "user" as const, "assistant" as const, "tool" as const),
    parts: fc.array(part, { maxLength: 4 }),
  }),
  { maxLength: 6 },
);

describe("the transcript as turns", () => {
  it("answers every call in the turn right after it, exactly once and in order, whatever the history", () => {
    fc.assert(
      fc.property(messages, (history) => {
        const { turns } = transcriptOf(history);
        turns.forEach((turn, at) => {
          if (turn.role === "assistant") {
            const calls = turn.parts.filter((each) => each.type === "toolCall").map(({ id }) => id);
            const next = turns[at + 1];
            const results = next?.role === "results" ? next.results.map(({ id }) => id) : [];
            assert.deepEqual(results, calls);
          }
          if (turn.role === "results") assert.equal(turns[at - 1]?.role, "assistant");
          if (turn.role !== "results") assert.ok(turn.parts.length > 0);
        });
      }),
    );
  });

  it("loses no word of anybody", () => {
    fc.assert(
      fc.property(messages, (history) => {
        const { system, turns } = transcriptOf(history);
        const said = JSON.stringify([system, turns]);
        for (const message of history) {
          const alone = message.role === "assistant" && message.parts.every(({ type }) => type !== "text" && type !== "toolCall");
          for (const each of message.parts) {
            if (each.type === "text" && each.text !== "" && !alone) assert.ok(said.includes(JSON.stringify(each.text).slice(1, -1)));
          }
        }
      }),
    );
  });

  it("says that a call was not carried out, and what a stray result was", () => {
    const { turns } = transcriptOf([
      { role: "assistant", parts: [{ type: "toolCall", id: "a", name: "f", arguments: {} }] },
      { role: "user", parts: [{ type: "text", text: "go on" }] },
      { role: "tool", parts: [{ type: "toolResult", id: "x", parts: [{ type: "text", text: "late" }] }] },
    ]);
    assert.deepEqual(
      turns.map(({ role }) => role),
      ["assistant", "results", "user", "user"],
    );
    assert.match(JSON.stringify(turns[1]), /not carried out/);
    assert.match(JSON.stringify(turns[3]), /late/);
  });
});

describe("what a vendor signed", () => {
  const origin = { dialect: "anthropic", provider: "p", model: "m", signature: "s" };

  it("goes back to the same dialect, provider and model only", () => {
    assert.equal(ownOrigin(origin, "anthropic", "p", "m"), true);
    assert.equal(ownOrigin(origin, "google", "p", "m"), false);
    assert.equal(ownOrigin(origin, "anthropic", "q", "m"), false);
    assert.equal(ownOrigin(origin, "anthropic", "p", "n"), false);
    assert.equal(ownOrigin(undefined, "anthropic", "p", "m"), false);
  });
});

describe("tool call ids", () => {
  it("stay when they fit, and become the same other id every time when they do not", () => {
    assert.equal(toolId("toolu_01"), "toolu_01");
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        assert.match(toolId(left), ANY_TOOL_ID.pattern);
        assert.equal(toolId(left), toolId(left));
        if (left !== right) assert.notEqual(toolId(left), toolId(right));
      }),
    );
  });
});

describe("a vendor's list of models", () => {
  const cases: readonly (readonly [string, unknown, object])[] = [
    ["OpenAI", { data: [{ id: "m", object: "model" }] }, { id: "m" }],
    [
      "OpenRouter",
      {
        data: [
          {
            id: "a/m",
            name: "M",
            context_length: 9,
            top_provider: { max_completion_tokens: 4 },
            architecture: { input_modalities: ["text", "image"] },
            supported_parameters: ["tools", "reasoning", "structured_outputs"],
          },
        ],
      },
      { id: "a/m", name: "M", contextWindowTokens: 9, maxOutputTokens: 4, capabilities: ["vision", "tools", "structured", "reasoning"] },
    ],
    ["Groq", { data: [{ id: "m", context_window: 8 }] }, { id: "m", contextWindowTokens: 8 }],
    [
      "Mistral",
      { data: [{ id: "m", max_context_length: 8, capabilities: { vision: true, function_calling: true } }] },
      { id: "m", contextWindowTokens: 8, capabilities: ["vision", "tools"] },
    ],
    ["Together (a bare list)", [{ id: "m", context_length: 8 }], { id: "m", contextWindowTokens: 8 }],
    ["vLLM", { data: [{ id: "m", max_model_len: 8 }] }, { id: "m", contextWindowTokens: 8 }],
    ["llama.cpp", { data: [{ id: "m", meta: { n_ctx_train: 8 } }] }, { id: "m", contextWindowTokens: 8 }],
    ["LM Studio", { data: [{ id: "m", max_context_length: 9, loaded_context_length: 4 }] }, { id: "m", contextWindowTokens: 4 }],
    [
      "Anthropic",
      {
        data: [
          {
            id: "m",
            display_name: "M",
            max_input_tokens: 8,
            max_tokens: 4,
            capabilities: { image_input: { supported: true }, thinking: { supported: false } },
          },
        ],
      },
      { id: "m", name: "M", contextWindowTokens: 8, maxOutputTokens: 4, capabilities: ["vision"] },
    ],
    [
      "Google",
      { models: [{ name: "models/m", displayName: "M", inputTokenLimit: 8, outputTokenLimit: 4, thinking: true }] },
      { id: "m", name: "M", contextWindowTokens: 8, maxOutputTokens: 4, capabilities: ["reasoning"] },
    ],
  ];
  for (const [vendor, body, wanted] of cases) it(`of ${vendor}`, () => assert.deepEqual(readModelList(body, "p"), [wanted]));

  it("that is something else is said to be", () => {
    for (const body of [{}, "x", null, { data: {} }]) assert.throws(() => readModelList(body, "p"), /base URL/);
    assert.deepEqual(readModelList({ data: [null, 7, {}] }, "p"), []);
  });
});
