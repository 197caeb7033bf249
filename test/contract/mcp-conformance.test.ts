// The official conformance package in front of `latchkey mcp`: it speaks HTTP only, so its frames are carried to the process and back.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { rmSync } from "node:fs";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { newHome } from "../support/http-door.ts";
import { BUILT, cleanEnvironment } from "../support/sidecar.ts";

/** What does not ask for the package's own example tools, resources and prompts, which no other server has. */
const SCENARIOS = ["server-initialize", "ping", "tools-list"];

describe("the official MCP conformance package", function () {
  this.timeout(60_000);
  let bridge: Server;
  let home: string;
  const open: StdioClientTransport[] = [];

  before(async () => {
    home = newHome();
    bridge = createServer((request, response) => void carry(request, response));
    await new Promise<void>((done) => bridge.listen(0, "127.0.0.1", done));
  });
  after(async () => {
    for (const process of open) await process.close();
    bridge.closeAllConnections();
    bridge.close();
    rmSync(home, { recursive: true, force: true });
  });

  const sessions = new Map<string, StreamableHTTPServerTransport>();

  /** One built process a session; every frame goes through as it is. */
  async function carry(...[request, response]: Parameters<StreamableHTTPServerTransport["handleRequest"]>): Promise<void> {
    const known = sessions.get(String(request.headers["mcp-session-id"]));
    if (known) return known.handleRequest(request, response);
    const outside = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, outside),
    });
    const inside = new StdioClientTransport({ command: process.execPath, args: [BUILT, "mcp"], env: cleanEnvironment(home) });
    open.push(inside);
    outside.onmessage = (message: JSONRPCMessage) => void inside.send(message);
    inside.onmessage = (message) => void outside.send(message);
    await inside.start();
    await outside.start();
    await outside.handleRequest(request, response);
  }

  /** What the package prints, and whether it was content. */
  function judge(scenario: string): Promise<{ code: number | null; said: string }> {
    const url = `http://127.0.0.1:${(bridge.address() as AddressInfo).port}/mcp`;
    const words = ["node_modules/@modelcontextprotocol/conformance/dist/index.js", "server", "--url", url, "--scenario", scenario];
    const judge = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [judge.stdout, judge.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    return new Promise((done) => judge.once("close", (code) => done({ code, said })));
  }

  for (const scenario of SCENARIOS) {
    it(`is content with ${scenario}`, async () => {
      const { code, said } = await judge(scenario);
      assert.equal(code, 0, said);
      assert.match(said, /Passed: (\d+)\/\1, 0 failed/);
    });
  }

  it("finds fault with what is missing, so that its content means something", async () => {
    const { code, said } = await judge("tools-call-image");
    assert.equal(code, 1, said);
  });
});
