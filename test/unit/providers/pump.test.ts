// One answer driven from an SDK's iteration to its events: in order, closed once, whoever leaves and whenever.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { FailureContext } from "../../../server/providers/errors.ts";
import type { ProviderEvent } from "../../../server/providers/provider.ts";
import { type AnswerReader, pump } from "../../../server/providers/pump.ts";
import { connectionTo } from "../../support/replay.ts";

const context: FailureContext = {
  connection: connectionTo("https://vendor.example"),
  model: "m",
  signal: new AbortController().signal,
  exchange: { fetch, refusal: null, unreachable: undefined, head: null },
};

const END: ProviderEvent = { type: "end", stopReason: "end", rawStopReason: "stop" };

/** A chunk is the texts that it yields; "." is the vendor's own terminal event. */
class TextReader implements AnswerReader<readonly string[]> {
  complete = false;
  abandoned = 0;

  read(chunk: readonly string[], out: ProviderEvent[]): void {
    for (const text of chunk) {
      if (text === ".") this.complete = true;
      else out.push({ type: "text", text });
    }
  }

  finish(out: ProviderEvent[]): void {
    out.push(END);
  }

  abandon(): void {
    this.abandoned += 1;
  }
}

function source(chunks: readonly (readonly string[])[], broken?: Error) {
  const seen = { closed: 0 };
  let at = 0;
  const iterator: AsyncIterator<readonly string[]> = {
    async next() {
      const value = chunks[at];
      at += 1;
      if (value !== undefined) return { done: false, value };
      if (broken) throw broken;
      return { done: true, value: undefined };
    },
    async return() {
      seen.closed += 1;
      return { done: true, value: undefined };
    },
  };
  return { seen, iterable: { [Symbol.asyncIterator]: () => iterator } };
}

describe("the pump", () => {
  it("passes every event on in order, however they lie in chunks, and closes its source once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(
            fc.string({ minLength: 1 }).filter((text) => text !== "."),
            { maxLength: 4 },
          ),
        ),
        async (chunks) => {
          const { seen, iterable } = source(chunks);
          const events: ProviderEvent[] = [];
          for await (const event of pump(context, async () => ({ source: iterable, reader: new TextReader() }))) events.push(event);
          assert.deepEqual(events, [...chunks.flat().map((text) => ({ type: "text", text })), END]);
          assert.equal(seen.closed, 1);
        },
      ),
    );
  });

  it("takes nothing away where the connection breaks after the terminal event, and fails before it", async () => {
    const answer = (chunks: string[][]) => {
      const reader = new TextReader();
      const { seen, iterable } = source(chunks, new Error("socket hang up"));
      return { reader, seen, events: pump(context, async () => ({ source: iterable, reader })) };
    };
    const whole = answer([["a"], ["."]]);
    const events: ProviderEvent[] = [];
    for await (const event of whole.events) events.push(event);
    assert.deepEqual(events.at(-1), END);
    const broken = answer([["a"]]);
    await assert.rejects(async () => {
      for await (const event of broken.events) assert.equal(event.type, "text");
    });
    assert.deepEqual([whole.reader.abandoned, broken.reader.abandoned, whole.seen.closed, broken.seen.closed], [0, 1, 1, 1]);
  });

  it("closes an answer that is opened only after its reader has left", async () => {
    const { seen, iterable } = source([["late"]]);
    let open: () => void = () => undefined;
    const opening = new Promise<void>((resolve) => {
      open = resolve;
    });
    const events = pump(context, async () => {
      await opening;
      return { source: iterable, reader: new TextReader() };
    });
    const first = events.next();
    await events.return?.();
    open();
    assert.deepEqual(await first, { done: true, value: undefined });
    assert.equal(seen.closed, 1);
  });
});
