// Under load: a reader that is slow holds the vendor back and loses nothing; too many chats are told so.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatResult } from "../../shared/chat.ts";
import { type Fault, HEALTHY } from "../chaos/faults.ts";
import { closedPort, Lane } from "../chaos/lane.ts";
import { type ChaosProvider, startProvider } from "../chaos/provider.ts";
import { ask, RpcError } from "../support/sidecar.ts";

const PIECE = "All work and no play makes a dull test. ".repeat(50);
/** Far more than sockets and pipes hold by themselves. */
const PIECES = 12_000;
const MEGABYTE = 1024 * 1024;

const flood: Fault = {
  ...HEALTHY,
  name: "a flood",
  async act(stage) {
    stage.head();
    await stage.playTo(0);
    for (let piece = 0; piece < PIECES; piece += 1) await stage.sendText(PIECE);
    await stage.playEnd();
  },
};
const silence: Fault = { ...HEALTHY, name: "silence", act: (stage) => stage.forEver() };

describe("load", () => {
  let provider: ChaosProvider;
  let lane: Lane;

  beforeEach(async () => {
    provider = await startProvider();
    lane = new Lane(provider, await closedPort());
    await lane.configure([{ id: "load-a", dialect: "openai-chat", reach: "answers" }], { maxOutputTokens: 100_000_000, silenceMs: 60_000 });
  });

  afterEach(async () => {
    await lane.close();
    await provider.close();
  });

  const plan = (name: string, fault: Fault) =>
    provider.plans.set(name, { text: "", call: null, counts: { input: 1, output: 1 }, faults: [fault], continues: "exactly", seed: 1 });
  const start = (name: string, maxOutputTokens = 300) =>
    lane.sidecar.start("chat/send", ask(name, `[[${name}]]`, { model: "load-a/m", maxOutputTokens }));

  it("holds the vendor back while the reader is slow, within bounded memory, and loses no character", async function () {
    this.timeout(120_000);
    plan("flood", flood);
    const before = (await lane.vitals()).memory.rss;
    const chat = start("flood", 100_000_000);
    await lane.sidecar.waitFor((frame) => frame.method === "chat/event");
    lane.sidecar.child.stdout?.pause();
    const written = () => provider.seen.get("flood")?.[0]?.stage.sent.length ?? 0;
    let last = -1;
    while (written() !== last || last === 0) {
      last = written();
      await sleep(500);
    }
    const held = written();
    const during = (await lane.vitals()).memory.rss;
    lane.sidecar.child.stdout?.resume();
    const result = (await chat.done) as ChatResult;
    assert.ok(held < (PIECES * PIECE.length) / 2, `the vendor could write ${held} characters to a reader who read none`);
    assert.ok(during - before < 96 * MEGABYTE, `${Math.round((during - before) / MEGABYTE)} MB more`);
    assert.equal(result.stopReason, "end");
    assert.equal(result.text.length, PIECES * PIECE.length);
    assert.equal(lane.sidecar.textOf("flood"), result.text);
    const figures = [held, PIECES * PIECE.length].map((count) => `${(count / MEGABYTE).toFixed(1)} MB`).join(" of ");
    console.log(`      held back at ${figures}; ${((during - before) / MEGABYTE).toFixed(0)} MB of memory more than before`);
  });

  it("runs so many chats, lets so many wait and says so, and refuses the next one at once without sending it", async function () {
    this.timeout(60_000);
    const chats = Array.from({ length: 256 }, (_, at) => {
      plan(`c${at}`, silence);
      return start(`c${at}`);
    });
    const running = () => [...provider.seen.keys()].filter((name) => name.startsWith("c")).length;
    while (running() < 128) await sleep(20);
    const refused = await start("one-more").done.catch((error: unknown) => error);
    assert.ok(refused instanceof RpcError);
    assert.equal(refused.kind, "providerUnavailable");
    assert.equal(refused.data?.overloaded, true);
    assert.equal(provider.seen.has("one-more"), false);
    assert.equal(running(), 128);
    const waiting = lane.sidecar.events.filter((event) => event.type === "waiting" && event.for === "queue");
    assert.equal(waiting.length, 128);
    for (const { id } of chats) lane.sidecar.cancel(id);
    const ends = await Promise.all(
      chats.map(({ done }) =>
        done.then(
          (result) => (result as ChatResult).stopReason,
          (error: RpcError) => error.kind,
        ),
      ),
    );
    assert.equal(ends.filter((end) => end === "cancelled").length, 256);
  });
});
