// A stream that falls silent is ended and named; a slow reader, a ping or a stop is told apart from a stall.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../../shared/failure.ts";
import { type Progress, Pulse, type SilencePhase, type Watch, type WatchLimits, watchdog } from "../../../server/resilience/watchdog.ts";

type Step = Progress | number;
const NONE: WatchLimits = { connectMs: 0, firstTokenMs: 0, idleMs: 0 };

/** Yields words and sleeps numbers of milliseconds; notes whether it was told to end. */
function script(steps: readonly Step[], ended = { value: false }): AsyncIterable<Progress> {
  return (async function* () {
    try {
      for (const step of steps) {
        if (typeof step === "number") await sleep(step);
        else yield step;
      }
    } finally {
      ended.value = true;
    }
  })();
}

function silent(): AsyncIterable<Progress> {
  return { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
}

async function run(stream: AsyncIterable<Progress>, limits: WatchLimits, watch: Partial<Watch> = {}) {
  const seen: Progress[] = [];
  const aborted: Error[] = [];
  try {
    const watched = watchdog(stream, (event) => event, limits, {
      onWaiting: () => undefined,
      abort: (reason) => aborted.push(reason),
      ...watch,
    });
    for await (const event of watched) seen.push(event);
    return { seen, aborted, failure: null };
  } catch (error) {
    assert.ok(error instanceof Failure);
    return { seen, aborted, failure: error };
  }
}

const STALLS: readonly { name: string; steps: readonly Step[]; limits: Partial<WatchLimits>; phase: string; seen: number }[] = [
  { name: "before anything came", steps: [5_000], limits: { connectMs: 20 }, phase: "connect", seen: 0 },
  { name: "after the head", steps: ["head", 5_000], limits: { firstTokenMs: 20 }, phase: "firstToken", seen: 1 },
  { name: "between tokens", steps: ["head", "content", "content", 5_000], limits: { idleMs: 20 }, phase: "nextToken", seen: 3 },
  { name: "when the total is over", steps: ["head", "content", 5_000], limits: { totalMs: 20 }, phase: "total", seen: 2 },
  {
    name: "when only pings come instead of a first token",
    steps: ["head", ...Array.from({ length: 500 }, () => ["other", 4] as const).flat()],
    limits: { firstTokenMs: 40 },
    phase: "firstToken",
    seen: -1,
  },
];

describe("watchdog", () => {
  for (const { name, steps, limits, phase, seen } of STALLS) {
    it(`ends a stream that stalls ${name}, and says which silence it was`, async () => {
      const result = await run(script(steps), { ...NONE, ...limits });
      assert.equal(result.failure?.kind, "stalled");
      assert.equal(result.failure?.details.phase, phase);
      assert.ok(Number(result.failure?.details.waitedMs) >= 19);
      assert.deepEqual(result.aborted, [result.failure]);
      if (seen >= 0) assert.equal(result.seen.length, seen);
    });
  }

  it("passes on every event of a healthy stream, in order, and its end", async () => {
    const steps: Step[] = ["head", "other", "content", 5, "content", "other", 5, "content"];
    const result = await run(script(steps), { connectMs: 1_000, firstTokenMs: 1_000, idleMs: 1_000, totalMs: 5_000 });
    assert.equal(result.failure, null);
    assert.deepEqual(result.seen, ["head", "other", "content", "content", "other", "content"]);
    assert.deepEqual(result.aborted, []);
  });

  it("counts a ping between tokens as life", async () => {
    const steps: Step[] = ["head", "content", ...Array.from({ length: 12 }, () => [10, "other"] as const).flat(), "content"];
    const result = await run(script(steps), { ...NONE, idleMs: 100 });
    assert.equal(result.failure, null);
  });

  it("counts a beat between tokens as life, and still ends a stream whose heart stops", async () => {
    const pulse = new Pulse();
    const beating = setInterval(() => pulse.beat(), 10);
    setTimeout(() => clearInterval(beating), 150);
    const started = performance.now();
    const result = await run(script(["content", 5_000]), { ...NONE, idleMs: 60 }, { pulse });
    assert.equal(result.failure?.details.phase, "nextToken");
    assert.ok(performance.now() - started >= 150);
  });

  it("counts connecting from the moment the request goes out", async () => {
    const pulse = new Pulse();
    const early = await run(script([120, "content"]), { ...NONE, connectMs: 40 }, { pulse });
    assert.equal(early.failure, null, "nothing was sent yet");
    pulse.beat();
    const late = await run(script([5_000]), { ...NONE, connectMs: 40 }, { pulse });
    assert.equal(late.failure?.details.phase, "connect");
  });

  it("does not count the reader's own time as silence", async () => {
    const watched = watchdog(script(["head", "content", "content"]), (event) => event, { ...NONE, idleMs: 20 }, quiet());
    let seen = 0;
    for await (const _ of watched) {
      seen += 1;
      await sleep(60);
    }
    assert.equal(seen, 3);
  });

  it("passes on the vendor's own failure unchanged", async () => {
    const failure = new Failure("rateLimited");
    const stream = (async function* () {
      yield "head" as const;
      throw failure;
    })();
    const result = await run(stream, { ...NONE, idleMs: 1_000 });
    assert.equal(result.failure, failure);
  });

  it("releases the reader on a stop even when the vendor's library never reacts", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    const result = await run(silent(), NONE, { signal: controller.signal });
    assert.equal(result.failure?.kind, "cancelled");
    assert.deepEqual(result.aborted, [], "the stop itself has aborted the request");
  });

  it("passes on what the vendor's library still says when it is stopped, then fails as stopped", async () => {
    const controller = new AbortController();
    const stream = (async function* () {
      yield "content" as const;
      await new Promise((resolve) => controller.signal.addEventListener("abort", resolve));
      yield "other" as const;
      throw new Error("aborted");
    })();
    setTimeout(() => controller.abort(), 5);
    const result = await run(stream, NONE, { signal: controller.signal });
    assert.deepEqual(result.seen, ["content", "other"]);
    assert.equal(result.failure?.kind, "cancelled");
  });

  it("takes the response's head as the end of connecting", async () => {
    const result = await run(script([60, "content"]), { ...NONE, connectMs: 30, firstTokenMs: 1_000 }, { head: sleep(5) });
    assert.equal(result.failure, null);
  });

  it("fails when it was stopped before it began", async () => {
    const result = await run(script(["head"]), NONE, { signal: AbortSignal.abort() });
    assert.equal(result.failure?.kind, "cancelled");
    assert.deepEqual(result.seen, ["head"], "what was there already is not lost");
  });

  it("tells the source to end when the reader leaves early", async () => {
    const ended = { value: false };
    for await (const _ of watchdog(script(["head", "content", "content"], ended), (event) => event, NONE, quiet())) break;
    assert.equal(ended.value, true);
  });

  it("does not let a source that fails or hangs on leaving trouble the reader", async () => {
    for (const leave of [() => Promise.reject(new Error("aborted")), () => new Promise<never>(() => undefined)]) {
      const source = { next: async () => ({ done: false, value: "content" as const }), return: leave };
      for await (const _ of watchdog({ [Symbol.asyncIterator]: () => source }, (event) => event, NONE, quiet())) break;
    }
  });

  it("does not take a time in which this process did not run for the vendor's silence", async () => {
    const stream = (async function* () {
      yield "content" as const;
      await sleep(20);
      yield "content" as const;
    })();
    const running = run(stream, { ...NONE, idleMs: 150 });
    await sleep(5);
    const until = performance.now() + 600;
    while (performance.now() < until);
    assert.equal((await running).failure, null);
  });

  it("announces a silence before it becomes a failure", async function () {
    this.timeout(10_000);
    const notices: [SilencePhase, number][] = [];
    const result = await run(
      script([5_000]),
      { ...NONE, connectMs: 2_400 },
      { onWaiting: (phase, waitedMs) => notices.push([phase, waitedMs]) },
    );
    assert.equal(result.failure?.details.phase, "connect");
    assert.equal(notices.length, 1);
    assert.equal(notices[0]?.[0], "connect");
    assert.ok((notices[0]?.[1] ?? 0) >= 1_999);
  });
});

function quiet(): Watch {
  return { onWaiting: () => undefined, abort: () => undefined };
}
