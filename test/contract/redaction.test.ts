// The canary test: forty fake keys through every source into the built sidecar, vendors that repeat them in every way they can,
// then everything that came out or was left behind is searched.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { PROVIDER_ROWS } from "../../server/providers/registry.ts";
import { type Canary, canary, leaksIn } from "../support/canary.ts";
import { latchkey } from "../support/cli.ts";
import { httpServer, type Listening } from "../support/servers.ts";
import { ask, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** How a vendor may give a key back: each gets the key that it was sent. */
const ECHOES: Readonly<Record<string, (response: ServerResponse, key: string, request: IncomingMessage) => void>> = {
  "401 in the message": (response, key) =>
    json(response, 401, { error: { message: `Incorrect API key provided: ${key}.`, type: "invalid_request_error" } }),
  "400 quoted and escaped": (response, key) =>
    json(response, 400, { error: { message: JSON.stringify({ headers: { authorization: `Bearer ${key}` } }) } }),
  "403 in base64": (response, key) =>
    json(response, 403, { error: { message: `token ${Buffer.from(key).toString("base64")} lacks a scope` } }),
  "404 in the code": (response, key) => json(response, 404, { error: { code: key, message: "model not found" } }),
  "429 in headers": (response, key) => {
    response.setHeader("www-authenticate", `Bearer realm="${key}"`);
    response.setHeader("x-request-id", key);
    response.setHeader("retry-after-ms", "10");
    json(response, 429, { error: { message: `slow down, ${key}` } });
  },
  "500 as a page": (response, key) =>
    void response.writeHead(500, { "content-type": "text/html" }).end(`<html><h1>Error</h1><pre>${key}</pre></html>`),
  "200 that is no JSON": (response, key) => void response.writeHead(200, { "content-type": "text/plain" }).end(`debug: ${key}`),
  "200 with an error event": (response, key) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(
      `event: error\ndata: ${JSON.stringify({ type: "error", error: { type: "api_error", code: 500, message: `bad key ${key}` } })}\n\n`,
    );
  },
  "200 broken off": (response, key, request) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`: ${key}\n\n`);
    setTimeout(() => request.socket.destroy(), 10);
  },
  "302 elsewhere": (response, key) =>
    void response.writeHead(302, { location: `https://${key.toLowerCase().slice(8, 40)}.example/?key=${key}` }).end(),
  "a cut connection": (_response, _key, request) => void request.socket.destroy(),
};

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function keyOf({ headers, url }: IncomingMessage): string {
  const header = headers.authorization ?? headers["x-api-key"] ?? headers["x-goog-api-key"] ?? "";
  return String(header).replace(/^Bearer /, "") || (URL.parse(url ?? "", "http://x")?.searchParams.get("key") ?? "");
}

/** One model for each dialect. */
const MODELS = {
  openai: "gpt-4o-mini",
  anthropic: "claude-sonnet-4-5",
  google: "gemini-2.5-flash",
  groq: "llama-3.3-70b-versatile",
} as const;
const SPOKEN = Object.keys(MODELS) as (keyof typeof MODELS)[];

describe("canaries", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const open: Listening[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });

  /** A vendor whose answer the test chooses, and who remembers which keys reached it. */
  async function echoVendor() {
    const seen = new Set<string>();
    const state = { echo: Object.keys(ECHOES)[0] ?? "" };
    const server = await httpServer((request, response) => {
      const key = keyOf(request);
      seen.add(key);
      request.resume();
      ECHOES[state.echo]?.(response, key, request);
    });
    open.push(server);
    return { server, seen, state };
  }

  function settingsFor(origin: string, commandKey: string): Record<string, unknown> {
    const script = join(folder.path, "print-key");
    writeFileSync(script, `#!/bin/sh\necho ${commandKey}\necho ${commandKey} >&2\n`);
    chmodSync(script, 0o700);
    return {
      providers: Object.fromEntries(SPOKEN.map((id) => [id, { baseUrl: `${origin}/${id}/v1` }])),
      keys: { command: { groq: [script] } },
      log: { level: "debug" },
      attempts: { max: 1, patienceMs: 0 },
      timeouts: { connectMs: 3000, firstTokenMs: 3000, idleMs: 3000 },
    };
  }

  it("forty keys appear in no frame, log, report, file or output", async () => {
    const { server, seen, state } = await echoVendor();
    const rows = PROVIDER_ROWS.filter((row) => row.environment.length > 0 && row.id !== "groq");
    const fromEnvironment = rows.map((row) => ({ ...canary(`environment of ${row.id}`), variable: row.environment[0] ?? "" }));
    const command = canary("command", "gsk_0000");
    const leases = SPOKEN.filter((id) => id !== "groq").map((id) => ({ ...canary(`lease of ${id}`), provider: id }));
    const vaulted = Array.from({ length: 40 - fromEnvironment.length - leases.length - 1 }, (_, index) => ({
      ...canary(`vault ${index}`),
      provider: SPOKEN[index % 3] ?? "openai",
      name: `n${index}`,
    }));
    const all: Canary[] = [...fromEnvironment, command, ...leases, ...vaulted];
    assert.equal(all.length, 40);
    const reports = folder.file("reports");
    mkdirSync(reports);
    const environment = {
      ...Object.fromEntries(fromEnvironment.map(({ variable, key }) => [variable, key])),
      NODE_OPTIONS: `--report-on-signal --report-directory=${reports}`,
      LATCHKEY_LOG: "debug",
      OPENAI_LOG: "debug",
      ANTHROPIC_LOG: "debug",
    };
    const home = folder.file("home");
    const settings = settingsFor(server.origin, command.key);
    const sidecar = new SidecarProcess({ home, environment });
    sidecar.notify("$/setTrace", { value: "verbose" });
    await sidecar.initialize(settings);
    sidecar.notify("$/setTrace", { value: "verbose" });
    for (const { provider, key, name } of vaulted) await sidecar.request("key/set", { provider, secret: key, name, persist: "vault" });
    const chatRound = async (speaker: SidecarProcess) => {
      for (const echo of Object.keys(ECHOES)) {
        state.echo = echo;
        for (const id of SPOKEN) {
          const chat = ask(`${echo} ${id} ${Math.random()}`, "hello", { model: `${id}/${MODELS[id]}`, conversationId: "kept" });
          await speaker.request("chat/send", chat).catch(() => undefined);
          await speaker.request("key/test", { provider: id }).catch(() => undefined);
        }
      }
    };
    await chatRound(sidecar);
    for (const { provider, key } of leases) await sidecar.request("key/set", { provider, secret: key, name: "lease" });
    await chatRound(sidecar);
    await sidecar.request("key/set", { provider: vaulted[0]?.key ?? "", secret: leases[0]?.key ?? "" }).catch(() => undefined);
    await sidecar.raw("key/set", { provider: "openai", secret: { wrong: leases[0]?.key } }).catch(() => undefined);
    await sidecar.raw("key/set", { provider: "openai", secret: `${leases[0]?.key}\u0416` }).catch(() => undefined);
    for (const [method, params] of LISTS) await sidecar.raw(method, params).catch(() => undefined);
    const before = readdirSync(reports).length;
    sidecar.child.kill("SIGUSR2");
    while (readdirSync(reports).length === before) await new Promise((next) => setTimeout(next, 50));
    await new Promise((next) => setTimeout(next, 300));
    await sidecar.stop();
    const later = new SidecarProcess({ home, environment: { LATCHKEY_LOG: "debug" } });
    await later.initialize(settings);
    await chatRound(later);
    await later.stop();
    const outputs = await commandLine(home, environment, settings);

    const used = all.filter(({ key }) => seen.has(key));
    const haystacks = {
      ...saidBy(sidecar),
      ...saidBy(later),
      ...outputs,
      ...filesIn(home),
      ...filesIn(reports),
    };
    // What is searched must have been there: keys of every kind reached the vendor, logs and files are not empty.
    assert.deepEqual([...new Set(used.map(({ source }) => source.split(" ")[0]))].sort(), ["command", "environment", "lease", "vault"]);
    assert.ok(sidecar.frames.length > 100 && sidecar.stderr.length > 0);
    assert.ok(
      Object.keys(haystacks).some((where) => where.endsWith("vault.jsonl")) &&
        Object.keys(haystacks).some((where) => where.includes("ledger")),
    );
    assert.ok(Object.keys(haystacks).some((where) => where.endsWith(".json") && where.includes("report")));
    console.log(
      `      ${all.length} keys, ${used.length} of them sent; ${Object.keys(haystacks).length} places, ${Object.values(haystacks).reduce((sum, hay) => sum + hay.length, 0)} bytes searched`,
    );
    assert.deepEqual(leaksIn(haystacks, all), []);
  });

  it("the search itself finds a key in every form it knows", () => {
    const one = canary("x");
    const forms = [
      one.key,
      Buffer.from(one.key).toString("base64"),
      Buffer.from(`Bearer ${one.key}`).toString("base64"),
      Buffer.from(one.key).toString("hex"),
      [...one.key].reverse().join(""),
    ];
    for (const form of forms) assert.equal(leaksIn({ place: `before ${form} after` }, [one]).length >= 1, true, form);
    assert.deepEqual(leaksIn({ place: "nothing" }, [one]), []);
  });

  function saidBy({ frames, stderr, child }: SidecarProcess): Record<string, string> {
    return { [`stdout of ${child.pid}`]: frames.map((frame) => JSON.stringify(frame)).join("\n"), [`stderr of ${child.pid}`]: stderr };
  }

  const LISTS: readonly [string, unknown][] = [
    ["key/list", {}],
    ["provider/list", {}],
    ["model/list", { all: true }],
    ["budget/status", {}],
    ["usage/summary", { by: ["provider", "model"] }],
    ["usage/export", { format: "json" }],
    ["usage/export", { format: "csv" }],
    ["model/refresh", {}],
    ["chat/estimate", { messages: [{ role: "user", parts: [{ type: "text", text: "x" }] }] }],
    ["route/preview", { messages: [{ role: "user", parts: [{ type: "text", text: "x" }] }] }],
    ["conversation/list", {}],
    ["conversation/get", { conversationId: "kept" }],
    ["conversation/export", { conversationId: "kept", format: "json" }],
    ["conversation/export", { conversationId: "kept", format: "markdown" }],
    ["budget/get", {}],
    ["key/delete", { provider: "openai" }],
  ];

  async function commandLine(home: string, environment: Record<string, string>, _settings: unknown): Promise<Record<string, string>> {
    const calls = [
      ["keys", "list"],
      ["keys", "list", "--json"],
      ["keys", "doctor"],
      ["keys", "doctor", "--json"],
      ["keys", "test", "openai"],
      ["models"],
      ["ask", "hello", "--model", "ollama/none"],
    ];
    const outputs: Record<string, string> = {};
    for (const words of calls) {
      const { stdout, stderr } = await latchkey(words, {
        home,
        environment: { ...environment, NODE_OPTIONS: "", HTTPS_PROXY: "http://127.0.0.1:9" },
      });
      outputs[`latchkey ${words.join(" ")}`] = stdout + stderr;
    }
    return outputs;
  }

  function filesIn(path: string): Record<string, Buffer> {
    const names = readdirSync(path, { recursive: true, encoding: "utf8" });
    const files = names.map((name) => join(path, name)).filter((file) => statSync(file).isFile());
    return Object.fromEntries(files.map((file) => [file, readFileSync(file)]));
  }
});
