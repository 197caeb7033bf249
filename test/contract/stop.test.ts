// A stop closes the vendor's socket at once, in every dialect, and says what it knows of the bill.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatResult } from "../../shared/chat.ts";
import { closedPort, Lane } from "../chaos/lane.ts";
import { type ChaosProvider, startProvider, WIRES } from "../chaos/provider.ts";
import { ENDLESS, SLOW } from "../chaos/faults.ts";
import { slowRound } from "../chaos/round.ts";
import { median } from "../chaos/suite.ts";

const STOPS = 12;

describe("a stop", () => {
  let provider: ChaosProvider;
  let lane: Lane;

  before(async () => {
    provider = await startProvider();
    lane = new Lane(provider, await closedPort());
  });

  after(async () => {
    await lane.close();
    await provider.close();
  });

  for (const [at, { dialect }] of WIRES.entries()) {
    it(`closes the upstream socket at once in ${dialect}, and answers with the text and the estimated cost so far`, async function () {
      this.timeout(60_000);
      const latencies: number[] = [];
      for (let stop = 0; stop < STOPS; stop += 1) {
        const [outcome] = await lane.run([slowRound(`s${at}x${stop}`, dialect)], latencies);
        const result = outcome?.result as ChatResult;
        assert.equal(result.stopReason, "cancelled");
        assert.ok(result.text.length > 0 && "word ".repeat(400).startsWith(result.text));
        assert.equal(result.attempts[0]?.outcome, "cancelled");
        assert.equal(result.usage.provenance, "estimated");
        assert.ok(result.usage.outputTokens > 0);
      }
      assert.equal(latencies.length, STOPS);
      assert.ok(
        latencies.every((ms) => Number.isFinite(ms)),
        "a socket was never closed",
      );
      console.log(`      ${dialect}: stop to upstream closed, median of ${STOPS}: ${median(latencies).toFixed(1)} ms`);
    });
  }

  it("during a silence before the first token is answered too", async () => {
    const silent = { ...slowRound("silent", "openai-chat"), stopAfter: null };
    await lane.configure(silent.providers);
    provider.plans.set("silent", { ...silent.plan, faults: [{ ...ENDLESS, act: (stage) => stage.forEver() }] });
    const chat = lane.sidecar.start("chat/send", {
      chatId: "silent",
      model: "silent-a/m",
      messages: [{ role: "user", parts: [{ type: "text", text: "hello [[silent]]" }] }],
    });
    while ((provider.seen.get("silent") ?? []).length === 0) await sleep(5);
    lane.sidecar.cancel(chat.id);
    const result = (await chat.done) as ChatResult;
    assert.equal(result.stopReason, "cancelled");
    assert.equal(result.text, "");
    const [seen] = provider.seen.get("silent") ?? [];
    while (!seen?.stage.isClosed) await sleep(5);
  });

  it("at a known vendor says whether that vendor goes on charging, and where that is published", async () => {
    const plan = {
      text: "word ".repeat(400),
      call: null,
      counts: { input: 10, output: 10 },
      faults: [SLOW],
      continues: "exactly",
      seed: 1,
    } as const;
    const overrides = { anthropic: { baseUrl: `${provider.origin}/anthropic` } };
    lane.sidecar.notify("workspace/didChangeConfiguration", {
      settings: { latchkey: { providers: overrides, local: { discover: false } } },
    });
    await lane.sidecar.request("key/set", { provider: "anthropic", secret: "sk-stop-0123456789" });
    provider.plans.set("known", plan);
    const { models } = await lane.sidecar.request("model/list", { provider: "anthropic" });
    const chat = lane.sidecar.start("chat/send", {
      chatId: "known",
      model: models[0]?.id ?? "",
      messages: [{ role: "user", parts: [{ type: "text", text: "hello [[known]]" }] }],
    });
    await lane.sidecar.waitFor((frame) => frame.method === "chat/event" && lane.sidecar.textOf("known") !== "");
    lane.sidecar.cancel(chat.id);
    const result = (await chat.done) as ChatResult;
    assert.equal(result.stopReason, "cancelled");
    assert.match(result.notice ?? "", /^Anthropic stops charging .*openrouter\.ai/);
    assert.ok((result.cost.nanoUsd ?? 0) > 0);
    assert.equal(result.cost.provenance, "estimated");
  });
});
