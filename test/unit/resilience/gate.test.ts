// So many run, so many wait in order, and the rest are told at once.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createGate } from "../../../server/resilience/gate.ts";

const never = new AbortController().signal;
const quiet = (): void => undefined;

describe("the gate", () => {
  it("lets so many in at once and the others in order, as places become free", async () => {
    const gate = createGate({ running: 2, waiting: 5 });
    const order: string[] = [];
    const enter = async (name: string) => {
      const leave = await gate.enter(never, quiet);
      order.push(name);
      return leave;
    };
    const first = await enter("a");
    const second = await enter("b");
    const waiting = [enter("c"), enter("d")];
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(order, ["a", "b"]);
    first();
    first();
    (await waiting[0])?.();
    await waiting[1];
    assert.deepEqual(order, ["a", "b", "c", "d"]);
    second();
    await enter("e");
    assert.equal(order.at(-1), "e");
  });

  it("says how many are ahead, and refuses at once when the queue is full", async () => {
    const gate = createGate({ running: 1, waiting: 2 });
    const ahead: number[] = [];
    await gate.enter(never, quiet);
    void gate.enter(never, (count) => ahead.push(count));
    void gate.enter(never, (count) => ahead.push(count));
    await assert.rejects(gate.enter(never, quiet), { kind: "providerUnavailable" });
    assert.deepEqual(ahead, [0, 1]);
  });

  it("frees the place of whoever is stopped in the queue, and leaves no listener behind", async () => {
    const gate = createGate({ running: 1, waiting: 1 });
    const leave = await gate.enter(never, quiet);
    const controller = new AbortController();
    const stopped = gate.enter(controller.signal, quiet);
    controller.abort();
    await assert.rejects(stopped, { kind: "cancelled" });
    const next = gate.enter(never, quiet);
    leave();
    await next;
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  });
});
