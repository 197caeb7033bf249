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

  it("asks twice where a short answer can be compared, and escalates when the two differ; each try is a row", async () => {
    cheap.script = (answer, request, index) => says(index === 0 ? "It is 42." : "It is 41.")(answer, request, index);
    const result = await sidecar.request("chat/send", ask("h", HARD));
    assert.equal(result.text, "Use a write-ahead ledger with fencing tokens.");
    assert.deepEqual(
      result.attempts.map((attempt) => attempt.model),
      ["low/m1", "low/m1", "high/m1"],
    );
    assert.ok(sidecar.eventsOf("h").some((event) => event.type === "fallback" && /two samples agree by 0\.00/.test(event.reason)));
    assert.equal(sidecar.textOf("h"), "It is 42.Use a write-ahead ledger with fencing tokens.", "the second sample is shown to nobody");
    const { rows } = await sidecar.request("usage/summary", { by: ["model"] });
    assert.equal(rows.find((row) => row.model === "low/m1")?.attempts, 2);
  });

  it("keeps what two samples agree on, and asks once for what cannot be compared", async () => {
    cheap.script = says("It is 42.");
    const agreed = await sidecar.request("chat/send", ask("i", HARD));
    assert.deepEqual([agreed.text, agreed.attempts.length, strong.requests.length], ["It is 42.", 2, 0]);
    cheap.script = says("The outbox keeps what was sent. ".repeat(20));
    const long = await sidecar.request("chat/send", ask("j", HARD));
    assert.equal(long.attempts.length, 1);
    cheap.script = says("It is 42.");
    const fixed = await sidecar.request("chat/send", ask("k", HARD, { temperature: 0 }));
    assert.equal(fixed.attempts.length, 1);
  });

  it("counts the second sample in the quote, and keeps the answer when a limit leaves no room for it", async () => {
    const { messages } = ask("l", HARD);
    const worst = async (more: Record<string, unknown>) =>
      (await sidecar.request("chat/estimate", { messages, ...more })).candidates[0]?.worstNanoUsd ?? 0;
    const [twice, once] = [await worst({}), await worst({ temperature: 0 })];
    const cheaper = (await sidecar.request("chat/estimate", { messages, model: "low/m1" })).candidates[0]?.worstNanoUsd ?? 0;
    assert.equal(twice - once, cheaper);
    // Room for one try: what the first has really cost leaves too little for the worst case of another.
    await sidecar.request("budget/set", { budgets: [{ scope: "request", limitUsd: cheaper / 1e9, kind: "hard" }] });
    const result = await sidecar.request("chat/send", ask("m", HARD));
    assert.deepEqual([result.model, result.stopReason, cheap.requests.length, strong.requests.length], ["low/m1", "end", 1, 0]);
  });

  it("leaves an easy prompt and a pinned model alone", async () => {
    const easy = await sidecar.request("chat/send", ask("e", "hello"));
    assert.equal(easy.attempts.length, 1);
    const pinned = await sidecar.request("chat/send", ask("f", HARD, { model: "high/m1" }));
    assert.equal(pinned.model, "high/m1");
  });
});

describe("a cascade whose cheaper model tells how sure it is", () => {
  let cheap: Vendor;
  let strong: Vendor;
  let sidecar: SidecarProcess;

  beforeEach(async () => {
    [cheap, strong] = await Promise.all([startVendor(), startVendor(says("Use fencing tokens."))]);
    sidecar = new SidecarProcess();
    const high = asProvider(strong, { id: "high", needsKey: false }, { usdPerMillion: { input: 30, output: 90 }, quality: 99 });
    const providers = { openai: { baseUrl: cheap.baseUrl }, custom: [high] };
    await sidecar.initialize({ "local.discover": false, providers });
    await sidecar.request("key/set", { provider: "openai", secret: "sk-cascade-0123456789abcdef" });
    const { models } = await sidecar.request("model/list", { provider: "openai" });
    const others = models.map((model) => model.id).filter((id) => id !== "openai/gpt-4.1-mini");
    await sidecar.notify("workspace/didChangeConfiguration", {
      settings: { "local.discover": false, providers, cascade: true, policy: "balanced", "routing.banned": others },
    });
  });

  afterEach(async () => {
    await sidecar.stop();
    await Promise.all([cheap.close(), strong.close()]);
  });

  const sure =
    (logprob: number): Vendor["script"] =>
    async (answer) => {
      await answer.chunk([
        {
          index: 0,
          delta: { content: "Use an outbox." },
          logprobs: {
            content: [
              { token: "Use", logprob },
              { token: " an", logprob },
            ],
          },
          finish_reason: null,
        },
      ]);
      await answer.finish();
    };

  it("asks it to tell, and keeps the answer that it was sure of without a second sample", async () => {
    cheap.script = sure(-0.05);
    const result = await sidecar.request("chat/send", ask("a", HARD));
    assert.deepEqual([result.model, cheap.requests.length, strong.requests.length], ["openai/gpt-4.1-mini", 1, 0]);
    assert.equal(cheap.requests[0]?.body.logprobs, true);
    assert.equal(result.attempts[0]?.meanLogprob, -0.05);
  });

  it("asks the chosen model where it was guessing", async () => {
    cheap.script = sure(-1.2);
    const result = await sidecar.request("chat/send", ask("b", HARD));
    assert.equal(result.model, "high/m1");
    assert.ok(sidecar.eventsOf("b").some((event) => event.type === "fallback" && /mean probability of 0\.30/.test(event.reason)));
  });

  it("asks nobody to tell where nothing is decided by it", async () => {
    cheap.script = sure(-0.05);
    await sidecar.request("chat/send", ask("c", "hello", { model: "openai/gpt-4.1-mini" }));
    assert.equal(cheap.requests[0]?.body.logprobs, undefined);
  });

  it("goes on without where the vendor refuses to tell", async () => {
    cheap.script = (answer, request, index) =>
      request.body.logprobs
        ? answer.fail(400, { message: "Unsupported parameter: 'logprobs'", param: "logprobs", code: "unsupported_parameter" })
        : says("Use an outbox.")(answer, request, index);
    const result = await sidecar.request("chat/send", ask("d", HARD));
    assert.deepEqual([result.model, result.text], ["openai/gpt-4.1-mini", "Use an outbox."]);
  });
});
