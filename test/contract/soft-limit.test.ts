// A soft limit asks: refused once with the way on, sent after a yes, at every door and without a race; answers are never cut by it.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { type AnyMessage, client as acpClient, methods, ndJsonStream, PROTOCOL_VERSION } from "@agentclientprotocol/sdk";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import OpenAI from "openai";
import { latchkey } from "../support/cli.ts";
import { newHome, startHttpDoor } from "../support/http-door.ts";
import { startLanguageClient } from "../support/language-client.ts";
import { ask, BUILT, cleanEnvironment, type RpcError, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

/** The worst case of one prompt is 1000 output tokens at $2 a million, twenty times this; it costs 20,000 nano-dollars. */
const SOFT = { scope: "all", period: "day", limitUsd: 0.0001, kind: "soft" };

describe("a soft limit", () => {
  let vendor: Vendor;
  let home: string;

  beforeEach(async () => {
    vendor = await startVendor(says("Hello."));
    home = newHome({ model: "acme/m1", providers: { custom: [asProvider(vendor, { needsKey: false })] }, budgets: [SOFT] });
  });

  afterEach(async () => {
    await vendor.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function refusalOf(answer: Promise<unknown>): Promise<RpcError> {
    return answer.then(
      () => assert.fail("it was sent"),
      (error: RpcError) => error,
    );
  }

  describe("on the wire", () => {
    let sidecar: SidecarProcess;

    beforeEach(async () => {
      sidecar = new SidecarProcess({ home });
    });

    afterEach(() => sidecar.stop());

    const start = (budgets: unknown[], more: Record<string, unknown> = {}) =>
      sidecar.initialize({ "local.discover": false, providers: { custom: [asProvider(vendor, { needsKey: false })] }, budgets, ...more });

    it("refuses with ask: true before anything is sent, and lets the same chat pass after a yes", async () => {
      await start([SOFT]);
      const refusal = await refusalOf(sidecar.request("chat/send", ask("a", "hi", { model: "acme/m1" })));
      assert.equal(refusal.kind, "budgetExceeded");
      assert.deepEqual([refusal.data?.ask, refusal.data?.limitKind, refusal.data?.limitNanoUsd], [true, "soft", 100_000]);
      assert.match(refusal.message, /^The soft daily limit of \$0\.0001.*It is a soft limit/);
      assert.equal(vendor.requests.length, 0);
      const result = await sidecar.request("chat/send", ask("a", "hi", { model: "acme/m1", overSoftLimit: "proceed" }));
      assert.equal(result.text, "Hello.");
      assert.match(result.notice ?? "", /went past the soft daily limit of \$0\.0001/);
      const { budgets } = await sidecar.request("budget/status", {});
      assert.deepEqual([budgets[0]?.spentNanoUsd, budgets[0]?.reservedNanoUsd], [20_000, 0]);
    });

    it("asks rather than take a cheaper model unasked", async () => {
      const dear = asProvider(vendor, { id: "dear", needsKey: false }, { usdPerMillion: { input: 1, output: 2 }, quality: 98 });
      const cheap = asProvider(vendor, { id: "cheap", needsKey: false }, { usdPerMillion: { input: 0.01, output: 0.02 }, quality: 20 });
      await start([SOFT], { policy: "best", providers: { custom: [dear, cheap] } });
      const refusal = await refusalOf(sidecar.request("chat/send", ask("b", "hi")));
      assert.equal(refusal.data?.model, "dear/m1");
      assert.match(JSON.stringify(refusal.data?.cheaper), /"cheap\/m1"/);
      assert.equal(vendor.requests.length, 0);
    });

    it("gives no yes to a hard limit", async () => {
      await start([SOFT, { ...SOFT, kind: "hard" }]);
      const refusal = await refusalOf(sidecar.request("chat/send", ask("c", "hi", { model: "acme/m1", overSoftLimit: "proceed" })));
      assert.deepEqual([refusal.kind, refusal.data?.ask, refusal.data?.limitKind], ["budgetExceeded", undefined, "hard"]);
      const asked = await refusalOf(sidecar.request("chat/send", ask("d", "hi", { model: "acme/m1" })));
      assert.equal(asked.data?.ask, undefined, "whoever is refused by both limits is not asked about the one that a yes would pass");
    });

    it("holds for forty chats at once in two processes: whoever was not asked never passes it", async () => {
      const roomForThree = { ...SOFT, limitUsd: 0.0065 };
      await start([roomForThree]);
      const other = new SidecarProcess({ home });
      await other.initialize({
        "local.discover": false,
        providers: { custom: [asProvider(vendor, { needsKey: false })] },
        budgets: [roomForThree],
      });
      let running = 0;
      let most = 0;
      vendor.script = async (answer) => {
        most = Math.max(most, ++running);
        await new Promise((done) => setTimeout(done, 30));
        running -= 1;
        await answer.text("ok");
        await answer.finish({ input: 10, output: 1000 });
      };
      const all = Array.from({ length: 40 }, (_, at) =>
        (at % 2 ? other : sidecar).request("chat/send", ask(`e${at}`, "hi", { model: "acme/m1" })),
      );
      const ended = await Promise.allSettled(all);
      const { budgets } = await sidecar.request("budget/status", {});
      await other.stop();
      const sent = ended.filter((one) => one.status === "fulfilled").length;
      assert.ok(most <= 3 && sent <= 3 && sent >= 1, `${most} ran at once, ${sent} in all`);
      assert.ok((budgets[0]?.spentNanoUsd ?? 0) <= 6_500_000);
      for (const one of ended) if (one.status === "rejected") assert.equal(one.reason.data.ask, true);
    });

    it("does not break off an answer that another model goes on with", async () => {
      const breaking = asProvider(vendor, { id: "one", needsKey: false }, { usdPerMillion: { input: 0.01, output: 0.02 } });
      const going = asProvider(vendor, { id: "two", needsKey: false });
      await start([{ ...SOFT, limitUsd: 0.001 }], { policy: "cheap", onBreak: "continue", providers: { custom: [breaking, going] } });
      vendor.script = async (answer, _request, index) => {
        await answer.text(index === 0 ? "Once upon " : "a time.");
        if (index === 0) answer.cut();
        else await answer.finish();
      };
      const result = await sidecar.request("chat/send", ask("f", "hi"));
      assert.deepEqual([result.stopReason, result.model], ["end", "two/m1"]);
      assert.match(result.notice ?? "", /soft daily limit/);
    });
  });

  it("refuses over HTTP with the header that lets it pass, and obeys that header", async () => {
    const door = await startHttpDoor({ home });
    const openai = new OpenAI({ baseURL: `${door.origin}/v1`, apiKey: door.token });
    const body = { model: "acme/m1", messages: [{ role: "user" as const, content: "hi" }] };
    await assert.rejects(openai.chat.completions.create(body), (error: InstanceType<typeof OpenAI.APIError>) => {
      assert.equal(error.status, 429);
      assert.match(error.message, /x-latchkey-over-soft-limit: proceed/);
      return true;
    });
    const wrong = openai.chat.completions.create(body, { headers: { "x-latchkey-over-soft-limit": "yes" } });
    await assert.rejects(wrong, /x-latchkey-over-soft-limit/);
    const answer = await openai.chat.completions.create(body, { headers: { "x-latchkey-over-soft-limit": "proceed" } });
    assert.equal(answer.choices[0]?.message.content, "Hello.");
    assert.equal(vendor.requests.length, 1);
    await door.stop();
  });

  it("has a flag on the command line, and never waits for an answer from a pipe", async () => {
    const refused = await latchkey(["ask", "hi"], { home });
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /It is a soft limit.*--over-soft-limit/);
    const sent = await latchkey(["ask", "hi", "--over-soft-limit"], { home });
    assert.deepEqual([sent.code, sent.stdout], [0, "Hello.\n"]);
  });

  for (const { answer, code, requests } of [
    { answer: "y", code: 0, requests: 1 },
    { answer: "", code: 4, requests: 0 },
  ]) {
    it(`asks at a terminal; ${answer === "y" ? "a yes sends" : "anything else does not"}`, async () => {
      const words = [process.execPath, BUILT, "ask", "hi"].map((word) => `'${word}'`).join(" ");
      // `script` (util-linux) gives the command a terminal of its own.
      const child = spawn("script", ["-qec", words, "/dev/null"], { env: cleanEnvironment(home), stdio: ["pipe", "pipe", "inherit"] });
      let shown = "";
      child.stdout.on("data", (chunk: Buffer) => {
        shown += chunk.toString("utf8");
        if (shown.includes("[y/N]") && child.stdin.writable) child.stdin.end(`${answer}\n`);
      });
      const ended = await new Promise<number | null>((done) => child.on("close", done));
      assert.match(shown, /soft daily limit.*Send it anyway\? \[y\/N\]/s);
      assert.deepEqual([ended, vendor.requests.length], [code, requests], shown);
    }).timeout(20_000);
  }

  for (const { choice, sent } of [
    { choice: "proceed", sent: true },
    { choice: "cancel", sent: false },
  ]) {
    it(`asks an ACP client for a permission; "${choice}" is obeyed`, async () => {
      const child = spawn(process.execPath, [BUILT, "acp"], { env: cleanEnvironment(home), stdio: ["pipe", "pipe", "inherit"] });
      const titles: (string | null | undefined)[] = [];
      const stream = ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>);
      const { agent } = acpClient()
        .onNotification(methods.client.session.update, () => undefined)
        .onRequest(methods.client.session.requestPermission, ({ params }) => {
          titles.push(params.toolCall.title);
          return { outcome: { outcome: "selected", optionId: choice } };
        })
        .connect(stream as { writable: WritableStream<AnyMessage>; readable: ReadableStream<AnyMessage> });
      await agent.request("initialize", { protocolVersion: PROTOCOL_VERSION });
      const { sessionId } = await agent.request("session/new", { cwd: "/", mcpServers: [] });
      const answer = await agent.request("session/prompt", { sessionId, prompt: [{ type: "text", text: "hi" }] }).then(
        () => true,
        () => false,
      );
      child.stdin.end();
      await new Promise((done) => child.once("exit", done));
      assert.deepEqual([answer, vendor.requests.length], [sent, sent ? 1 : 0]);
      assert.match(titles.join(), /soft daily limit/);
    });
  }

  for (const { asks, sent } of [
    { asks: true, sent: true },
    { asks: false, sent: false },
  ]) {
    it(`${asks ? "asks the person behind an MCP client that can ask" : "refuses where an MCP client cannot ask"}, and never takes a model's word`, async () => {
      const client = new Client({ name: "test", version: "1" }, { capabilities: asks ? { elicitation: {} } : {} });
      if (asks) client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept" as const, content: {} }));
      await client.connect(
        new StdioClientTransport({ command: process.execPath, args: [BUILT, "mcp"], env: cleanEnvironment(home), stderr: "inherit" }),
      );
      const given = { prompt: "hi", model: "acme/m1", overSoftLimit: "proceed" };
      const { isError, content } = await client.callTool({ name: "ask", arguments: given });
      await client.close();
      assert.equal(vendor.requests.length, sent ? 1 : 0);
      if (!sent) assert.match((content as { text: string }[])[0]?.text ?? "", /Only the user can allow that/);
      assert.equal(isError ?? false, !sent);
    });
  }

  it("takes the same action of an editor, run once more, for a yes", async () => {
    const client = await startLanguageClient(home, { rootUri: "file:///work/demo" });
    await client.open("file:///work/demo/a.py", "python", "print(1)\n");
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 8 } };
    const run = () =>
      client.connection.sendRequest("workspace/executeCommand", {
        command: "latchkey.explain",
        arguments: [{ uri: "file:///work/demo/a.py", range }],
      });
    await run().catch(() => undefined);
    assert.equal(vendor.requests.length, 0);
    const said = await client.waitFor((told) => told.method === "window/showMessage" && /soft/.test(told.params.message));
    assert.match(said.params.message, /Run the same once more to send it anyway/);
    await run();
    await client.waitFor((told) => told.method === "window/showMessage" && /acme\/m1, \$/.test(told.params.message));
    assert.equal(vendor.requests.length, 1);
    await client.stop();
  });

  it("is shown in the status with what stands against it", () => {
    const { stdout } = spawnSync(process.execPath, [BUILT, "budget"], { env: cleanEnvironment(home), encoding: "utf8" });
    assert.match(stdout, /all\s+day\s+soft\s+\$0\.0001/);
  });
});
