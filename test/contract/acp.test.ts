// The official ACP client in front of `latchkey acp`: sessions, pictures, embedded context, options, cost, cancel, load and resume.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import {
  type AnyMessage,
  type ClientConnection,
  client,
  type ContentBlock,
  type InitializeResponse,
  methods,
  ndJsonStream,
  type NewSessionResponse,
  PROTOCOL_VERSION,
  type SessionConfigOption,
  type SessionUpdate,
} from "@agentclientprotocol/sdk";
import { newHome } from "../support/http-door.ts";
import { BUILT, cleanEnvironment } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const { agent } = methods;

interface Editor {
  readonly connection: ClientConnection;
  readonly initialized: InitializeResponse;
  readonly updates: SessionUpdate[];
  /** The text of what the agent said, or of what the user is shown to have said. */
  said(kind?: "agent_message_chunk" | "user_message_chunk" | "agent_thought_chunk"): string;
  waitFor(fits: (update: SessionUpdate) => boolean): Promise<void>;
  stop(): Promise<number | null>;
}

async function startEditor(home: string): Promise<Editor> {
  const child = spawn(process.execPath, [BUILT, "acp"], { env: cleanEnvironment(home), stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<number | null>((done) => child.once("exit", done));
  const updates: SessionUpdate[] = [];
  const watchers = new Set<() => void>();
  const stream = ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>);
  const connection = client({ name: "test" })
    .onNotification(methods.client.session.update, ({ params }) => {
      updates.push(params.update);
      for (const look of watchers) look();
    })
    .onRequest(methods.client.fs.readTextFile, ({ params }) => ({ content: `unsaved text of ${params.path}` }))
    .connect(stream as { writable: WritableStream<AnyMessage>; readable: ReadableStream<AnyMessage> });
  const initialized = await connection.agent.request(agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: { fs: { readTextFile: true, writeTextFile: false } },
    clientInfo: { name: "test-editor", version: "1" },
  });
  return {
    ...{ connection, initialized, updates },
    said: (kind = "agent_message_chunk") =>
      updates.map((update) => (update.sessionUpdate === kind && update.content.type === "text" ? update.content.text : "")).join(""),
    waitFor: (fits) =>
      new Promise((done) => {
        const look = () => {
          if (!updates.some(fits)) return;
          watchers.delete(look);
          done();
        };
        watchers.add(look);
        look();
      }),
    async stop() {
      child.stdin.end();
      return exited;
    },
  };
}

describe("the ACP client in front of latchkey acp", () => {
  let vendor: Vendor;
  let home: string;
  let editor: Editor;
  let session: NewSessionResponse;

  before(async () => {
    vendor = await startVendor();
  });

  beforeEach(async () => {
    vendor.requests.length = 0;
    vendor.script = says("Hello from the vendor.", { input: 1000, output: 500 });
    home = newHome({ providers: { custom: [asProvider(vendor, { needsKey: false })] } });
    editor = await startEditor(home);
    session = await editor.connection.agent.request(agent.session.new, { cwd: "/work/demo", mcpServers: [] });
  });

  afterEach(async () => {
    assert.equal(await editor.stop(), 0);
    rmSync(home, { recursive: true, force: true });
  });

  after(async () => {
    await vendor.close();
  });

  const prompt = (blocks: ContentBlock[] | string, sessionId = session.sessionId) =>
    editor.connection.agent.request(agent.session.prompt, {
      sessionId,
      prompt: typeof blocks === "string" ? [{ type: "text", text: blocks }] : blocks,
    });

  it("says what it can do, and asks for no authentication", () => {
    const { agentCapabilities, authMethods, agentInfo } = editor.initialized;
    assert.equal(agentInfo?.name, "latchkey");
    assert.deepEqual(authMethods, []);
    assert.equal(agentCapabilities?.promptCapabilities?.image, true);
    assert.equal(agentCapabilities?.loadSession, true);
  });

  it("streams an answer, names the session and reports its cost", async () => {
    const { stopReason } = await prompt("hi");
    assert.equal(stopReason, "end_turn");
    assert.equal(editor.said(), "Hello from the vendor.");
    const usage = editor.updates.find((update) => update.sessionUpdate === "usage_update");
    assert.deepEqual(usage, { sessionUpdate: "usage_update", used: 1500, size: 32_000, cost: { amount: 0.002, currency: "USD" } });
    assert.ok(editor.updates.some((update) => update.sessionUpdate === "session_info_update" && update.title === "hi"));
  });

  it("adds the cost up over the session, and sends the conversation again", async () => {
    await prompt("first");
    await prompt("second");
    const usage = editor.updates.findLast((update) => update.sessionUpdate === "usage_update");
    assert.equal(usage?.sessionUpdate === "usage_update" && usage.cost?.amount, 0.004);
    const said = vendor.requests[1]?.body.messages.map((message: { content: string }) => message.content);
    assert.deepEqual(said, ["first", "Hello from the vendor.", "second"]);
  });

  it("passes a picture, embedded context, and a linked file as the editor has it", async () => {
    await prompt([
      { type: "text", text: "compare" },
      { type: "image", mimeType: "image/png", data: PNG },
      { type: "resource", resource: { uri: "file:///work/demo/a.py", text: "print(1)\n" } },
      { type: "resource_link", name: "b.py", uri: "file:///work/demo/b.py" },
    ]);
    const parts = vendor.requests[0]?.body.messages[0].content;
    assert.equal(parts[1].image_url.url, `data:image/png;base64,${PNG}`);
    assert.match(parts[2].text, /File: \/work\/demo\/a\.py\n```python\nprint\(1\)/);
    assert.match(parts[3].text, /unsaved text of \/work\/demo\/b\.py/);
  });

  it("offers model and policy as options, and heeds them", async () => {
    const ids = session.configOptions?.map((option) => [option.id, option.type === "select" && option.currentValue]);
    assert.deepEqual(ids, [
      ["model", "auto"],
      ["policy", "balanced"],
    ]);
    const set = (configId: string, value: string) =>
      editor.connection.agent.request(agent.session.setConfigOption, { sessionId: session.sessionId, configId, value });
    const { configOptions } = await set("model", "acme/m1");
    const current = (options: SessionConfigOption[]) => options.map((option) => option.type === "select" && option.currentValue);
    assert.deepEqual(current(configOptions), ["acme/m1", "balanced"]);
    assert.deepEqual(current((await set("policy", "cheap")).configOptions), ["acme/m1", "cheap"]);
    await assert.rejects(set("model", "nobody/nothing"), { code: -32602 });
    await prompt("hi");
    assert.equal(vendor.requests[0]?.body.model, "m1");
  });

  it("stops when it is cancelled, keeps what came, and closes the vendor's socket", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
    };
    const running = prompt("go on");
    await editor.waitFor((update) => update.sessionUpdate === "agent_message_chunk");
    await editor.connection.agent.notify(agent.session.cancel, { sessionId: session.sessionId });
    assert.equal((await running).stopReason, "cancelled");
    await vendor.requests[0]?.hungUp;
    vendor.script = says("Yes.");
    await prompt("and?");
    const said = vendor.requests[1]?.body.messages.map((message: { content: string }) => message.content);
    assert.deepEqual(said, ["go on", "and so ", "and?"]);
  });

  it("refuses a second prompt while one runs", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
    };
    const running = prompt("first");
    await editor.waitFor((update) => update.sessionUpdate === "agent_message_chunk");
    await assert.rejects(prompt("second"), /is running/);
    await editor.connection.agent.notify(agent.session.cancel, { sessionId: session.sessionId });
    await running;
  });

  it("is found again by another process: listed, loaded with its history, resumed without, deleted", async () => {
    await prompt([
      { type: "text", text: "remember the number 7" },
      { type: "image", mimeType: "image/png", data: PNG },
    ]);
    const other = await startEditor(home);
    try {
      const { sessions } = await other.connection.agent.request(agent.session.list, { cwd: "/work/demo" });
      assert.deepEqual(
        sessions.map(({ sessionId, title }) => [sessionId, title]),
        [[session.sessionId, "remember the number 7"]],
      );
      const named = { sessionId: session.sessionId, cwd: "/work/demo", mcpServers: [] };
      await other.connection.agent.request(agent.session.resume, named);
      assert.equal(other.updates.length, 0);
      await other.connection.agent.request(agent.session.load, named);
      assert.equal(other.said("user_message_chunk"), "remember the number 7");
      assert.ok(other.updates.some((update) => update.sessionUpdate === "user_message_chunk" && update.content.type === "image"));
      assert.equal(other.said(), "Hello from the vendor.");
      await other.connection.agent.request(agent.session.prompt, {
        sessionId: session.sessionId,
        prompt: [{ type: "text", text: "which?" }],
      });
      assert.equal(vendor.requests[1]?.body.messages.length, 3);
      await other.connection.agent.request(agent.session.delete, { sessionId: session.sessionId });
      assert.deepEqual((await other.connection.agent.request(agent.session.list, {})).sessions, []);
    } finally {
      assert.equal(await other.stop(), 0);
    }
  });

  it("keeps sessions where only their user can read them", async () => {
    await prompt("hi");
    const folder = join(home, "conversations");
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0);
  });

  it("answers a failure with its kind, in words for people", async () => {
    vendor.script = (answer) => answer.fail(401, { message: "no" });
    await assert.rejects(prompt("hi"), (error: { code?: number; data?: { kind?: string }; message?: string }) => {
      assert.equal(error.data?.kind, "keyMissing");
      assert.equal(error.code, 1001);
      return true;
    });
  });

  it("says when an answer broke off, and keeps what came", async () => {
    vendor.script = async (answer) => {
      await answer.text("half ");
      answer.cut();
    };
    await assert.rejects(prompt("hi"), /What came is kept/);
    vendor.script = says("whole");
    await prompt("continue");
    assert.equal(vendor.requests.at(-1)?.body.messages[1].content, "half ");
  });

  it("does not know a session that there is not", async () => {
    await assert.rejects(prompt("hi", "00000000-0000-0000-0000-000000000000"), { code: -32002 });
    await assert.rejects(prompt("hi", "../../tokens"), { code: -32002 });
  });
});
