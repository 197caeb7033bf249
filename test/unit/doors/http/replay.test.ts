// Thought signatures over interfaces that have no place for them: kept under the ids that clients send back, dropped when unknown.
import assert from "node:assert/strict";
import type { Origin, Part } from "../../../../shared/chat.ts";
import { createReplay, restored } from "../../../../server/doors/http/replay.ts";

const origin: Origin = { dialect: "google", provider: "google", model: "g", signature: "sealed" };
const call = (id: string, more: object = {}): Part => ({ type: "toolCall", id, name: "f", arguments: {}, ...more });
const thought = (text: string): Part => ({ type: "reasoning", text, origin });

describe("what is replayed", () => {
  it("is a call's signature and the reasoning before it, to a client that kept only the call", () => {
    const replay = createReplay();
    replay.remember([thought("hm"), call("1", { origin }), call("2")], []);
    assert.deepEqual(restored([call("1"), call("2")], replay), [thought("hm"), call("1", { origin }), call("2")]);
  });

  it("is not doubled for a client that sends the reasoning itself", () => {
    const replay = createReplay();
    replay.remember([thought("hm"), call("1", { origin })], ["shown-1"]);
    const sent = [...replay.reasoningOf("shown-1"), call("1")];
    assert.deepEqual(restored(sent, replay), [thought("hm"), call("1", { origin })]);
  });

  it("finds each stretch of reasoning under the id it was shown by, sealed ones that showed nothing included", () => {
    const replay = createReplay();
    replay.remember(
      [thought("one"), thought(""), { type: "text", text: "a" }, thought(""), call("1"), thought("two")],
      ["first", "second"],
    );
    assert.deepEqual(replay.reasoningOf("first"), [thought("one"), thought("")]);
    assert.deepEqual(replay.reasoningOf("second"), [thought("two")]);
    assert.deepEqual(replay.reasoningBefore("1"), [thought("")]);
  });

  it("is nothing for what is not known", () => {
    const replay = createReplay();
    assert.deepEqual(restored([call("9")], replay), [call("9")]);
    assert.deepEqual(replay.reasoningOf("nobody"), []);
  });

  it("is bounded: the oldest goes first", () => {
    const replay = createReplay();
    for (let index = 0; index < 2100; index += 1) replay.remember([call(String(index), { origin })], []);
    assert.equal(replay.callOrigin("0"), undefined);
    assert.deepEqual(replay.callOrigin("2099"), origin);
  });
});
