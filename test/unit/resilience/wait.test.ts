// A wait ends when its time has come or when it is stopped, and leaves nothing behind.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { isFailure } from "../../../shared/failure.ts";
import { waitFor } from "../../../server/resilience/wait.ts";

describe("waitFor", () => {
  it("resolves after its time and takes its listener away", async () => {
    const { signal } = new AbortController();
    await waitFor(5, signal);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("rejects as cancelled the moment it is stopped, and frees its timer", async () => {
    const controller = new AbortController();
    const before = timers();
    const waiting = waitFor(60_000, controller.signal);
    assert.equal(timers(), before + 1);
    controller.abort();
    assert.equal(timers(), before);
    await assert.rejects(waiting, (error) => isFailure(error) && error.kind === "cancelled");
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  });

  it("rejects at once when the stop came first", async () => {
    await assert.rejects(waitFor(60_000, AbortSignal.abort()), { kind: "cancelled" });
  });

  it("does not turn an absurdly long wait into none", async () => {
    const controller = new AbortController();
    const winner = Promise.race([
      waitFor(1e12, controller.signal).then(() => "waited"),
      waitFor(20, controller.signal).then(() => "short"),
    ]);
    assert.equal(await winner, "short");
    controller.abort();
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
