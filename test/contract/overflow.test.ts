// A vendor that refuses a prompt as too long and says how long it may be: believed at once, by the next process too, and shown.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "../../shared/chat.ts";
import { ask, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, says, type Script, startVendor, type Vendor } from "../support/vendor.ts";

const said = (role: Message["role"], text: string): Message => ({ role, parts: [{ type: "text", text }] });
const LONG = "All work and no play makes a dull sentence. ".repeat(200);
const TALK = [
  ...[1, 2, 3, 4].flatMap((turn) => [said("user", `Q${turn}. ${LONG}`), said("assistant", `A${turn}.`)]),
  said("user", "And now?"),
];
const words = "This model's maximum context length is 6000 tokens. However, your messages resulted in 9000 tokens.";

/** Refuses what is longer than about 6000 tokens. */
const small: Script = (answer, request) => {
  if (JSON.stringify(request.body.messages).length < 24_000) return says("Short enough.")(answer, request, 0);
  answer.fail(400, { message: words, code: "context_length_exceeded" });
};

describe("a vendor that states its window in a refusal", function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  let home: string;
  let homes = 0;
  let vendor: Vendor;
  let other: Vendor;
  let sidecar: SidecarProcess;

  beforeEach(async () => {
    home = folder.file(`home-${homes++}`);
    vendor = await startVendor(small);
    other = await startVendor(says("From the larger one."));
  });
  afterEach(async () => {
    await sidecar.stop();
    await Promise.all([vendor.close(), other.close()]);
  });

  async function start(windows: Record<string, number>, settings: Record<string, unknown> = {}) {
    sidecar = new SidecarProcess({ home });
    const custom = Object.entries(windows).map(([id, contextWindowTokens], at) =>
      asProvider(at === 0 ? vendor : other, { id, needsKey: false }, { contextWindowTokens, usdPerMillion: { input: at + 1, output: 2 } }),
    );
    await sidecar.initialize({ providers: { custom }, policy: "cheap", ...settings });
  }

  const windowOf = async (id: string) => {
    const { models } = await sidecar.request("model/list", {});
    const model = models.find((one) => one.id === id);
    return [model?.contextWindowTokens, model?.windowLearned?.statedTokens, model?.windowLearned?.source];
  };

  it("is corrected, and a larger model answers; the next process routes by it from the beginning", async () => {
    await start({ acme: 32_000, bolt: 16_000 });
    const result = await sidecar.request("chat/send", { chatId: "1", messages: TALK });
    assert.deepEqual([result.model, result.text], ["bolt/m1", "From the larger one."]);
    assert.deepEqual(
      result.attempts.map(({ model, outcome, cost }) => [model, outcome, cost.nanoUsd]),
      [
        ["acme/m1", "failed", 0],
        ["bolt/m1", "ok", 30_000],
      ],
    );
    assert.deepEqual(await windowOf("acme/m1"), [6000, 32_000, "the vendor's refusal"]);
    await sidecar.stop();
    assert.match(readFileSync(join(home, "windows.json"), "utf8"), /"acme\/m1":\{"tokens":6000,"statedTokens":32000,"date":"\d{4}-/);
    await start({ acme: 32_000, bolt: 16_000 });
    const next = await sidecar.request("chat/send", { chatId: "2", messages: TALK });
    assert.deepEqual(
      next.attempts.map(({ model }) => model),
      ["bolt/m1"],
    );
    assert.equal(vendor.requests.length, 1);
  });

  it("gets the conversation shortened to it where there is no larger model", async () => {
    await start({ acme: 32_000 });
    const result = await sidecar.request("chat/send", { chatId: "1", messages: TALK, model: "acme/m1" });
    assert.equal(result.text, "Short enough.");
    assert.match(result.notice ?? "", /earlier messages were left out/);
    assert.equal(vendor.requests.length, 2);
  });

  it("is not gone round by shortening where the settings refuse that", async () => {
    await start({ acme: 32_000 }, { context: { fit: "refuse" } });
    await assert.rejects(sidecar.request("chat/send", { chatId: "1", messages: TALK, model: "acme/m1" }), /maximum context length is 6000/);
    assert.equal(vendor.requests.length, 1);
  });

  it("is believed only as long as nobody states another window since", async () => {
    await start({ acme: 32_000 });
    await sidecar.request("chat/send", { chatId: "1", messages: TALK, model: "acme/m1" });
    await sidecar.stop();
    await start({ acme: 64_000 });
    assert.deepEqual(await windowOf("acme/m1"), [64_000, undefined, undefined]);
  });

  it("does not learn from a minute's allowance", async () => {
    vendor.script = (answer) =>
      answer.fail(429, { message: "Request too large for m1 on tokens per min (TPM): Limit 6000, Requested 9000." });
    await start({ acme: 32_000 });
    await assert.rejects(sidecar.request("chat/send", ask("1", LONG, { model: "acme/m1" })));
    assert.deepEqual(await windowOf("acme/m1"), [32_000, undefined, undefined]);
  });
});
