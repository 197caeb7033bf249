// Fitting a conversation to a window: under the limit by the counter, what must be kept is kept, and fitting twice changes nothing.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Message, Part } from "../../../shared/chat.ts";
import { type FitRules, mayShorten, oldestTurns, shorten, truncate } from "../../../server/chat/context.ts";
import { holds } from "../../support/property.ts";

/** A counter of our own: four characters a token and some for every message. */
function count(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + 4 + Math.ceil(JSON.stringify(message.parts).length / 4), 0);
}

const text = (value: string): Part => ({ type: "text", text: value });
const words = fc.string({ minLength: 1, maxLength: 600 });
/** Half of a character that takes two units. */
const LONE = /\p{Surrogate}/u;
let calls = 0;

const turn: fc.Arbitrary<Message[]> = fc
  .record({ question: words, answer: words, result: words, isTool: fc.boolean(), isPinned: fc.boolean(), isLate: fc.boolean() })
  .map(({ question, answer, result, isTool, isPinned, isLate }) => {
    const id = `c${calls++}`;
    const pinned = isPinned && calls % 4 === 0 ? { pinned: true } : {};
    const said: Message = { role: "user", parts: [text(question)], ...pinned };
    const end: Message = { role: "assistant", parts: [text(answer)] };
    if (!isTool) return [said, end];
    const call: Message = { role: "assistant", parts: [{ type: "toolCall", id, name: "look", arguments: {} }] };
    const given: Message = { role: "tool", parts: [{ type: "toolResult", id, parts: [{ type: "text", text: result }] }] };
    return [said, call, ...(isLate ? [{ role: "system", parts: [text("rule")] } as Message] : []), given, end];
  });

const conversation = fc
  .tuple(fc.option(words, { nil: undefined }), fc.array(turn, { maxLength: 8 }), words)
  .map(([system, turns, last]): Message[] => [
    ...(system === undefined ? [] : [{ role: "system" as const, parts: [text(system)] }]),
    ...turns.flat(),
    { role: "user", parts: [text(last)] },
  ]);
const strategy = fc.constantFrom<FitRules["strategy"]>("refuse", "drop-oldest", "middle-out", "summarise");
const share = fc.double({ min: 0.05, max: 1.1, noNaN: true });

function idsOf(messages: readonly Message[], type: "toolCall" | "toolResult"): string[] {
  return messages.flatMap((message) => message.parts.flatMap((part) => (part.type === type ? [part.id] : [])));
}

describe("fitting a conversation", () => {
  holds(
    "is under the limit, keeps what must be kept, parts no call from its result, and is stable",
    fc.property(conversation, strategy, share, (messages, chosen, of) => {
      const rules = { strategy: chosen, limitTokens: Math.floor(count(messages) * of), count };
      const fitted = shorten(messages, rules);
      if (fitted === null) return;
      assert.ok(count(fitted.messages) <= rules.limitTokens);
      for (const message of messages) if (message.role === "system" || message.pinned) assert.ok(fitted.messages.includes(message));
      assert.deepEqual(idsOf(fitted.messages, "toolCall"), idsOf(fitted.messages, "toolResult"));
      const last = messages.at(-1);
      if (chosen !== "middle-out") assert.equal(fitted.messages.at(-1), last);
      assert.equal(fitted.messages.at(-1)?.role, "user");
      assert.equal(fitted.leftOut === undefined, fitted.messages.length === messages.length && count(fitted.messages) === count(messages));
      if (fitted.leftOut !== undefined) assert.match(JSON.stringify(fitted.messages), /left out/);
      const again = shorten(fitted.messages, rules);
      assert.deepEqual(again?.messages, fitted.messages);
    }),
  );

  holds(
    "leaves out nothing that fits, and no more turns than it must",
    fc.property(conversation, (messages) => {
      const rules = { strategy: "drop-oldest" as const, count };
      assert.equal(shorten(messages, { ...rules, limitTokens: count(messages) })?.messages, messages);
      const loose = shorten(messages, { ...rules, limitTokens: count(messages) - 1 });
      if (loose) assert.ok(loose.messages.length <= messages.length);
    }),
  );

  holds(
    "parts the oldest turns from the rest so that nothing is lost, no call from its result, and no more than must",
    fc.property(conversation, share, (messages, of) => {
      const limit = Math.floor(count(messages) * of);
      const turns = oldestTurns(messages, (rest) => count(rest) <= limit);
      if (turns === null) return;
      assert.deepEqual(new Set([...turns.old, ...turns.rest]), new Set(messages));
      assert.equal(turns.old.length + turns.rest.length, messages.length);
      for (const message of turns.old) assert.ok(message.role !== "system" && !message.pinned);
      assert.deepEqual(idsOf(turns.rest, "toolCall"), idsOf(turns.rest, "toolResult"));
      assert.equal(turns.rest.at(-1), messages.at(-1));
      const mark: Message = { role: "user", parts: [text("mark")] };
      const marked = turns.withMark(mark);
      assert.deepEqual(
        marked.filter((message) => message !== mark),
        turns.rest,
      );
      assert.equal(marked.filter((message) => message === mark).length, 1);
    }),
  );

  const long = (n: number): Message[] =>
    Array.from({ length: n }, (_, at) => ({ role: at % 2 === 0 ? "user" : "assistant", parts: [text(`${at} ${"x".repeat(400)}`)] }));

  it("drops the oldest turns, with a mark in their place", () => {
    const messages = long(9);
    const fitted = shorten(messages, { strategy: "drop-oldest", limitTokens: 600, count });
    assert.deepEqual(fitted?.messages.at(0)?.parts, [text("[4 earlier messages were left out to fit the model's window.]")]);
    assert.deepEqual(fitted?.messages.slice(1), messages.slice(4));
  });

  it("drops from the middle outwards", () => {
    const messages = long(11);
    const fitted = shorten(messages, { strategy: "middle-out", limitTokens: 850, count });
    assert.equal(fitted?.messages[0], messages[0]);
    assert.equal(fitted?.messages.at(-1), messages.at(-1));
    assert.match(JSON.stringify(fitted?.messages), /left out to fit/);
  });

  it("cannot shorten a single turn by leaving out turns", () => {
    assert.equal(shorten(long(1), { strategy: "drop-oldest", limitTokens: 50, count }), null);
    assert.equal(mayShorten(long(1), "drop-oldest"), false);
    assert.equal(mayShorten(long(3), "drop-oldest"), true);
    assert.equal(mayShorten(long(3), "refuse"), false);
    assert.equal(mayShorten(long(1), "middle-out"), true);
  });
});

describe("truncating one text", () => {
  it("leaves a text that fits as it is, and keeps 40 per cent from the head and 60 from the tail of one that does not", () => {
    assert.equal(truncate("short", 5), "short");
    const cut = truncate(`${"a".repeat(5000)}${"b".repeat(5000)}`, 1000);
    assert.equal(cut.length, 1000);
    const [head = "", tail = ""] = cut.split(/\n\[truncated: +(?:\d+) characters were left out here\]\n/);
    assert.ok(Math.abs(head.length / (head.length + tail.length) - 0.4) < 0.01);
    assert.equal(Number(/truncated: +(\d+)/.exec(cut)?.[1]), 10_000 - head.length - tail.length);
  });

  holds(
    "never erases, never grows, and less room never makes it longer",
    fc.property(fc.string({ unit: "binary", maxLength: 3000 }), fc.integer({ min: -50, max: 3000 }), fc.nat(500), (whole, room, less) => {
      const cut = truncate(whole, room);
      assert.ok(cut.length <= whole.length);
      assert.ok(whole === "" || cut.length >= Math.min(whole.length, 100));
      assert.equal(LONE.test(cut), LONE.test(whole));
      assert.ok([...truncate(whole, room - less)].length <= [...cut].length);
      if (cut !== whole) assert.match(cut, /truncated: +\d+ characters/);
    }),
  );
});
