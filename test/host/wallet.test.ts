// VS Code, a client over stdio and the HTTP door at once on one ledger with one hard limit: it is used up and never passed.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as vscode from "vscode";
import type { Client, Connect } from "../../server/client/contract.ts";
import { asProvider, type Vendor } from "../support/vendor.ts";
import { forgetVendor, run, until, vendorInSettings } from "./support.ts";

const EACH = 12;
/** A request bills 5 input tokens at $1 a million and 900 output tokens at $2; its worst case is 1,000 of these. */
const COST_NANO_USD = 5 * 1000 + 900 * 2000;
const ROOM_NANO_USD = 20_000_000;
const MODEL = { maxOutputTokens: 1000 };

const environment = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
const dist = (file: string): string => {
  const extension = vscode.extensions.all.find(({ packageJSON }) => packageJSON.name === "latchkey");
  return join(extension?.extensionPath ?? "", "dist", file);
};

async function connectOverStdio(custom: unknown): Promise<Client> {
  const { connect } = (await import(pathToFileURL(dist("client.mjs")).href)) as { connect: Connect };
  return connect({ environment, settings: { "local.discover": false, providers: { custom: [custom] } } });
}

/** The home is this run's own, and so is the settings file that doors without an editor read. */
const settingsFile = () => join(process.env.LATCHKEY_HOME ?? "", "settings.json");

async function openHttp(custom: unknown): Promise<{ origin: string; token: string; door: ChildProcess }> {
  writeFileSync(settingsFile(), JSON.stringify({ "local.discover": false, providers: { custom: [custom] } }));
  const made = spawnSync(process.execPath, [dist("latchkey.cjs"), "tokens", "create", "host"], { env: environment, encoding: "utf8" });
  const token = made.stdout.trim().split(/\s+/).at(-1) ?? "";
  const door = spawn(process.execPath, [dist("latchkey.cjs"), "serve", "--http", "127.0.0.1:0"], { env: environment, stdio: "pipe" });
  let said = "";
  door.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  door.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  await until("the HTTP door opens", () => /Listening on (\S+)/.test(said));
  return { origin: /Listening on (\S+)/.exec(said)?.[1] ?? "", token, door };
}

describe("one hard limit", () => {
  let vendor: Vendor;
  let stdio: Client;
  let http: Awaited<ReturnType<typeof openHttp>>;

  before(async () => {
    vendor = await vendorInSettings(async (answer) => {
      await new Promise((done) => setTimeout(done, 20));
      await answer.text("ok");
      await answer.finish({ input: 5, output: 900 });
    });
    const custom = asProvider(vendor, { needsKey: false }, MODEL);
    await vscode.workspace.getConfiguration("latchkey").update("providers", { custom: [custom] }, vscode.ConfigurationTarget.Global);
    stdio = await connectOverStdio(custom);
    http = await openHttp(custom);
  });
  after(async () => {
    await stdio.call("budget/set", { budgets: [] });
    await stdio.close();
    http.door.kill();
    rmSync(settingsFile(), { force: true });
    await forgetVendor(vendor);
  });

  it("holds over VS Code's own chat, a client over stdio and the HTTP door at once", async function () {
    this.timeout(60_000);
    const daily = (limitNanoUsd: number) => ({
      budgets: [{ scope: "all" as const, period: "day" as const, limitUsd: limitNanoUsd / 1e9, kind: "hard" as const }],
    });
    const words = "hi";
    await stdio.call("budget/set", daily(1e12));
    // The window's sidecar may have been ended by an earlier test; the first question starts it.
    await run("ask", words);
    const listed = async () => (await vscode.lm.selectChatModels({ vendor: "latchkey", id: "acme/m1" }))[0];
    await until("VS Code lists the model", async () => (await listed()) !== undefined);
    const model = await listed();
    assert.ok(model);
    const [before] = (await stdio.call("budget/status", {})).budgets;
    const spentBefore = before?.spentNanoUsd ?? 0;
    const limit = spentBefore + ROOM_NANO_USD;
    await stdio.call("budget/set", daily(limit));
    const doors: readonly (() => Promise<void>)[] = [
      async () => {
        const request = await model.sendRequest([vscode.LanguageModelChatMessage.User(words)]);
        for await (const _ of request.text);
      },
      async () => {
        const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: words }] }];
        await stdio.chat({ messages, model: "acme/m1" }).result;
      },
      async () => {
        const answer = await fetch(`${http.origin}/v1/chat/completions`, {
          method: "POST",
          headers: { authorization: `Bearer ${http.token}`, "content-type": "application/json" },
          body: JSON.stringify({ model: "acme/m1", messages: [{ role: "user", content: words }] }),
        });
        const text = await answer.text();
        if (!answer.ok) throw new Error(text);
      },
    ];
    const asked = vendor.requests.length;
    const all = await Promise.allSettled(doors.flatMap((door) => Array.from({ length: EACH }, () => door())));
    const served = all.filter(({ status }) => status === "fulfilled").length;
    const refusals = all.flatMap((one) => (one.status === "rejected" ? [String(one.reason?.message ?? one.reason)] : []));
    for (const refusal of refusals) assert.match(refusal, /limit/i);
    assert.equal(vendor.requests.length - asked, served, "whoever was refused was not sent");
    assert.ok(served >= 8 && served * COST_NANO_USD <= ROOM_NANO_USD, `${served} were served`);
    const [status] = (await stdio.call("budget/status", {})).budgets;
    assert.deepEqual([status?.spentNanoUsd, status?.reservedNanoUsd], [spentBefore + served * COST_NANO_USD, 0]);
  });
});
