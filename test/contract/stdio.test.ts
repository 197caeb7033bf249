// The built sidecar over stdio: lifecycle, streaming, cancelling, and what it does with rubbish.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { ask, BUILT, cleanEnvironment, type RpcError, SidecarProcess } from "../support/sidecar.ts";

async function failure(promise: Promise<unknown>): Promise<RpcError> {
  return promise.then(
    () => assert.fail("it was accepted"),
    (error: RpcError) => error,
  );
}

/** A zombie that nobody has waited for is as good as gone. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("the sidecar over stdio", () => {
  let sidecar: SidecarProcess;

  beforeEach(() => {
    sidecar = new SidecarProcess();
  });

  afterEach(async () => {
    await sidecar.stop();
  });

  it("answers initialize with its protocol version", async () => {
    const result = (await sidecar.initialize()) as { capabilities: { experimental: { protocolVersion: number; methods: string[] } } };
    assert.equal(result.capabilities.experimental.protocolVersion, 1);
    assert.ok(result.capabilities.experimental.methods.includes("chat/send"));
  });

  it("refuses everything before initialize with -32002", async () => {
    const error = await failure(sidecar.raw("model/list", {}));
    assert.equal(error.code, -32002);
    assert.equal(error.kind, "notInitialized");
  });

  it("refuses a protocol version it does not speak", async () => {
    const error = await failure(
      sidecar.raw("initialize", { initializationOptions: { protocolVersion: 99, client: { name: "x", version: "1" } } }),
    );
    assert.equal(error.kind, "invalidParams");
    assert.match(error.message, /version 1.*99/);
  });

  it("starts for a plain LSP client that gives no options", async () => {
    const result = (await sidecar.raw("initialize", { processId: null, rootUri: null, capabilities: {} })) as {
      serverInfo: { name: string };
    };
    assert.equal(result.serverInfo.name, "latchkey");
  });

  it("streams an answer as events with seq from 0 without gaps, and gives the same text as the result", async () => {
    await sidecar.initialize();
    const result = await sidecar.request("chat/send", ask("one", "What are you?"));
    const events = sidecar.eventsOf("one");
    assert.deepEqual(
      events.map((event) => event.seq),
      events.map((_, index) => index),
    );
    assert.equal(events[0]?.type, "route");
    assert.equal(events.at(-1)?.type, "end");
    assert.equal(sidecar.textOf("one"), result.text);
    assert.equal(result.model, "demo/echo");
    assert.equal(result.notice, "demo: no model was called");
    assert.equal(result.cost.nanoUsd, 0);
  });

  it("ends with code 0 after shutdown and exit", async () => {
    await sidecar.initialize();
    assert.equal(await sidecar.raw("shutdown"), null);
    sidecar.notify("exit", {});
    assert.equal(await sidecar.exited, 0);
  });

  it("ends within a second when stdin closes", async () => {
    await sidecar.initialize();
    const closed = Date.now();
    sidecar.child.stdin?.end();
    assert.equal(await sidecar.exited, 1);
    assert.ok(Date.now() - closed < 1000);
  });

  it("ends within a second when the process that started it is gone, although stdin stays open", async () => {
    const shell = spawn("sh", ["-c", `"$0" "$1" serve --stdio <&0 & echo $!; wait`, process.execPath, BUILT], {
      env: cleanEnvironment(sidecar.home),
      stdio: ["pipe", "pipe", "ignore"],
    });
    const pid = Number(await new Promise<string>((done) => shell.stdout.once("data", (data: Buffer) => done(data.toString("utf8")))));
    assert.ok(isAlive(pid));
    await new Promise((done) => setTimeout(done, 1500));
    shell.kill("SIGKILL");
    const killed = Date.now();
    while (isAlive(pid) && Date.now() - killed < 5000) await new Promise((done) => setTimeout(done, 20));
    assert.ok(Date.now() - killed < 1500, "it is gone");
  });

  it("ends on SIGTERM", async () => {
    await sidecar.initialize();
    sidecar.child.kill("SIGTERM");
    assert.equal(await sidecar.exited, 0);
  });
});

describe("bad input over stdio", () => {
  let sidecar: SidecarProcess;

  before(async () => {
    sidecar = new SidecarProcess();
    await sidecar.initialize();
  });

  after(async () => {
    await sidecar.stop();
  });

  afterEach(async () => {
    const alive = await sidecar.request("model/list", {});
    assert.ok(alive.models.length > 0, "the next request works");
  });

  const rubbish: readonly { name: string; bytes: () => string | Uint8Array; code: number }[] = [
    { name: "invalid JSON", bytes: () => "Content-Length: 9\r\n\r\n{not json", code: -32700 },
    { name: "a header without a length", bytes: () => "Content-Type: x\r\n\r\n", code: -32700 },
    { name: "a length that is no number", bytes: () => "Content-Length: many\r\n\r\n", code: -32700 },
    { name: "bytes that are no header at all", bytes: () => "GET / HTTP/1.1\r\nHost: x\r\n\r\n", code: -32700 },
    { name: "a batch", bytes: () => "Content-Length: 2\r\n\r\n[]", code: -32600 },
    {
      name: "half a character",
      bytes: () => Buffer.concat([Buffer.from("Content-Length: 3\r\n\r\n"), Buffer.from([0x22, 0xe2, 0x22])]),
      code: -32600,
    },
  ];
  for (const { name, bytes, code } of rubbish) {
    it(`answers ${name} with ${code}`, async () => {
      const seen = sidecar.frames.length;
      sidecar.writeBytes(bytes());
      const frame = await sidecar.waitFor((one) => one.error !== undefined && sidecar.frames.indexOf(one) >= seen);
      assert.equal(frame.error?.code, code);
      assert.equal(frame.id, null);
    });
  }

  it("refuses a 50 MB frame by its id, without keeping it", async () => {
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: "big",
      method: "chat/send",
      params: { chatId: "big", padding: "x".repeat(50_000_000) },
    });
    sidecar.writeBytes(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`);
    sidecar.writeBytes(body);
    const frame = await sidecar.waitFor((one) => one.id === "big");
    assert.equal(frame.error?.code, -32600);
    assert.match(frame.error?.message ?? "", /bytes/);
  });

  it("answers an unknown method with -32601", async () => {
    const error = await failure(sidecar.raw("chat/sing", {}));
    assert.equal(error.code, -32601);
  });

  const wrong: readonly { name: string; params: unknown; says: RegExp }[] = [
    { name: "params that are an array", params: [1, 2], says: /object|chatId/ },
    { name: "a missing chatId", params: { messages: [{ role: "user", parts: [] }] }, says: /chatId/ },
    { name: "a role that there is not", params: { chatId: "w", messages: [{ role: "wizard", parts: [] }] }, says: /messages\.0\.role/ },
    { name: "no messages", params: { chatId: "w", messages: [] }, says: /messages/ },
    { name: "an empty prompt", params: ask("w", "  "), says: /empty/ },
    {
      name: "an image that is none",
      params: { chatId: "w", messages: [{ role: "user", parts: [{ type: "image", mediaType: "image/png", data: "aGVsbG8=" }] }] },
      says: /messages\.0\.parts\.0\.data/,
    },
    {
      name: "an image at an address without encryption",
      params: { chatId: "w", messages: [{ role: "user", parts: [{ type: "image", url: "http://example.org/a.png" }] }] },
      says: /messages\.0\.parts\.0\.url must be an https address/,
    },
    {
      name: "a tool result without its call",
      params: { chatId: "w", messages: [{ role: "tool", parts: [{ type: "toolResult", id: "nobody", parts: [] }] }] },
      says: /nobody/,
    },
  ];
  for (const { name, params, says } of wrong) {
    it(`answers ${name} with invalidParams that names it`, async () => {
      const error = await failure(sidecar.raw("chat/send", params));
      assert.equal(error.code, -32602);
      assert.equal(error.kind, "invalidParams");
      assert.match(error.message, says);
    });
  }

  it("never repeats a value that it did not understand", async () => {
    const error = await failure(sidecar.raw("key/set", { provider: "openai", secret: { deep: "sk-very-secret-value" } }));
    assert.ok(!JSON.stringify(error.data).includes("sk-very"));
    assert.ok(!error.message.includes("sk-very"));
  });

  it("answers an unknown model with noCandidate and the reason", async () => {
    const error = await failure(sidecar.request("chat/send", ask("u", "hi", { model: "nobody/nothing" })));
    assert.equal(error.kind, "noCandidate");
    assert.match(error.message, /nobody\/nothing/);
  });
});

describe("cancelling over stdio", () => {
  let sidecar: SidecarProcess;

  beforeEach(async () => {
    sidecar = new SidecarProcess();
    await sidecar.initialize();
  });

  afterEach(async () => {
    await sidecar.stop();
  });

  it("answers a cancelled chat with a result that has the text so far", async () => {
    const chat = sidecar.start("chat/send", ask("c", "hello"));
    await sidecar.waitFor((frame) => frame.method === "chat/event" && sidecar.textOf("c") !== "");
    sidecar.cancel(chat.id);
    const result = (await chat.done) as { stopReason: string; text: string };
    assert.equal(result.stopReason, "cancelled");
    assert.equal(result.text, sidecar.textOf("c"));
  });

  it("heeds a cancel that comes in the same breath as its request", async () => {
    const chat = sidecar.start("chat/send", ask("c", "hello"));
    sidecar.cancel(chat.id);
    assert.equal(((await chat.done) as { stopReason: string }).stopReason, "cancelled");
  });

  it("runs two chats at once, and refuses a second one of the same name", async () => {
    const first = sidecar.start("chat/send", ask("one", "hello"));
    const second = sidecar.start("chat/send", ask("two", "hello"));
    const twice = await failure(sidecar.request("chat/send", ask("one", "again")));
    assert.equal(twice.kind, "invalidParams");
    await Promise.all([first.done, second.done]);
    const order = sidecar.events.filter((event) => event.type === "text-delta").map((event) => event.chatId);
    assert.ok(order.indexOf("two") < order.lastIndexOf("one"), "the second began before the first ended");
  });
});
