// The body of a stream: joined within a turn, bounded when the reader is slow, and silent once the reader has gone.
import assert from "node:assert/strict";
import { createEventBody } from "../../../../server/doors/http/event-body.ts";

const decoded = (chunk: { value?: Uint8Array }) => Buffer.from(chunk.value ?? []).toString("utf8");

describe("an event body", () => {
  it("sends as one chunk what is written within a turn, and the next apart", async () => {
    const body = createEventBody(() => undefined);
    const reader = body.readable.getReader();
    body.write("a");
    body.write("ä");
    assert.equal(decoded(await reader.read()), "aä");
    body.write("b");
    body.close();
    assert.equal(decoded(await reader.read()), "b");
    assert.equal((await reader.read()).done, true);
  });

  it("makes its writer wait for a slow reader, and no longer than that", async () => {
    const body = createEventBody(() => undefined);
    assert.equal(body.ready(), undefined);
    body.write("x".repeat(300 * 1024));
    await new Promise((turn) => setImmediate(turn));
    let waited = true;
    const ready = body.ready()?.then(() => {
      waited = false;
    });
    assert.ok(ready);
    await new Promise((turn) => setImmediate(turn));
    assert.equal(waited, true);
    await body.readable.getReader().read();
    await ready;
  });

  it("tells that the reader has gone, lets its writer go on, and takes nothing more", async () => {
    let gone = 0;
    const body = createEventBody(() => {
      gone += 1;
    });
    body.write("x".repeat(300 * 1024));
    await new Promise((turn) => setImmediate(turn));
    const ready = body.ready();
    await body.readable.cancel();
    await ready;
    body.write("more");
    body.close();
    assert.equal(gone, 1);
    assert.equal(body.ready(), undefined);
  });
});
