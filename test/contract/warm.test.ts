// A running conversation through the built sidecar: its model's prompt cache is part of the quote and of the choice, and survives the process.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { latchkey } from "../support/cli.ts";
import { newHome } from "../support/http-door.ts";
import { SidecarProcess } from "../support/sidecar.ts";
import { asProvider, type Script, startVendor, type Vendor } from "../support/vendor.ts";

const LONG = "The quarterly ledger lists every booking with its window, its holder and its price. ".repeat(400);
const turn = (role: "user" | "assistant", text: string) => ({ role, parts: [{ type: "text" as const, text }] });
const FIRST = [turn("user", LONG)];
const SECOND = [...FIRST, turn("assistant", "Understood."), turn("user", "hello again")];

/** A vendor whose cache keeps the prompt: it says so in its usage. */
const caching: Script = async (answer, _request, index) => {
  await answer.text("Understood.");
  await answer.finish({ input: 7000, output: 5, cached: index === 0 ? 6000 : 6900 });
};

describe("a conversation with a warm cache", () => {
  let one: Vendor;
  let two: Vendor;
  let home: string;
  let sidecar: SidecarProcess;
  let settings: Record<string, unknown>;

  beforeEach(async () => {
    one = await startVendor(caching);
    two = await startVendor();
    const facts = { quality: 90, usdPerMillion: { input: 1, output: 2, cacheRead: 0.1 } };
    const slightlyCheaper = { quality: 90, usdPerMillion: { input: 0.8, output: 1.6, cacheRead: 0.08 } };
    settings = {
      "local.discover": false,
      providers: {
        custom: [asProvider(one, { id: "one", needsKey: false }, facts), asProvider(two, { id: "two", needsKey: false }, slightlyCheaper)],
      },
    };
    home = newHome(settings);
    sidecar = new SidecarProcess({ home });
    await sidecar.initialize(settings);
    await sidecar.request("chat/send", { chatId: "a", conversationId: "talk", messages: FIRST, model: "one/m1" });
  });

  afterEach(async () => {
    await sidecar.stop();
    await Promise.all([one.close(), two.close()]);
    rmSync(home, { recursive: true, force: true });
  });

  it("is quoted with what its vendor keeps, at the median alone", async () => {
    const warm = await sidecar.request("chat/estimate", { messages: SECOND, conversationId: "talk", model: "one/m1" });
    const cold = await sidecar.request("chat/estimate", { messages: SECOND, model: "one/m1" });
    const [first, second] = [warm.candidates[0], cold.candidates[0]];
    assert.ok((first?.cachedShare ?? 0) > 0.6, `${first?.cachedShare}`);
    assert.equal(second?.cachedShare, 0);
    assert.ok((first?.p50NanoUsd ?? 0) < (second?.p50NanoUsd ?? 0) / 2);
    assert.equal(first?.worstNanoUsd, second?.worstNanoUsd, "the worst case never counts on a cache");
  });

  it("stays where it is warm, says so, and goes where it is cheaper once it is not", async () => {
    const warm = await sidecar.request("route/preview", { messages: SECOND, conversationId: "talk" });
    assert.equal(warm.candidates[0]?.model, "one/m1");
    assert.match(warm.because, /prompt cache is warm: about \d+ % of the prompt/);
    const other = await sidecar.request("route/preview", { messages: SECOND, conversationId: "another" });
    assert.equal(other.candidates[0]?.model, "two/m1");
    const sent = await sidecar.request("chat/send", { chatId: "b", conversationId: "talk", messages: SECOND });
    assert.equal(sent.model, "one/m1");
    assert.match(sent.route.because, /warm/);
  });

  it("is known to the next process from the ledger, and printed by latchkey route", async () => {
    await sidecar.stop();
    const file = join(home, "talk.json");
    writeFileSync(file, JSON.stringify(SECOND.slice(0, 2)));
    const run = (...more: string[]) => latchkey(["route", "hello again", "--messages", file, ...more], { home });
    const warm = await run("--conversation", "talk");
    assert.match(warm.stdout, /^one\/m1 .*\d+ % from its warm cache/m, warm.stdout + warm.stderr);
    assert.match(warm.stdout, /prompt cache is warm/);
    assert.doesNotMatch((await run()).stdout, /warm/);
    sidecar = new SidecarProcess({ home });
    await sidecar.initialize(settings);
  });
});
