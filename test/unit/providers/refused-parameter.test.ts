import assert from "node:assert/strict";
import { omit } from "../../../server/providers/omit.ts";
import { namedParameter } from "../../../server/providers/refused-parameter.ts";

describe("the parameter a vendor names", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens"],
    ["Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.", "temperature"],
    ["invalid temperature: only 1 is allowed for this model", "temperature"],
    ["Unknown parameter: 'reasoning.summary'.", "reasoning.summary"],
    ["Unrecognized request argument supplied: reasoning_effort", "reasoning_effort"],
    ["Invalid JSON payload received. Unknown name \"thinkingConfig\" at 'generation_config': Cannot find field.", "thinkingConfig"],
    ["property 'stream_options' is unsupported", "stream_options"],
    ["body.store: Extra inputs are not permitted", "store"],
    ["`temperature` is deprecated for this model.", "temperature"],
    ["This model does not support parallel_tool_calls", "parallel_tool_calls"],
    ["Invalid request: the messages are empty", undefined],
    ["Something else went wrong", undefined],
  ];
  for (const [sentence, wanted] of cases) it(sentence.slice(0, 80), () => assert.equal(namedParameter(sentence), wanted));
});

describe("leaving out a parameter", () => {
  it("takes out just that one, also inside another", () => {
    assert.deepEqual(omit({ a: 1, temperature: 2 }, ["temperature"]), { a: 1 });
    assert.deepEqual(omit({ reasoning: { effort: "low", summary: "auto" } }, ["reasoning.summary"]), { reasoning: { effort: "low" } });
    assert.deepEqual(omit({ a: 1 }, ["b", "a.c"]), { a: 1 });
  });

  it("never takes out the conversation", () => {
    assert.deepEqual(omit({ messages: [], input: [], model: "m" }, ["messages", "input", "model"]), {
      messages: [],
      input: [],
      model: "m",
    });
  });
});
