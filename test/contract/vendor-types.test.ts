// The schemas that the handoff is checked by: those of the SDKs that are installed, and no sieve.
import assert from "node:assert/strict";
import type { RuledDialect } from "../support/replay-rules.ts";
import { generated, kept, typeViolations, validatorOf } from "../support/vendor-types.ts";

const text = (words: string) => ({ type: "text", text: words });
/** A least body of each, and what its vendor's SDK would not let through. */
const BODIES: Readonly<Record<RuledDialect, { readonly good: object; readonly bad: readonly object[] }>> = {
  "openai-chat": {
    good: { model: "m", stream: true, messages: [{ role: "user", content: "hi" }] },
    bad: [
      { max_token: 5 },
      { messages: [{ role: "human", content: "hi" }] },
      { messages: [{ role: "user", content: "hi", colour: "red" }] },
      { messages: [{ role: "tool", content: "7" }] },
      {
        messages: [
          { role: "assistant", content: null, tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: {} } }] },
        ],
      },
      { tools: [{ type: "function", function: { parameters: {} } }] },
    ],
  },
  "openai-responses": {
    good: { model: "m", stream: true, input: [{ role: "user", content: [{ type: "input_text", text: "hi" }] }] },
    bad: [
      { max_tokens: 5 },
      { input: [{ role: "user", content: [text("hi")] }] },
      { input: [{ type: "function_call_output", call_id: "1", output: 7 }] },
      { input: [{ type: "function_call", call_id: "1", name: "f" }] },
      { input: [{ type: "reasoning", id: "r" }] },
      { tools: [{ type: "function", name: 7, parameters: {}, strict: false }] },
    ],
  },
  anthropic: {
    good: { model: "m", stream: true, max_tokens: 5, messages: [{ role: "user", content: [text("hi")] }] },
    bad: [
      { max_tokens: "5" },
      { metadata: { user: "me" } },
      { messages: [{ role: "user", content: [{ type: "text" }] }] },
      { messages: [{ role: "user", content: [{ type: "tool_result", content: "7" }] }] },
      { messages: [{ role: "user", content: [{ type: "image", source: { type: "base64", media_type: "image/bmp", data: "" } }] }] },
      { tool_choice: { type: "tool" } },
    ],
  },
  google: {
    good: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
    bad: [
      { contents: [] },
      { contents: [{ role: "user", parts: [{ words: "hi" }] }] },
      { generationConfig: { maxTokens: 5 } },
      { tools: [{ functionDeclarations: [{ name: 7 }] }] },
      { toolConfig: { functionCallingConfig: { mode: "ALWAYS" } } },
    ],
  },
};

for (const [name, { good, bad }] of Object.entries(BODIES)) {
  const dialect = name as RuledDialect;
  describe(`the types of ${dialect}'s SDK`, function () {
    this.timeout(120_000);
    const validate = validatorOf(dialect);

    it("let a good body through, and none of the others", () => {
      assert.deepEqual(typeViolations(validate, dialect, { ...good }), []);
      for (const more of bad) assert.notDeepEqual(typeViolations(validate, dialect, { ...good, ...more }), [], JSON.stringify(more));
    });

    it("are those of the version that is installed", () => assert.deepEqual(generated(dialect), kept(dialect)));
  });
}
