// Every door at once on one ledger under one hard limit: HTTP in two interfaces, MCP, ACP, and a client over stdio.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import Anthropic from "@anthropic-ai/sdk";
import { type AnyMessage, client as acpClient, methods, ndJsonStream, PROTOCOL_VERSION } from "@agentclientprotocol/sdk";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import OpenAI from "openai";
import { newHome, startHttpDoor } from "../support/http-door.ts";
import { ask, BUILT, cleanEnvironment, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, startVendor } from "../support/vendor.ts";

const EACH = 12;
/** A request bills 900 output tokens at $2 a million and 5 input tokens at $1; its worst case is 1000 output tokens. */
const COST_NANO_USD = 900 * 2000 + 5 * 1000;
const LIMIT_NANO_USD = 20_000_000;

describe("every door at once under one hard limit", () => {
  it("never passes it, serves as many as fit, and refuses the rest by name", async function () {
    this.timeout(120_000);
    let running = 0;
    let mostRunning = 0;
    const vendor = await startVendor(async (answer) => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      await new Promise((done) => setTimeout(done, 20));
      await answer.text("ok");
      running -= 1;
      await answer.finish({ input: 5, output: 900 });
    });
    const settings = {
      "local.discover": false,
      providers: { custom: [asProvider(vendor, { needsKey: false })] },
      budgets: [{ scope: "all", period: "day", limitUsd: LIMIT_NANO_USD / 1e9, kind: "hard" }],
    };
    const home = newHome(settings);
    const http = await startHttpDoor({ home });
    const stdio = new SidecarProcess({ home });
    await stdio.initialize(settings);
    const mcp = await startMcp(home);
    const acp = await startAcp(home);
    const openai = new OpenAI({ baseURL: `${http.origin}/v1`, apiKey: http.token });
    const anthropic = new Anthropic({ baseURL: http.origin, apiKey: http.token });
    const message = { role: "user" as const, content: "hi" };
    const doors: readonly ((at: number) => Promise<unknown>)[] = [
      (at) => stdio.request("chat/send", ask(`stdio-${at}`, "hi", { model: "acme/m1", maxOutputTokens: 1000 })),
      () => openai.chat.completions.create({ model: "acme/m1", messages: [message], max_completion_tokens: 1000 }),
      () => anthropic.messages.create({ model: "acme/m1", max_tokens: 1000, messages: [message] }),
      () => mcp.ask(),
      () => acp.ask(),
    ];
    const all = doors.flatMap((door) => Array.from({ length: EACH }, (_, at) => door(at)));
    const settled = await Promise.allSettled(all);
    const served = settled.filter((one) => one.status === "fulfilled").length;
    const refusals = settled.flatMap((one) => (one.status === "rejected" ? [String(one.reason?.message ?? one.reason)] : []));
    const { budgets } = await stdio.request("budget/status", {});
    await Promise.all([http.stop(), stdio.stop(), mcp.stop(), acp.stop()]);
    await vendor.close();
    rmSync(home, { recursive: true, force: true });

    assert.equal(served, vendor.requests.length, "whoever was refused was not sent");
    assert.ok(served * COST_NANO_USD <= LIMIT_NANO_USD, `${served} were served`);
    assert.equal(budgets[0]?.spentNanoUsd, served * COST_NANO_USD);
    assert.equal(budgets[0]?.reservedNanoUsd, 0);
    assert.ok(served >= 8, `only ${served} were served`);
    assert.ok(mostRunning > 1, "they ran at once");
    assert.equal(refusals.length, doors.length * EACH - served);
    for (const refusal of refusals) assert.match(refusal, /limit/i);
  });
});

async function startMcp(home: string) {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [BUILT, "mcp"], env: cleanEnvironment(home), stderr: "inherit" }),
  );
  return {
    async ask() {
      const given = { prompt: "hi", model: "acme/m1", maxOutputTokens: 1000 };
      const { isError, content } = await client.callTool({ name: "ask", arguments: given });
      if (isError) throw new Error((content as { text: string }[])[0]?.text);
    },
    stop: () => client.close(),
  };
}

/** One prompt a session runs at a time, so each asks in a session of its own. */
async function startAcp(home: string) {
  const child = spawn(process.execPath, [BUILT, "acp"], { env: cleanEnvironment(home), stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise((done) => child.once("exit", done));
  const stream = ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>);
  const { agent } = acpClient()
    .onNotification(methods.client.session.update, () => undefined)
    .connect(stream as { writable: WritableStream<AnyMessage>; readable: ReadableStream<AnyMessage> });
  await agent.request("initialize", { protocolVersion: PROTOCOL_VERSION });
  return {
    async ask() {
      const { sessionId } = await agent.request("session/new", { cwd: "/", mcpServers: [] });
      return agent.request("session/prompt", { sessionId, prompt: [{ type: "text", text: "hi" }] });
    },
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
