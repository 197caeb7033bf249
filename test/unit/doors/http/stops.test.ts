// Stop sequences over any cutting of the text into deltas: never a sign of one is shown, and never a sign too few.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ChatResult } from "../../../../shared/chat.ts";
import { NO_COST, NO_USAGE } from "../../../../shared/money.ts";
import type { Send } from "../../../../server/chat/send.ts";
import { stoppingAt, type StoppedResult } from "../../../../server/doors/http/stops.ts";

const request = { chatId: "a", messages: [] };

/** A spine that says these deltas until it is stopped. */
function says(deltas: readonly string[]): Send {
  return async (_request, caller): Promise<ChatResult> => {
    let text = "";
    for (const delta of deltas) {
      if (caller.signal.aborted) break;
      text += delta;
      await caller.emit({ type: "text-delta", text: delta });
    }
    const route = { tier: "simple" as const, signals: [], policy: "balanced" as const, candidates: [], excluded: [], because: "" };
    const stopReason = caller.signal.aborted ? "cancelled" : "end";
    return {
      chatId: "a",
      text,
      parts: [{ type: "text", text }],
      model: "m",
      stopReason,
      usage: NO_USAGE,
      cost: NO_COST,
      attempts: [],
      route,
    };
  };
}

async function run(deltas: readonly string[], stops: readonly string[]): Promise<{ shown: string; result: StoppedResult }> {
  let shown = "";
  const signal = new AbortController().signal;
  const emit = (event: { type: string; text?: string }) => {
    if (event.type === "text-delta") shown += event.text;
    return undefined;
  };
  return {
    result: await stoppingAt(says(deltas), stops)(request, { editor: "test", signal, emit }),
    get shown() {
      return shown;
    },
  };
}

const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 12 });

describe("stop sequences", () => {
  it("cut exactly before the first that is complete, however the text comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(letters, { maxLength: 8 }), fc.array(letters, { minLength: 1, maxLength: 3 }), async (deltas, stops) => {
        const whole = deltas.join("");
        const ends = stops.map((stop) => ({ at: whole.indexOf(stop), end: whole.indexOf(stop) + stop.length })).filter(({ at }) => at >= 0);
        const [first] = ends.sort((left, right) => left.end - right.end || left.at - right.at);
        const expected = first ? whole.slice(0, first.at) : whole;
        const { shown, result } = await run(deltas, stops);
        assert.equal(shown, expected);
        assert.equal(result.text, expected);
        assert.equal(result.stoppedAt !== undefined, ends.length > 0);
        assert.equal(result.stopReason, "end");
      }),
      { numRuns: 2000 },
    );
  });

  it("leave the spine alone when there are none", () => {
    const send = says([]);
    assert.equal(stoppingAt(send, []), send);
  });

  it("are no end for a caller that hung up", async () => {
    const gone = new AbortController();
    const emit = () => {
      gone.abort();
      return undefined;
    };
    const result: StoppedResult = await stoppingAt(says(["a", "b"]), ["b"])(request, { editor: "test", signal: gone.signal, emit });
    assert.deepEqual([result.stopReason, result.stoppedAt], ["cancelled", undefined]);
  });
});
