// A doctor's visit through the built sidecar: what a model can do is found out with real requests, for a cent at most, and compared with the catalogue.
import assert from "node:assert/strict";
import { latchkey } from "../support/cli.ts";
import { SidecarProcess } from "../support/sidecar.ts";
import { asProvider, type Script, startVendor, type Vendor } from "../support/vendor.ts";
import type { ProbeReport } from "../../shared/probe.ts";

/** A vendor that can do everything it is asked for. */
const able: Script = async (answer, { body }) => {
  const prompt = JSON.stringify(body.messages);
  if (body.tools) {
    const call = { index: 0, id: "call_1", type: "function", function: { name: "report_number", arguments: '{"value":7}' } };
    await answer.delta({ tool_calls: [call] });
    return answer.finish({ input: 40, output: 9 }, "tool_calls");
  }
  if (body.response_format) await answer.text('{"days":7}');
  else if (prompt.includes("image_url")) await answer.text("Red.");
  else if (prompt.includes("17 times 23")) {
    await answer.delta({ reasoning_content: "340 + 51" });
    await answer.text("391");
  } else for (const word of ["1 ", "2 ", "3"]) await answer.text(word);
  return answer.finish({ input: 12, output: 4 });
};

const outcomes = (report: ProbeReport) => Object.fromEntries(report.checks.map(({ name, outcome }) => [name, outcome]));

describe("provider/probe", () => {
  let vendor: Vendor;
  let sidecar: SidecarProcess;
  const open = async (model: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => {
    await sidecar.initialize({ providers: { custom: [asProvider(vendor, { needsKey: false, ...more }, model)] } });
  };

  beforeEach(async () => {
    vendor = await startVendor(able);
    sidecar = new SidecarProcess();
  });

  afterEach(async () => {
    await sidecar.stop();
    await vendor.close();
  });

  it("finds out what a model can do, where it was reached and what that cost", async () => {
    await open();
    const report = await sidecar.request("provider/probe", { provider: "acme" });
    assert.deepEqual(outcomes(report), {
      ...{ models: "works", answer: "works", stream: "works", usage: "works" },
      ...{ tools: "works", structured: "works", vision: "works", reasoning: "works" },
    });
    assert.equal(report.model, "acme/m1");
    assert.equal(report.url, `${vendor.baseUrl}/chat/completions`);
    assert.equal(report.attempts, 5);
    assert.equal(vendor.requests.length, 5);
    const { rows } = await sidecar.request("usage/summary", { by: ["model"] });
    assert.deepEqual([rows[0]?.attempts, rows[0]?.costNanoUsd], [5, report.cost.nanoUsd]);
  });

  it("names what the catalogue does not know, and what it claims in vain", async () => {
    await open({ capabilities: ["tools"] });
    vendor.script = (answer, seen, index) => {
      if (seen.body.tools) return answer.fail(400, { message: "tools are not supported by this model", type: "invalid_request_error" });
      return able(answer, seen, index);
    };
    const report = await sidecar.request("provider/probe", { provider: "acme" });
    assert.deepEqual(report.differs, [
      { capability: "tools", catalogue: true, seen: false },
      { capability: "structured", catalogue: false, seen: true },
      { capability: "vision", catalogue: false, seen: true },
      { capability: "reasoning", catalogue: false, seen: true },
    ]);
    assert.match(report.checks.find(({ name }) => name === "tools")?.detail ?? "", /tools are not supported/);
  });

  it("says when an answer comes in one piece and without counts", async () => {
    await open();
    vendor.script = async (answer) => {
      await answer.text("1 2 3");
      await answer.finish(null);
    };
    const report = await sidecar.request("provider/probe", { provider: "acme" });
    assert.deepEqual([outcomes(report).stream, outcomes(report).usage, outcomes(report).tools], ["fails", "fails", "fails"]);
  });

  it("asks no more once the plain question fails, and says why", async () => {
    await open();
    vendor.script = (answer) => answer.fail(401, { message: "bad key", code: "invalid_api_key" });
    const report = await sidecar.request("provider/probe", { provider: "acme" });
    assert.equal(report.ok, false);
    assert.equal(vendor.requests.length, 1);
    assert.equal(outcomes(report).vision, "skipped");
    assert.match(report.checks.find(({ name }) => name === "answer")?.detail ?? "", /key/i);
  });

  it("says nothing of a capability when the vendor fails for another reason", async () => {
    await open();
    vendor.script = (answer, seen, index) => (seen.body.tools ? answer.fail(503, { message: "overloaded" }) : able(answer, seen, index));
    const report = await sidecar.request("provider/probe", { provider: "acme" });
    assert.equal(outcomes(report).tools, "fails");
    assert.ok(!report.differs.some(({ capability }) => capability === "tools"));
  });

  it("keeps to its sum: what might pass it is not asked", async () => {
    await open({ usdPerMillion: { input: 1, output: 1000 } });
    const report = await sidecar.request("provider/probe", { provider: "acme", maxCostUsd: 0.001 });
    assert.equal(vendor.requests.length, 0);
    assert.equal(report.ok, false);
    assert.match(report.checks.find(({ name }) => name === "answer")?.detail ?? "", /maximum/);
    assert.equal(report.cost.nanoUsd, 0);
  });

  it("refuses a provider or a model that there is not", async () => {
    await open();
    await assert.rejects(sidecar.request("provider/probe", { provider: "nobody" }), { kind: "invalidParams" });
    await assert.rejects(sidecar.request("provider/probe", { provider: "acme", model: "m2" }), { kind: "invalidParams" });
  });

  it("stops when it is told to", async () => {
    await open();
    let arrived: () => void = () => undefined;
    const asked = new Promise<void>((done) => {
      arrived = done;
    });
    vendor.script = async (answer) => {
      await answer.text("1 ");
      arrived();
    };
    const { id, done } = sidecar.start("provider/probe", { provider: "acme" });
    await asked;
    sidecar.cancel(id);
    await assert.rejects(done, { kind: "cancelled" });
    await vendor.requests[0]?.hungUp;
    assert.equal(vendor.requests.length, 1);
  });
});

describe("latchkey doctor", () => {
  it("shows each check and the card", async () => {
    const { code, stdout } = await latchkey(["doctor", "demo"]);
    assert.equal(code, 0);
    assert.match(stdout, /^answer +yes/m);
    assert.match(stdout, /^tools +no/m);
    assert.match(stdout, /demo\/echo, asked \d times? for \$0\.00/);
  });

  it("without a provider tests every key, and fails when one is not accepted", async () => {
    const { code, stdout } = await latchkey(["doctor"], {
      environment: { OPENAI_API_KEY: "sk-0123456789abcdef", HTTPS_PROXY: "http://127.0.0.1:9" },
    });
    assert.equal(code, 1);
    assert.match(stdout, /^openai +no +https:\/\/api\.openai\.com/m);
    const none = await latchkey(["doctor"]);
    assert.equal(none.code, 0);
    assert.match(none.stdout, /Set a key/);
  });
});
