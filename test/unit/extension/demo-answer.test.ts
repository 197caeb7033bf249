// The demo's answer comes whole and in the reader's language; a model's answer streams as it is.
import assert from "node:assert/strict";
import { demoAnswer } from "../../../extension/demo-answer.ts";
import { OwnLanguage } from "../../../extension/own-language.ts";
import type { ChatEvent, ChatResult } from "../../../shared/chat.ts";

const language = new OwnLanguage([{ english: "no words", own: "keine Wörter" }]);
const start = (model: string): ChatEvent => ({ type: "start", chatId: "c", seq: 0, model, attemptId: "a" });
const delta = (text: string): ChatEvent => ({ type: "text-delta", chatId: "c", seq: 1, text });
const result = (model: string, text: string) =>
  // Only what is read of a result.
  ({ chatId: "c", model, text, parts: [{ type: "text", text }] }) as unknown as ChatResult;

function heard(model: string, own: OwnLanguage | undefined) {
  const texts: string[] = [];
  const answer = demoAnswer((event) => event.type === "text-delta" && texts.push(event.text), own);
  for (const event of [start(model), delta("no "), delta("words")]) answer.hear(event);
  return { settled: answer.settle(result(model, "no words")), texts };
}

describe("the demo's answer", () => {
  it("is held back and told whole, in the reader's language", () => {
    const { settled, texts } = heard("demo/echo", language);
    assert.deepEqual(texts, ["keine Wörter"]);
    assert.equal(settled.text, "keine Wörter");
    assert.deepEqual(settled.parts, [{ type: "text", text: "keine Wörter" }]);
  });

  it("streams as it is where the words are English", () => {
    const { settled, texts } = heard("demo/echo", undefined);
    assert.deepEqual(texts, ["no ", "words"]);
    assert.equal(settled.text, "no words");
  });

  it("is the only one: a model's words are never touched", () => {
    const { settled, texts } = heard("acme/m1", language);
    assert.deepEqual(texts, ["no ", "words"]);
    assert.equal(settled.text, "no words");
  });
});
