import assert from "node:assert/strict";
import { isFailure } from "../../../shared/failure.ts";
import { messagesBody } from "../../../server/providers/anthropic/request.ts";
import { googleParameters } from "../../../server/providers/google/request.ts";
import { chatBody } from "../../../server/providers/openai-chat/request.ts";
import { responsesBody } from "../../../server/providers/openai-responses/request.ts";
import type { ProviderRequest, Quirks } from "../../../server/providers/provider.ts";
import { asking, connectionTo } from "../../support/replay.ts";

// Bodies are JSON of four vendors; the tests look into them freely.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Json = any;
type Given = Partial<ProviderRequest>;

const at = (quirks: Quirks) => connectionTo("https://vendor.example", { quirks });
const chat = (given: Given, quirks: Quirks = {}): Json => chatBody(asking("hi", given), at(quirks));
const responses = (given: Given, quirks: Quirks = {}): Json => responsesBody(asking("hi", given), at(quirks));
const messages = (given: Given, quirks: Quirks = {}): Json => messagesBody(asking("hi", given), at(quirks));
const google = (given: Given): Json => googleParameters(asking("hi", given), at({}));

const TOOL = { name: "look", description: "Looks.", parameters: { type: "object", properties: {} } };
const OUTPUT = { name: "city", schema: { type: "object", properties: { name: { type: "string" } } } };
const PNG = "iVBORw0KGgoAAAA";
const reasons: Given = { capabilities: ["reasoning"], reasoning: "medium" };
const user = (...parts: ProviderRequest["messages"][number]["parts"]): Given => ({ messages: [{ role: "user", parts }] });

describe("a plain question", () => {
  it("carries nothing that was not asked for", () => {
    assert.deepEqual(chat({}), {
      model: "some-model",
      messages: [{ role: "user", content: "hi" }],
      stream: true,
      stream_options: { include_usage: true },
    });
    assert.deepEqual(responses({}), { model: "some-model", input: [{ role: "user", content: "hi" }], stream: true, store: false });
    assert.deepEqual(messages({}), {
      model: "some-model",
      max_tokens: 4096,
      messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
      stream: true,
    });
    assert.deepEqual(google({}), { model: "some-model", contents: [{ role: "user", parts: [{ text: "hi" }] }], config: {} });
  });
});

describe("how sure a model is", () => {
  it("is asked where the vendor tells, by each dialect's own name, and never of a model that reasons", () => {
    const asks: Given = { logprobs: true };
    assert.equal(chat(asks, { logprobs: true }).logprobs, true);
    assert.deepEqual(responses(asks, { logprobs: true }).include, ["message.output_text.logprobs"]);
    assert.equal(chat(asks).logprobs, undefined);
    assert.equal(chat({ ...asks, ...reasons }, { logprobs: true }).logprobs, undefined);
    assert.deepEqual(responses({ ...asks, ...reasons }, { logprobs: true }).include, ["reasoning.encrypted_content"]);
    assert.equal(chat({ ...asks, omitParameters: ["logprobs"] }, { logprobs: true }).logprobs, undefined);
  });
});

describe("limits and temperature", () => {
  const given = { maxOutputTokens: 100, temperature: 0.5 };

  it("go by each vendor's names", () => {
    assert.equal(chat(given).max_tokens, 100);
    assert.equal(chat(given, { maxTokensField: "max_completion_tokens" }).max_completion_tokens, 100);
    assert.equal(responses(given).max_output_tokens, 100);
    assert.equal(messages(given).max_tokens, 100);
    assert.equal(google(given).config.maxOutputTokens, 100);
    for (const body of [chat(given), responses(given), messages(given), google(given).config]) assert.equal(body.temperature, 0.5);
  });

  it("leave temperature out where the provider or the model refuses it", () => {
    for (const make of [chat, responses, messages]) {
      assert.equal(make(given, { temperature: false }).temperature, undefined);
      assert.equal(make({ ...given, modelQuirks: { temperature: false } }).temperature, undefined);
    }
  });

  it("take the other name of the limit when one was refused", () => {
    const learned = chat({ ...given, omitParameters: ["max_tokens"] });
    assert.deepEqual([learned.max_tokens, learned.max_completion_tokens], [undefined, 100]);
  });

  it("leave out what a vendor refused once", () => {
    assert.equal(chat({ ...given, omitParameters: ["temperature"] }).temperature, undefined);
    assert.equal(google({ ...given, omitParameters: ["generation_config.temperature"] }).config.temperature, undefined);
    const summary = responses({ ...reasons, omitParameters: ["reasoning.summary"] });
    assert.deepEqual(summary.reasoning, { effort: "medium" });
  });
});

describe("the system prompt", () => {
  const given: Given = {
    messages: [
      { role: "system", parts: [{ type: "text", text: "One." }] },
      { role: "user", parts: [{ type: "text", text: "hi" }] },
      { role: "system", parts: [{ type: "text", text: "Two." }] },
      { role: "assistant", parts: [{ type: "text", text: "yes" }] },
      { role: "user", parts: [{ type: "text", text: "go" }] },
    ],
  };

  it("is all system messages, in the vendor's place and role", () => {
    assert.deepEqual(chat(given).messages[0], { role: "system", content: "One.\n\nTwo." });
    assert.equal(chat(given, { systemRole: "developer" }).messages[0].role, "developer");
    assert.equal(chat({ ...given, omitParameters: ["messages[0].role"] }).messages[0].role, "user");
    assert.deepEqual(responses(given).input[0], { role: "system", content: "One.\n\nTwo." });
    assert.equal(messages(given).system, "One.\n\nTwo.");
    assert.deepEqual(google(given).config.systemInstruction, { parts: [{ text: "One.\n\nTwo." }] });
  });
});

describe("images and documents", () => {
  const image = user({ type: "text", text: "See" }, { type: "image", data: PNG });
  const linked = user({ type: "image", url: "https://example.com/a.webp" });
  const pdf = user({ type: "image", data: "JVBERi0xLjc" });

  it("go as each vendor takes them, the kind told by the bytes", () => {
    assert.deepEqual(chat(image).messages[0].content[1], { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } });
    assert.equal(responses(image).input[0].content[1].image_url, `data:image/png;base64,${PNG}`);
    assert.deepEqual(messages(image).messages[0].content[1], {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: PNG },
    });
    assert.deepEqual(google(image).contents[0].parts[1], { inlineData: { mimeType: "image/png", data: PNG } });
  });

  it("go by address where they have one", () => {
    assert.equal(chat(linked).messages[0].content[0].image_url.url, "https://example.com/a.webp");
    assert.deepEqual(messages(linked).messages[0].content[0].source, { type: "url", url: "https://example.com/a.webp" });
    assert.deepEqual(google(linked).contents[0].parts[0].fileData, { fileUri: "https://example.com/a.webp", mimeType: "image/webp" });
  });

  it("that are PDFs are documents", () => {
    assert.equal(chat(pdf).messages[0].content[0].type, "file");
    assert.equal(responses(pdf).input[0].content[0].type, "input_file");
    assert.equal(messages(pdf).messages[0].content[0].type, "document");
    assert.equal(google(pdf).contents[0].parts[0].inlineData.mimeType, "application/pdf");
  });

  it("are never dropped in silence: a provider that takes none is not asked", () => {
    assert.throws(
      () => chat(image, { contentParts: false }),
      (thrown) => isFailure(thrown) && thrown.details.lacks === "vision",
    );
    assert.throws(
      () => chat(user({ type: "image", data: "AAAA" })),
      (thrown) => isFailure(thrown) && thrown.kind === "invalidParams",
    );
    assert.throws(
      () => chat(user({ type: "image" })),
      (thrown) => isFailure(thrown) && thrown.kind === "invalidParams",
    );
  });
});

describe("tools", () => {
  it("are defined in each vendor's form", () => {
    assert.deepEqual(chat({ tools: [TOOL] }).tools, [{ type: "function", function: TOOL }]);
    assert.deepEqual(responses({ tools: [TOOL] }).tools, [{ type: "function", ...TOOL, strict: false }]);
    assert.deepEqual(messages({ tools: [TOOL] }).tools, [{ name: "look", description: "Looks.", input_schema: TOOL.parameters }]);
    assert.deepEqual(google({ tools: [TOOL] }).config.tools[0].functionDeclarations[0], {
      name: "look",
      description: "Looks.",
      parametersJsonSchema: TOOL.parameters,
    });
  });

  const choices: readonly (readonly [ProviderRequest["toolChoice"], unknown, unknown, unknown, unknown])[] = [
    ["auto", undefined, undefined, undefined, undefined],
    ["none", "none", "none", { type: "none" }, { mode: "NONE" }],
    ["required", "required", "required", { type: "any" }, { mode: "ANY" }],
    [
      { name: "look" },
      { type: "function", function: { name: "look" } },
      { type: "function", name: "look" },
      { type: "tool", name: "look" },
      { mode: "ANY", allowedFunctionNames: ["look"] },
    ],
  ];
  for (const [toolChoice, ofChat, ofResponses, ofMessages, ofGoogle] of choices) {
    it(`are chosen: ${JSON.stringify(toolChoice)}`, () => {
      const given = { tools: [TOOL], toolChoice };
      assert.deepEqual(chat(given).tool_choice, ofChat);
      assert.deepEqual(responses(given).tool_choice, ofResponses);
      assert.deepEqual(messages(given).tool_choice, ofMessages);
      assert.deepEqual(google(given).config.toolConfig?.functionCallingConfig, ofGoogle);
    });
  }

  it("are chosen as near as a vendor can", () => {
    const named = { tools: [TOOL], toolChoice: { name: "look" } };
    assert.equal(chat(named, { toolChoice: ["auto", "required"] }).tool_choice, "required");
    assert.equal(chat(named, { toolChoice: ["auto"] }).tool_choice, undefined);
    assert.equal(chat({ tools: [TOOL], toolChoice: "none" }, { toolChoice: ["auto"] }).tools, undefined);
  });

  it("have ids in the form that a vendor takes, the same for call and result", () => {
    const given: Given = {
      messages: [
        { role: "assistant", parts: [{ type: "toolCall", id: "toolu_01_long", name: "look", arguments: {} }] },
        { role: "tool", parts: [{ type: "toolResult", id: "toolu_01_long", parts: [{ type: "text", text: "ok" }] }] },
      ],
    };
    const [call, result] = chat(given, { toolIds: "nine" }).messages;
    assert.match(call.tool_calls[0].id, /^[a-zA-Z0-9]{9}$/);
    assert.equal(result.tool_call_id, call.tool_calls[0].id);
    assert.equal(chat(given).messages[1].tool_call_id, "toolu_01_long");
  });
});

describe("an answer in a form", () => {
  it("is asked for natively where the catalogue says that it works", () => {
    const given: Given = { output: OUTPUT, outputMode: "native" };
    assert.deepEqual(chat(given).response_format, {
      type: "json_schema",
      json_schema: { name: "city", schema: OUTPUT.schema, strict: true },
    });
    assert.deepEqual(chat(given, { structured: "json_object" }).response_format, { type: "json_object" });
    assert.equal(chat(given, { strictSchema: false }).response_format.json_schema.strict, undefined);
    assert.deepEqual(responses(given).text.format, { type: "json_schema", name: "city", schema: OUTPUT.schema, strict: true });
    assert.deepEqual(messages(given).output_config, { format: { type: "json_schema", schema: OUTPUT.schema } });
    assert.equal(google(given).config.responseMimeType, "application/json");
    assert.deepEqual(google(given).config.responseJsonSchema, OUTPUT.schema);
  });

  it("is asked for as a forced tool, or not at all", () => {
    const asTool: Given = { output: OUTPUT, outputMode: "tool" };
    assert.equal(chat(asTool).tool_choice.function.name, "city");
    assert.equal(responses(asTool).tool_choice.name, "city");
    assert.deepEqual(messages(asTool).tool_choice, { type: "tool", name: "city" });
    assert.deepEqual(google(asTool).config.toolConfig.functionCallingConfig.allowedFunctionNames, ["city"]);
    const inPrompt: Given = { output: OUTPUT, outputMode: "prompt" };
    for (const body of [chat(inPrompt), responses(inPrompt), messages(inPrompt), google(inPrompt)]) {
      assert.ok(!JSON.stringify(body).includes("string"));
    }
  });
});

describe("reasoning", () => {
  it("is asked for in each vendor's way, and only of models that reason", () => {
    assert.equal(chat(reasons, { reasoningField: "reasoning_effort" }).reasoning_effort, "medium");
    assert.deepEqual(chat(reasons, { reasoningField: "reasoning" }).reasoning, { effort: "medium" });
    assert.deepEqual(chat(reasons, { reasoningField: "thinking" }).thinking, { type: "enabled" });
    assert.equal(chat(reasons, { reasoningField: "enable_thinking" }).enable_thinking, true);
    assert.deepEqual(responses(reasons).reasoning, { effort: "medium", summary: "auto" });
    assert.deepEqual(responses(reasons).include, ["reasoning.encrypted_content"]);
    const unable: Given = { reasoning: "medium", capabilities: [] };
    for (const body of [chat(unable, { reasoningField: "thinking" }), responses(unable), messages(unable), google(unable)]) {
      assert.ok(!/reasoning|thinking/.test(JSON.stringify(body)), JSON.stringify(body));
    }
  });

  it("is turned off as far as the model can", () => {
    const off: Given = { capabilities: ["reasoning"], reasoning: "off" };
    assert.deepEqual(chat(off, { reasoningField: "thinking" }).thinking, { type: "disabled" });
    assert.equal(chat(off, { reasoningField: "reasoning_effort" }).reasoning_effort, undefined);
    const minimal = { ...off, modelQuirks: { efforts: ["minimal", "low", "high"], reasoningOff: false } };
    assert.equal(chat(minimal, { reasoningField: "reasoning_effort" }).reasoning_effort, "minimal");
    assert.deepEqual(responses({ ...off, modelQuirks: { efforts: ["low", "high"] } }).reasoning, { effort: "none" });
    assert.equal(messages({ ...off, model: "claude-fable-5", modelQuirks: { reasoningOff: false } }).thinking, undefined);
    assert.deepEqual(messages({ ...off, model: "claude-opus-4-7" }).thinking, { type: "disabled" });
    assert.equal(google({ ...off, model: "gemini-2.5-flash" }).config.thinkingConfig.thinkingBudget, 0);
    assert.equal(google({ ...off, model: "gemini-2.5-pro" }).config.thinkingConfig.thinkingBudget, 128);
    assert.equal(google({ ...off, model: "gemini-3-pro" }).config.thinkingConfig.thinkingLevel, "LOW");
  });

  it("goes to the nearest effort that the model knows", () => {
    const known = { ...reasons, modelQuirks: { efforts: ["low", "high", "max"] } };
    assert.equal(chat(known, { reasoningField: "reasoning_effort" }).reasoning_effort, "high");
    assert.deepEqual(chat(known, { reasoningField: "thinking_effort" }), {
      ...chat({}),
      thinking: { type: "enabled" },
      reasoning_effort: "high",
    });
    assert.equal(google({ ...known, model: "gemini-3-pro", reasoning: "low" }).config.thinkingConfig.thinkingLevel, "LOW");
  });

  it("is not spoken of to a model that always reasons, or that only knows on and off", () => {
    const always: Given = { ...reasons, reasoningControl: "always" };
    assert.equal(chat(always, { reasoningField: "reasoning_effort" }).reasoning_effort, undefined);
    assert.deepEqual(chat(always, { reasoningField: "reasoning" }).reasoning, { enabled: true });
    assert.deepEqual(responses(always).reasoning, { summary: "auto" });
    assert.deepEqual(google(always).config.thinkingConfig, { includeThoughts: true });
    const toggle: Given = { ...reasons, reasoningControl: "toggle" };
    assert.equal(chat(toggle, { reasoningField: "reasoning_effort" }).reasoning_effort, undefined);
    assert.deepEqual(chat(toggle, { reasoningField: "reasoning" }).reasoning, { enabled: true });
    assert.equal(chat({ ...reasons, reasoningControl: "none" }, { reasoningField: "thinking" }).thinking, undefined);
  });

  it("is a budget for older Claude models, within the limit, and left to newer ones", () => {
    const older = messages({ ...reasons, model: "claude-sonnet-4-5", maxOutputTokens: 32_000 });
    assert.deepEqual(older.thinking, { type: "enabled", budget_tokens: 8_192 });
    const small = messages({ ...reasons, model: "claude-sonnet-4-5", maxOutputTokens: 2_000 });
    assert.deepEqual(small.thinking, { type: "enabled", budget_tokens: 1_600 });
    assert.equal(messages({ ...reasons, model: "claude-sonnet-4-5", maxOutputTokens: 1_000 }).thinking, undefined);
    const newer = messages({ ...reasons, model: "claude-opus-4-7" });
    assert.deepEqual([newer.thinking, newer.output_config], [{ type: "adaptive" }, { effort: "medium" }]);
    assert.equal(messages({ ...reasons, model: "claude-sonnet-4-5", maxOutputTokens: 32_000, temperature: 0.3 }).temperature, undefined);
  });

  it("is a budget for Gemini 2.5 and a level from Gemini 3 on", () => {
    assert.deepEqual(google({ ...reasons, model: "gemini-2.5-flash" }).config.thinkingConfig, {
      includeThoughts: true,
      thinkingBudget: 8_192,
    });
    assert.deepEqual(google({ ...reasons, model: "gemini-3-pro" }).config.thinkingConfig, {
      includeThoughts: true,
      thinkingLevel: "MEDIUM",
    });
  });
});

describe("an answer to continue", () => {
  const given: Given = { continueText: "Half a " };

  it("is begun by the assistant where the vendor goes on from there", () => {
    assert.deepEqual(chat(given, { prefill: "prefix" }).messages.at(-1), { role: "assistant", content: "Half a ", prefix: true });
    assert.deepEqual(chat(given, { prefill: "partial" }).messages.at(-1), { role: "assistant", content: "Half a ", partial: true });
    assert.equal(messages(given, { prefill: "plain" }).messages.at(-1).content[0].text, "Half a");
  });

  it("is asked for in words elsewhere", () => {
    for (const [before, last] of [
      chat(given).messages.slice(-2),
      responses(given).input.slice(-2),
      messages(given).messages.slice(-2),
      google(given).contents.slice(-2),
    ]) {
      assert.match(JSON.stringify(before), /Half a/);
      assert.match(JSON.stringify(last), /Continue it exactly where it stops/);
    }
  });
});

describe("prompt-cache marks", () => {
  const given: Given = {
    cache: "1h",
    capabilities: ["caching"],
    messages: [
      { role: "system", parts: [{ type: "text", text: "Long." }] },
      { role: "user", parts: [{ type: "text", text: "one" }] },
      { role: "assistant", parts: [{ type: "text", text: "two" }] },
      { role: "user", parts: [{ type: "text", text: "three" }] },
    ],
  };
  const mark = { type: "ephemeral", ttl: "1h" };

  it("stand at the system prompt and the last two turns of the user, for Anthropic", () => {
    const body = messages(given);
    assert.deepEqual(body.system[0].cache_control, mark);
    assert.deepEqual([body.messages[0].content[0].cache_control, body.messages[2].content[0].cache_control], [mark, mark]);
    assert.equal(messages({ ...given, cache: "off" }).system, "Long.");
  });

  it("stand in content parts only where the row says that they are taken", () => {
    assert.deepEqual(chat(given, { cacheMarks: true }).messages[0].content[0].cache_control, mark);
    assert.equal(chat(given).messages[0].content, "Long.");
  });
});
