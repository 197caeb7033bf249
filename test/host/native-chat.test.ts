import assert from "node:assert/strict";
import * as vscode from "vscode";

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
