// Model names and other small things as clients of the HTTP door write them.
import assert from "node:assert/strict";
import { callFrom, imageFrom, modelChoice, optionsFrom } from "../../../../server/doors/http/request-parts.ts";

const row = (id: string, available: boolean, aliases: string[] = []) => ({
  ...{ id, available, aliases, provider: id.split("/")[0] ?? "", model: id.slice(id.indexOf("/") + 1) },
  ...{ name: "", contextWindowTokens: 1, maxOutputTokens: 1 },
});
const KNOWN = [row("openrouter/gpt-5", false), row("openai/gpt-5", true, ["gpt-5-latest"]), row("azure-openai/gpt-5", true)];

describe("a model's name", () => {
  const cases: readonly [string, object][] = [
    ["auto", { model: "auto" }],
    ["latchkey", { model: "auto" }],
    ["latchkey/auto", { model: "auto" }],
    ["auto:cheap", { model: "auto", policy: "cheap" }],
    ["latchkey/auto/best", { model: "auto", policy: "best" }],
    ["openai/gpt-5", { model: "openai/gpt-5" }],
    ["openrouter/maker/model", { model: "openrouter/maker/model" }],
    ["gpt-5", { model: "openai/gpt-5" }],
    ["gpt-5-latest", { model: "openai/gpt-5" }],
    ["unknown-9", { model: "unknown-9" }],
    ["auto:free", { model: "auto:free" }],
  ];
  for (const [name, choice] of cases) {
    it(`${name} means ${JSON.stringify(choice)}`, () =>
      assert.deepEqual(
        modelChoice(name, () => KNOWN),
        choice,
      ));
  }
});

describe("other words of a request", () => {
  it("turn a data URL into bytes and leave an address as it is", () => {
    assert.deepEqual(imageFrom("data:image/png;name=a.png;base64,QUJD"), { type: "image", mediaType: "image/png", data: "QUJD" });
    assert.deepEqual(imageFrom("https://example.com/a.png"), { type: "image", url: "https://example.com/a.png" });
  });

  it("keep arguments that are no JSON object as they were written", () => {
    assert.deepEqual(callFrom("1", "f", ""), { type: "toolCall", id: "1", name: "f", arguments: {} });
    assert.deepEqual(callFrom("1", "f", '{"a":1}'), { type: "toolCall", id: "1", name: "f", arguments: { a: 1 } });
    assert.deepEqual(callFrom("1", "f", "[1"), { type: "toolCall", id: "1", name: "f", arguments: {}, rawArguments: "[1" });
  });

  it("in headers say what the vendors' bodies cannot, and nothing that is not understood", () => {
    const headers = new Headers({
      "x-latchkey-policy": "cheap",
      "x-latchkey-max-cost-usd": "0.5",
      "x-latchkey-conversation": "c",
      "x-latchkey-workspace": "w",
    });
    assert.deepEqual(optionsFrom(headers), { policy: "cheap", maxCostUsd: 0.5, conversationId: "c", workspace: "w" });
    assert.throws(() => optionsFrom(new Headers({ "x-latchkey-policy": "free" })), { kind: "invalidParams" });
    assert.throws(() => optionsFrom(new Headers({ "x-latchkey-max-cost-usd": "-1" })), { kind: "invalidParams" });
  });
});
