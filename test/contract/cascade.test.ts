// The cascade through the built sidecar: the cheap model first, its answer kept when it holds, the chosen one asked once when it does not; both are billed.
import assert from "node:assert/strict";
import { ask, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const HARD = "Design an architecture for scaling a multi-tenant ledger with exactly-once settlement and prove that it holds.";

describe("a cascade", () => {
  let cheap: Vendor;
  let strong: Vendor;
  let sidecar: SidecarProcess;

  beforeEach(async () => {
    cheap = await startVendor(says("Use an outbox and idempotent consumers."));
    strong = await startVendor(says("Use a write-ahead ledger with fencing tokens."));
    sidecar = new SidecarProcess();
    const low = asProvider(cheap, { id: "low", needsKey: false }, { usdPerMillion: { input: 0.1, output: 0.2 }, quality: 85 });
    const high = asProvider(strong, { id: "high", needsKey: false }, { usdPerMillion: { input: 10, output: 40 }, quality: 98 });
    await sidecar.initialize({ cascade: true, policy: "balanced", providers: { custom: [low, high] } });
  });

  afterEach(async () => {
    await sidecar.stop();
    await Promise.all([cheap.close(), strong.close()]);
  });

  it("keeps the cheaper model's answer when nothing speaks against it", async () => {
    const result = await sidecar.request("chat/send", ask("a", HARD));
    assert.equal(result.model, "low/m1");
    assert.equal(strong.requests.length, 0);
    assert.match(result.route.because, /low\/m1 is tried first/);
    const types = sidecar.eventsOf("a").map((event) => event.type);
    assert.deepEqual([types.filter((type) => type === "route").length, types.filter((type) => type === "end").length], [1, 1]);
  });

  it("asks the chosen model once when the answer is a refusal, and bills both", async () => {
    cheap.script = says("I'm sorry, but I can't do that.");
    const result = await sidecar.request("chat/send", ask("b", HARD));
    assert.equal(result.text, "Use a write-ahead ledger with fencing tokens.");
    assert.deepEqual(
      result.attempts.map((attempt) => attempt.model),
      ["low/m1", "high/m1"],
    );
    const each = result.attempts.map((attempt) => attempt.cost.nanoUsd ?? 0);
    assert.equal(result.cost.nanoUsd, (each[0] ?? 0) + (each[1] ?? 0));
    const events = sidecar.eventsOf("b");
    assert.ok(events.some((event) => event.type === "fallback" && event.to === "high/m1" && /can't/.test(event.reason)));
    assert.ok(events.some((event) => event.type === "seam" && event.restarted === true));
    const { rows } = await sidecar.request("usage/summary", { by: ["model"] });
    assert.deepEqual(rows.map((row) => row.model).sort(), ["high/m1", "low/m1"]);
  });

  it("asks the chosen model when the cheaper one is down", async () => {
    cheap.script = (answer) => answer.fail(503, { message: "overloaded" });
    const result = await sidecar.request("chat/send", ask("c", HARD));
    assert.equal(result.model, "high/m1");
  });

  it("keeps the cheaper answer, and says so, when a limit leaves nothing for the dearer one", async () => {
    cheap.script = says("I'm not sure, but use an outbox.");
    await sidecar.request("budget/set", { budgets: [{ scope: "request", limitUsd: 0.001, kind: "hard" }] });
    const result = await sidecar.request("chat/send", ask("g", HARD));
    assert.deepEqual([result.model, result.text, strong.requests.length], ["low/m1", "I'm not sure, but use an outbox.", 0]);
    assert.match(result.notice ?? "", /high\/m1 was not asked: /);
  });

  it("quotes both tries together", async () => {
    const { messages } = ask("d", HARD);
    const both = await sidecar.request("chat/estimate", { messages });
    const one = await sidecar.request("chat/estimate", { messages, cascade: false });
    assert.equal(both.cascade?.tries, "low/m1");
    assert.ok((both.candidates[0]?.worstNanoUsd ?? 0) > (one.candidates[0]?.worstNanoUsd ?? 0));
    assert.equal(one.cascade, undefined);
  });

  it("leaves an easy prompt and a pinned model alone", async () => {
    const easy = await sidecar.request("chat/send", ask("e", "hello"));
    assert.equal(easy.attempts.length, 1);
    const pinned = await sidecar.request("chat/send", ask("f", HARD, { model: "high/m1" }));
    assert.equal(pinned.model, "high/m1");
  });
});
