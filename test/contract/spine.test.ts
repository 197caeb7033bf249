// The spine with the real SDK against a scripted vendor: what is sent, what comes back, what it costs, and who is tried next.
import assert from "node:assert/strict";
import { ask, RpcError, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const SECRET = "sk-spine-test-0123456789abcdef";

async function failure(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RpcError);
  return error;
}

describe("a chat with a vendor", () => {
  let vendor: Vendor;
  let second: Vendor;
  let sidecar: SidecarProcess;

  beforeEach(async () => {
    vendor = await startVendor();
    second = await startVendor(says("Hello from the second."));
    sidecar = new SidecarProcess();
    const dearer = asProvider(second, { id: "bravo" }, { usdPerMillion: { input: 10, output: 20 } });
    await sidecar.initialize({ providers: { custom: [asProvider(vendor), dearer] }, timeouts: { firstTokenMs: 3000, idleMs: 3000 } });
    await sidecar.request("key/set", { provider: "acme", secret: SECRET });
  });

  afterEach(async () => {
    await sidecar.stop();
    await Promise.all([vendor.close(), second.close()]);
  });

  it("streams the answer, prices the reported usage exactly and sends the key to its own origin", async () => {
    vendor.script = says("One two three.", { input: 1000, output: 100, cached: 400 });
    const result = await sidecar.request("chat/send", ask("a", "count", { model: "acme/m1" }));
    assert.equal(result.text, "One two three.");
    assert.equal(sidecar.textOf("a"), result.text);
    assert.equal(vendor.requests[0]?.headers.authorization, `Bearer ${SECRET}`);
    assert.match(vendor.requests[0]?.headers["user-agent"] ?? "", /^Latchkey\/\d+\.\d+\.\d+$/);
    assert.deepEqual(
      { ...result.usage },
      {
        inputTokens: 600,
        cacheReadTokens: 400,
        cacheWrite5mTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 100,
        reasoningTokens: 0,
        provenance: "reported",
      },
    );
    assert.equal(result.cost.nanoUsd, 600 * 1000 + 400 * 100 + 100 * 2000);
    assert.equal(result.attempts.length, 1);
  });

  it("moves to the next model when the first one is down, and says so", async () => {
    vendor.script = (answer) => answer.fail(503, { message: "overloaded", type: "server_error" });
    const result = await sidecar.request("chat/send", ask("f", "hello"));
    assert.equal(result.text, "Hello from the second.");
    assert.deepEqual([...new Set(result.attempts.map((attempt) => attempt.model))].sort(), ["acme/m1", "bravo/m1"]);
    const fallback = sidecar.eventsOf("f").find((event) => event.type === "fallback");
    assert.equal(fallback?.type === "fallback" && fallback.to, "bravo/m1");
  });

  it("names every attempt when all models fail", async () => {
    for (const one of [vendor, second]) one.script = (answer) => answer.fail(500, { message: "no", type: "server_error" });
    const error = await failure(sidecar.request("chat/send", ask("x", "hello")));
    assert.equal(error.kind, "allFailed");
    const attempts = error.data?.attempts as { model: string }[];
    assert.ok(attempts.length >= 2);
    assert.deepEqual([...new Set(attempts.map((attempt) => attempt.model))].sort(), ["acme/m1", "bravo/m1"]);
  });

  it("says that a wrong key was refused, without the key, and does not send it again", async () => {
    vendor.script = (answer) => answer.fail(401, { message: `Incorrect API key provided: ${SECRET}`, code: "invalid_api_key" });
    const error = await failure(sidecar.request("chat/send", ask("k", "hello", { model: "acme/m1" })));
    assert.equal(error.kind, "keyRejected");
    assert.ok(!JSON.stringify([error.message, error.data]).includes(SECRET));
    assert.ok(!sidecar.stderr.includes(SECRET));
    assert.equal(vendor.requests.length, 1);
  });

  it("does not shop a refused prompt around", async () => {
    vendor.script = (answer) => answer.fail(400, { message: "violates our policy", code: "content_policy_violation" });
    const error = await failure(sidecar.request("chat/send", ask("r", "hello", { model: "acme/m1" })));
    assert.equal(error.kind, "requestRefused");
    assert.equal(second.requests.length, 0);
  });

  it("asks another model when the vendor says that this one cannot see", async () => {
    vendor.script = (answer) => answer.fail(400, { message: "This model does not support image input.", type: "invalid_request_error" });
    const result = await sidecar.request("chat/send", ask("s", "hello"));
    assert.equal(result.text, "Hello from the second.");
    assert.equal(result.attempts[0]?.failure?.kind, "requestInvalid");
  });

  it("marks an answer that broke off as broken and keeps what was shown", async () => {
    vendor.script = async (answer) => {
      await answer.text("Half of ");
      answer.cut();
    };
    const result = await sidecar.request("chat/send", ask("b", "hello", { model: "acme/m1", onBreak: "stop" }));
    assert.equal(result.stopReason, "broken");
    assert.equal(result.text, "Half of ");
    assert.equal(result.usage.provenance, "estimated");
    assert.equal(result.failure?.kind, "providerUnavailable");
  });

  it("closes the vendor's socket at once when the chat is cancelled, and estimates the cost", async () => {
    vendor.script = async (answer) => {
      await answer.text("It begins");
    };
    const chat = sidecar.start("chat/send", ask("c", "hello", { model: "acme/m1" }));
    await sidecar.waitFor((frame) => frame.method === "chat/event" && sidecar.textOf("c") !== "");
    const stopped = performance.now();
    sidecar.cancel(chat.id);
    const result = (await chat.done) as { stopReason: string; text: string; cost: { nanoUsd: number; provenance: string } };
    const closed = await vendor.requests[0]?.hungUp;
    assert.equal(result.stopReason, "cancelled");
    assert.equal(result.text, "It begins");
    assert.equal(result.cost.provenance, "estimated");
    assert.ok(result.cost.nanoUsd > 0);
    assert.ok((closed ?? Number.POSITIVE_INFINITY) - stopped < 1000);
  });

  it("aborts upstream within a second when the client goes away", async () => {
    vendor.script = async (answer) => {
      await answer.text("It begins");
    };
    void sidecar.raw("chat/send", ask("g", "hello", { model: "acme/m1" })).catch(() => undefined);
    await sidecar.waitFor((frame) => frame.method === "chat/event" && sidecar.textOf("g") !== "");
    const left = performance.now();
    sidecar.child.stdin?.end();
    const closed = await vendor.requests[0]?.hungUp;
    assert.ok((closed ?? Number.POSITIVE_INFINITY) - left < 1000);
    await sidecar.exited;
  });

  it("books what a vendor may have taken when a chat is stopped before its first word", async () => {
    vendor.script = () => undefined;
    const chat = sidecar.start("chat/send", ask("stopped", "hello ".repeat(200), { model: "acme/m1" }));
    while (vendor.requests.length === 0) await new Promise((done) => setTimeout(done, 5));
    sidecar.cancel(chat.id);
    await chat.done.catch(() => undefined);
    const { todayNanoUsd } = await sidecar.request("budget/status", {});
    assert.ok((todayNanoUsd ?? 0) > 100_000, `${todayNanoUsd} nano-dollars for two hundred tokens at a dollar a million`);
    const { content } = await sidecar.request("usage/export", { format: "json" });
    assert.match(content, /"cancelled"/);
    assert.match(content, /"estimated"/);
  });

  it("refuses before anything is sent when a hard limit would be passed, with the figures", async () => {
    await sidecar.request("budget/set", { budgets: [{ scope: "all", period: "day", limitUsd: 0.000001, kind: "hard" }] });
    const error = await failure(sidecar.request("chat/send", ask("m", "hello")));
    assert.equal(error.kind, "budgetExceeded");
    assert.equal(vendor.requests.length + second.requests.length, 0);
    assert.match(error.message, /\$/);
  });

  it("never lets one prompt cost more than its own ceiling", async () => {
    const error = await failure(sidecar.request("chat/send", ask("n", "hello", { maxCostUsd: 0.0000001 })));
    assert.ok(["budgetExceeded", "noCandidate"].includes(error.kind ?? ""));
    assert.equal(vendor.requests.length + second.requests.length, 0);
  });

  it("quotes what a prompt would cost and sends nothing", async () => {
    const quote = await sidecar.request("chat/estimate", { messages: ask("q", "hello there").messages });
    assert.ok(quote.candidates.length >= 2);
    for (const candidate of quote.candidates) {
      assert.ok((candidate.p50NanoUsd ?? -1) >= 0);
      assert.ok((candidate.worstNanoUsd ?? -1) >= (candidate.p50NanoUsd ?? 0));
    }
    assert.equal(vendor.requests.length, 0);
  });
});

describe("a chat that meets a limit", () => {
  let vendor: Vendor;
  let cheap: Vendor;
  let sidecar: SidecarProcess;
  beforeEach(async () => {
    vendor = await startVendor();
    cheap = await startVendor(says("Cheap but here."));
    sidecar = new SidecarProcess();
    const dear = asProvider(vendor, { id: "dear", needsKey: false }, { usdPerMillion: { input: 100, output: 200 }, quality: 90 });
    const low = asProvider(cheap, { id: "low", needsKey: false }, { quality: 50 });
    await sidecar.initialize({ providers: { custom: [dear, low] } });
    await sidecar.request("budget/set", { budgets: [{ scope: "all", period: "day", limitUsd: 0.01, kind: "hard" }] });
  });
  afterEach(async () => {
    await sidecar.stop();
    await Promise.all([vendor.close(), cheap.close()]);
  });

  it("goes to a candidate that fits", async () => {
    const result = await sidecar.request("chat/send", ask("a", "hello", { policy: "best" }));
    assert.equal(result.text, "Cheap but here.");
    assert.equal(vendor.requests.length, 0);
  });

  const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const kinds = [
    { kind: "a plain chat", more: {} },
    { kind: "a structured one", more: { output: { schema: { type: "object" } } } },
    {
      kind: "one about a picture",
      more: {
        messages: [
          {
            role: "user",
            parts: [
              { type: "image", data: PNG },
              { type: "text", text: "What is it?" },
            ],
          },
        ],
      },
    },
    { kind: "one with tools", more: { tools: [{ name: "look", parameters: { type: "object" } }] } },
    { kind: "a cascade", more: { cascade: true, model: "auto" } },
  ];
  for (const { kind, more } of kinds) {
    it(`refuses ${kind} alike, and nothing is sent`, async () => {
      await sidecar.request("budget/set", { budgets: [{ scope: "all", period: "day", limitUsd: 0.0000001, kind: "hard" }] });
      const refused = await failure(sidecar.raw("chat/send", { ...ask("each", "hello", { model: "low/m1" }), ...more }));
      assert.equal(refused.kind, "budgetExceeded");
      assert.equal(vendor.requests.length + cheap.requests.length, 0);
    });
  }

  it("names the model that would fit when another was pinned", async () => {
    const error = await failure(sidecar.request("chat/send", ask("b", "hello", { model: "dear/m1" })));
    assert.equal(error.kind, "budgetExceeded");
    assert.deepEqual(Object.keys(error.data?.cheaper ?? {}), ["model", "worstNanoUsd"]);
    assert.match(error.message, /low\/m1 would fit: at most \$0\.00/);
  });

  it("takes the lower of a request's ceiling and the settings': a request never raises it", async () => {
    const tight = new SidecarProcess();
    await tight.initialize({ maxCostUsd: 0.0001, providers: { custom: [asProvider(vendor, { needsKey: false })] } });
    const before = vendor.requests.length;
    const error = await tight
      .request("chat/send", ask("raised", "hi", { model: "acme/m1", maxCostUsd: 5 }))
      .catch((caught: RpcError) => caught);
    await tight.stop();
    assert.ok(error instanceof RpcError && /0\.0001/.test(error.message), String(error));
    assert.equal(vendor.requests.length, before);
  });

  it("says budgetExceeded, not allFailed, when the limit leaves nothing for anyone", async () => {
    await sidecar.request("budget/set", { budgets: [{ scope: "all", period: "day", limitUsd: 0, kind: "hard" }] });
    const error = await failure(sidecar.request("chat/send", ask("c", "hello")));
    assert.equal(error.kind, "budgetExceeded");
    assert.deepEqual([error.data?.limitNanoUsd, error.data?.spentNanoUsd, error.data?.cheaper], [0, 0, undefined]);
    assert.equal(vendor.requests.length + cheap.requests.length, 0);
  });

  it("is cut with a clear stop reason when a vendor ignores the cap that was reserved", async () => {
    vendor.script = async (answer) => {
      for (let word = 0; word < 4000; word++) await answer.text("endless ");
      await answer.finish();
    };
    await sidecar.request("budget/set", { budgets: [] });
    const result = await sidecar.request("chat/send", ask("d", "hello", { model: "dear/m1", maxOutputTokens: 50 }));
    assert.equal(result.stopReason, "budget");
    assert.match(result.notice ?? "", /passed what was reserved/);
    assert.ok(result.text.length < 4000 * 8);
    assert.equal(result.attempts[0]?.outcome, "cut");
    assert.equal(result.cost.provenance, "estimated");
  });
});

describe("savings", () => {
  it("are counted attempt by attempt against the model that would have been pinned: a thousandth less a tenth of it is 0.0009", async () => {
    const vendor = await startVendor(says("Hi.", { input: 100, output: 0 }));
    const sidecar = new SidecarProcess();
    const cheap = asProvider(vendor, { id: "low", needsKey: false }, { usdPerMillion: { input: 1, output: 1 } });
    const pinned = asProvider(vendor, { id: "high", needsKey: false }, { usdPerMillion: { input: 10, output: 10 } });
    await sidecar.initialize({ routing: { baseline: "high/m1" }, providers: { custom: [cheap, pinned] } });
    const result = await sidecar.request("chat/send", ask("a", "hello", { model: "low/m1" }));
    assert.equal(result.cost.nanoUsd, 100_000);
    const { rows } = await sidecar.request("usage/summary", { by: ["model"] });
    assert.deepEqual(
      rows.map(({ model, costNanoUsd, savingsNanoUsd }) => [model, costNanoUsd, savingsNanoUsd]),
      [["low/m1", 100_000, 900_000]],
    );
    const { content } = await sidecar.request("usage/export", { format: "json" });
    assert.match(content, /"high\/m1"/);
    await sidecar.stop();
    await vendor.close();
  });
});
