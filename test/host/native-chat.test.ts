import assert from "node:assert/strict";
import * as vscode from "vscode";
import { isDataPart } from "../../extension/native-messages.ts";
import { says, type Vendor } from "../support/vendor.ts";
import { forgetVendor, run, until, vendorInSettings } from "./support.ts";

async function auto(): Promise<vscode.LanguageModelChat> {
  const [model] = await vscode.lm.selectChatModels({ vendor: "latchkey", id: "auto" });
  assert.ok(model, "no model");
  return model;
}

describe("VS Code's own chat", () => {
  it("finds the auto model", async () => {
    const model = await auto();
    assert.equal(model.name, "Latchkey Auto");
    assert.ok(model.maxInputTokens > 100_000);
  });

  it("gets a streamed answer from it", async () => {
    const model = await auto();
    const request = await model.sendRequest([vscode.LanguageModelChatMessage.User("What is a ledger?")]);
    let text = "";
    for await (const piece of request.text) text += piece;
    assert.match(text, /no model was called/);
    assert.match(text, /What is a ledger\?/);
  });

  it("counts tokens without starting anything, and more for more words", async () => {
    const model = await auto();
    const few = await model.countTokens("one two three");
    const many = await model.countTokens("one two three ".repeat(100));
    assert.ok(few > 0 && many > few * 10, `${few}, ${many}`);
  });

  it("stops when it is cancelled", async () => {
    const model = await auto();
    const stop = new vscode.CancellationTokenSource();
    stop.cancel();
    await assert.rejects(async () => {
      const request = await model.sendRequest([vscode.LanguageModelChatMessage.User("hello")], {}, stop.token);
      for await (const _ of request.text);
    });
  });
});

describe("VS Code's own chat with a model of the user's", () => {
  const TOOL = {
    name: "weather",
    description: "The weather in a city",
    inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  };
  let vendor: Vendor;
  const body = () => vendor.requests.at(-1)?.body ?? {};
  const model = async () => (await vscode.lm.selectChatModels({ vendor: "latchkey", id: "acme/m1" }))[0];
  const ask = async (messages: vscode.LanguageModelChatMessage[], options: vscode.LanguageModelChatRequestOptions = {}) => {
    const chosen = await model();
    assert.ok(chosen);
    const parts: unknown[] = [];
    for await (const part of (await chosen.sendRequest(messages, options)).stream) parts.push(part);
    return parts;
  };

  before(async () => {
    vendor = await vendorInSettings();
    await run("ask", "Who is there?");
    await until("the model", async () => (await model()) !== undefined);
  });
  after(() => forgetVendor(vendor));

  it("lists it with its window, less the answer's share, and what it can do", async () => {
    const found = await model();
    assert.equal(found?.maxInputTokens, 32_000 - 9000);
    assert.equal(found?.family, "m1");
  });

  it("routes what is sent to auto", async () => {
    vendor.script = says("From the routed one.");
    const [auto] = await vscode.lm.selectChatModels({ vendor: "latchkey", id: "auto" });
    assert.ok(auto);
    let text = "";
    for await (const piece of (await auto.sendRequest([vscode.LanguageModelChatMessage.User("Route me")])).text) text += piece;
    assert.equal(text, "From the routed one.");
    assert.match(JSON.stringify(body().messages), /Route me/);
  });

  it("passes a tool's definition, the model's call and the tool's result through", async () => {
    vendor.script = async (answer) => {
      const call = { index: 0, id: "call_7", type: "function", function: { name: "weather", arguments: '{"city":"Bern"}' } };
      await answer.delta({ tool_calls: [call] });
      await answer.finish({ input: 20, output: 10 }, "tool_calls");
    };
    const question = vscode.LanguageModelChatMessage.User("What is the weather in Bern?");
    const parts = await ask([question], { tools: [TOOL], toolMode: vscode.LanguageModelChatToolMode.Required });
    const call = parts.find((part) => part instanceof vscode.LanguageModelToolCallPart);
    assert.ok(call instanceof vscode.LanguageModelToolCallPart);
    assert.deepEqual([call.name, call.input], ["weather", { city: "Bern" }]);
    assert.equal(body().tools[0].function.name, "weather");
    assert.equal(body().tool_choice, "required");
    vendor.script = says("Rain.");
    const result = new vscode.LanguageModelToolResultPart(call.callId, [new vscode.LanguageModelTextPart("rain, 9 degrees")]);
    await ask([question, vscode.LanguageModelChatMessage.Assistant([call]), vscode.LanguageModelChatMessage.User([result])], {
      tools: [TOOL],
    });
    const told = body().messages.find(({ role }: { role: string }) => role === "tool");
    assert.deepEqual([told.tool_call_id, told.content], [call.callId, "rain, 9 degrees"]);
  });

  it("reports what was used, for the chat's meter", async () => {
    vendor.script = says("Three words here.", { input: 120, output: 7 });
    const parts = await ask([vscode.LanguageModelChatMessage.User("Count me")]);
    const usage = parts.find((part) => isDataPart(part) && part.mimeType === "usage");
    assert.ok(isDataPart(usage), JSON.stringify(parts));
    assert.deepEqual(JSON.parse(new TextDecoder().decode(usage.data)), { prompt_tokens: 120, completion_tokens: 7, total_tokens: 127 });
  });

  it("counts tokens with the model's own counter once the sidecar runs", async () => {
    const found = await model();
    const [few, many] = [await found?.countTokens("one two three"), await found?.countTokens("one two three ".repeat(100))];
    assert.ok(few && many && few > 0 && many > few * 10, `${few}, ${many}`);
  });

  it("hands a refusal on as an error that says why", async () => {
    vendor.script = (answer) =>
      answer.fail(400, { message: "Your prompt was flagged", type: "invalid_request_error", code: "content_policy" });
    await assert.rejects(ask([vscode.LanguageModelChatMessage.User("hello")]), /flagged/);
    vendor.script = says("Hello again.");
  });
});
