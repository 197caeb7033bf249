// The published TypeScript client as its users have it: the built file, its declarations, a sidecar of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as mini from "zod/mini";
import * as z from "zod";
import type { Client, ConnectOptions, LatchkeyErrorShape } from "../../server/client/contract.ts";
import { newHome } from "../support/http-door.ts";
import { cleanEnvironment } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const ROOT = resolve(import.meta.dirname, "../..");

async function connect(options: ConnectOptions): Promise<Client> {
  const built = (await import(join(ROOT, "dist/client.mjs"))) as { connect(given: ConnectOptions): Promise<Client> };
  return built.connect(options);
}

describe("latchkey/client", () => {
  let vendor: Vendor;
  let home: string;
  let client: Client;

  before(async () => {
    vendor = await startVendor();
    home = newHome();
    client = await connect({
      client: { name: "my-tool", version: "1" },
      environment: cleanEnvironment(home),
      settings: { "local.discover": false, providers: { custom: [asProvider(vendor, { needsKey: false })] } },
    });
  });

  beforeEach(() => {
    vendor.requests.length = 0;
    vendor.script = says("Hello from the vendor.", { input: 1000, output: 500 });
  });

  after(async () => {
    assert.equal(await client.close(), 0);
    await vendor.close();
    rmSync(home, { recursive: true, force: true });
  });

  it("streams a chat's text and gives its result", async () => {
    const chat = client.chat("hi");
    let text = "";
    for await (const piece of chat.texts()) text += piece;
    assert.equal(text, "Hello from the vendor.");
    const { cost, model } = await chat.result;
    assert.deepEqual([cost.nanoUsd, model], [2_000_000, "acme/m1"]);
  });

  it("takes a schema of zod, and gives a value of its type", async () => {
    vendor.script = says('{"name":"Ada","born":"1815-12-10"}');
    const Person = z.object({ name: z.string(), born: z.iso.date().transform((date) => Number(date.slice(0, 4))) });
    const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: "Who?" }] }];
    const { output } = await client.chat({ messages, model: "acme/m1", output: Person }).result;
    const year: number | undefined = output?.born;
    assert.deepEqual([output?.name, year], ["Ada", 1815]);
    const sent = vendor.requests[0]?.body.response_format.json_schema.schema;
    assert.deepEqual([sent.type, sent.required], ["object", ["name", "born"]]);
    const Old = z.object({ name: z.string(), born: z.string() }).refine(() => false, "nobody is that old");
    await assert.rejects(client.chat({ messages, model: "acme/m1", output: Old }).result, (error: LatchkeyErrorShape) => {
      assert.deepEqual([error.kind, error.code], ["outputInvalid", 1010]);
      return /nobody is that old/.test(error.message);
    });
    const plain = await client.chat({ messages, model: "acme/m1", output: { schema: { type: "object" } } }).result;
    assert.deepEqual(plain.output, { name: "Ada", born: "1815-12-10" });
    await assert.rejects(client.chat({ messages, output: mini.object({ name: mini.string() }) }).result, /z\.toJSONSchema/);
  });

  it("keeps the events of a chat until they are read", async () => {
    const chat = client.chat({ messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }], model: "acme/m1" });
    await chat.result;
    const types: string[] = [];
    for await (const event of chat) types.push(event.type);
    assert.equal(types[0], "route");
    assert.equal(types.at(-1), "end");
  });

  it("cancels, by the chat and by a signal, and the result says so", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
    };
    const chat = client.chat("hi");
    for await (const piece of chat.texts()) if (piece !== "") chat.cancel();
    const { stopReason, text } = await chat.result;
    assert.deepEqual([stopReason, text], ["cancelled", "and so "]);
    const stop = new AbortController();
    const other = client.chat("hi", { signal: stop.signal });
    stop.abort();
    assert.equal((await other.result).stopReason, "cancelled");
  });

  it("calls any method, and turns a refusal into an error with its kind", async () => {
    const { models } = await client.call("model/list", {});
    assert.ok(models.some((model) => model.id === "acme/m1"));
    await assert.rejects(client.call("key/test", { provider: "nobody" }), { name: "LatchkeyError", kind: "invalidParams" });
    const failing = client.chat({ messages: [{ role: "user", parts: [] }], model: "nobody/nothing" });
    await assert.rejects(async () => {
      for await (const _ of failing);
    });
  });

  it("hears notifications until it stops listening", async () => {
    let forget = () => {};
    const changed = new Promise<number>((done) => {
      forget = client.on("budget/changed", ({ todayNanoUsd }) => done(todayNanoUsd));
    });
    await client.chat("hi").result;
    assert.ok((await changed) > 0);
    forget();
  });

  it("says when the sidecar cannot be started and when it has ended", async () => {
    await assert.rejects(connect({ command: ["/nowhere/latchkey"] }), /could not be started/);
    const other = await connect({ environment: cleanEnvironment(home), settings: { "local.discover": false } });
    await other.close();
    await assert.rejects(other.call("model/list", {}), /has ended/);
  });
});

describe("latchkey/client's declarations", () => {
  const folder = temporaryFolder();

  const compile = (text: string) => {
    const at = join(folder.path, "node_modules/latchkey/dist");
    mkdirSync(at, { recursive: true });
    writeFileSync(join(folder.path, "node_modules/latchkey/package.json"), spawnSync("cat", [join(ROOT, "package.json")]).stdout);
    writeFileSync(join(at, "client.d.ts"), spawnSync("cat", [join(ROOT, "dist/client.d.ts")]).stdout);
    writeFileSync(folder.file("tool.mts"), text);
    const words = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--lib",
      "es2023,dom,esnext.disposable",
      "--types",
      "",
      "tool.mts",
    ];
    return spawnSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...words], { cwd: folder.path, encoding: "utf8" });
  };

  it("compile on their own, without any other package", () => {
    const { status, stdout } = compile(`
      import { connect, LatchkeyError, type ChatResult } from "latchkey/client";
      const client = await connect({ settings: { policy: "cheap" } });
      const chat = client.chat({ messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }] });
      for await (const event of chat) if (event.type === "text-delta") event.text.trim();
      const result: ChatResult = await chat.result;
      const cost: number | null = result.cost.nanoUsd;
      const { budgets } = await client.call("budget/status", {});
      const spent: number = budgets[0]!.spentNanoUsd;
      client.on("health/changed", ({ provider }) => provider.trim());
      export const seen = [cost, spent, LatchkeyError];
    `);
    assert.equal(status, 0, stdout);
  });

  it("refuse what the wire would refuse", () => {
    const { status, stdout } = compile(`
      import { connect } from "latchkey/client";
      const client = await connect();
      await client.call("chat/sing", {});
      await client.call("key/test", { provider: 7 });
      client.chat({ messages: [{ role: "wizard", parts: [] }] });
    `);
    assert.notEqual(status, 0);
    assert.equal(stdout.match(/error TS/g)?.length, 3, stdout);
  });
});
