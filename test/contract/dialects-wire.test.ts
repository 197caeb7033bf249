// What each dialect's SDK lets out of the machine, and how an answer ends that the user, the network or a wrong address ends.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Dialect as WireDialect } from "../../shared/custom.ts";
import { dialectNamed } from "../../server/providers/dialects.ts";
import { isFailure } from "../../shared/failure.ts";
import type { DialectName, ProviderConnection } from "../../server/providers/provider.ts";
import { asking, connectionTo, hear } from "../support/replay.ts";
import { type FixtureCase, type ReplayVendor, startReplay } from "../support/replay-server.ts";
import { httpServer } from "../support/servers.ts";

const KEY = "sk-test-0123456789abcdef";
const NOTHING: FixtureCase = { behaviour: "none", source: "a vendor that answers nothing", body: {}, expected: {} };

/** What SDKs take from the environment, measured in 2026-11: to any host, unless it is closed. */
const LEAKS = {
  OPENAI_ORG_ID: "leaked-org",
  OPENAI_PROJECT_ID: "leaked-project",
  OPENAI_CUSTOM_HEADERS: "x-leaked-openai: leaked",
  OPENAI_BASE_URL: "http://127.0.0.1:1/leaked",
  OPENAI_API_KEY: "leaked-key",
  OPENAI_ADMIN_KEY: "leaked-key",
  ANTHROPIC_CUSTOM_HEADERS: "x-leaked-anthropic: leaked",
  ANTHROPIC_BASE_URL: "http://127.0.0.1:1/leaked",
  ANTHROPIC_AUTH_TOKEN: "leaked-token",
  ANTHROPIC_API_KEY: "leaked-key",
  GOOGLE_API_KEY: "leaked-key",
  GEMINI_API_KEY: "leaked-key",
  GOOGLE_GENAI_USE_VERTEXAI: "true",
  GOOGLE_GENAI_API_VERSION: "v1leaked",
  GOOGLE_GEMINI_BASE_URL: "http://127.0.0.1:1/leaked",
  GOOGLE_CLOUD_PROJECT: "leaked-project",
};

const ADDRESSES: Readonly<Record<string, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  anthropic: "/v1/messages",
  google: "/v1beta/models/some-model:streamGenerateContent?alt=sse",
};
const KEY_HEADERS: Readonly<Record<string, readonly [string, string]>> = {
  "openai-chat": ["authorization", `Bearer ${KEY}`],
  "openai-responses": ["authorization", `Bearer ${KEY}`],
  anthropic: ["authorization", `Bearer ${KEY}`],
  google: ["x-goog-api-key", KEY],
};

function baseOf(name: DialectName, origin: string): string {
  return name.startsWith("openai") ? `${origin}/v1` : origin;
}

for (const name of Object.values(WireDialect.def.entries)) {
  describe(`${name} on the wire`, () => {
    const dialect = dialectNamed(name);
    const before_ = { ...process.env };
    let vendor: ReplayVendor;
    const connect = (given: Partial<ProviderConnection> = {}) =>
      connectionTo(baseOf(name, vendor.origin), { secret: { reveal: () => KEY }, ...given });
    before(async () => {
      vendor = await startReplay(NOTHING);
      Object.assign(process.env, LEAKS);
    });
    after(async () => {
      for (const variable of Object.keys(LEAKS)) {
        if (before_[variable] === undefined) delete process.env[variable];
        else process.env[variable] = before_[variable];
      }
      await vendor.close();
    });
    beforeEach(() => {
      vendor.asked.length = 0;
      vendor.answer = { fixture: NOTHING };
    });

    it("asks once, at its own address, with the key where the vendor reads it and nothing of the environment", async () => {
      await hear(dialect, asking("hi"), connect());
      assert.equal(vendor.asked.length, 1);
      const [asked] = vendor.asked;
      assert.equal(asked?.url, ADDRESSES[name]);
      const [header, value] = KEY_HEADERS[name] ?? ["", ""];
      assert.equal(asked?.headers[header], value);
      assert.ok(!JSON.stringify(asked).includes("leaked"), JSON.stringify(asked?.headers));
    });

    it("says nothing of this machine", async () => {
      await hear(dialect, asking("hi"), connect());
      const names = Object.keys(vendor.asked[0]?.headers ?? {}).filter(
        (header) => header.startsWith("x-stainless") || header === "x-goog-api-client",
      );
      assert.deepEqual(names, []);
    });

    it("sends the headers of the settings, and the key in the header that the row names", async () => {
      await hear(dialect, asking("hi"), connect({ headers: { "x-team": "a" }, quirks: { keyHeader: { name: "api-key" } } }));
      const headers = vendor.asked[0]?.headers ?? {};
      assert.equal(headers["x-team"], "a");
      assert.equal(headers["api-key"], KEY);
      assert.equal(headers.authorization, undefined);
    });

    it("sends no key where there is none", async () => {
      const heard = await hear(dialect, asking("hi"), connect({ secret: null }));
      const text = JSON.stringify(vendor.asked[0]?.headers);
      assert.ok(!/authorization|x-api-key|x-goog-api-key|placeholder/.test(text), text);
      vendor.answer = { fixture: { ...NOTHING, status: 401 } };
      const refused = await hear(dialect, asking("hi"), connect({ secret: null }));
      assert.equal(refused.failure?.kind, "keyMissing");
      assert.ok(heard.failure);
    });

    it("refuses a key that no header can carry, without repeating it and without asking", async () => {
      const heard = await hear(dialect, asking("hi"), connect({ secret: { reveal: () => "sk-“secret”\nx" } }));
      assert.equal(heard.failure?.kind, "keyRejected");
      assert.ok(!heard.failure?.message.includes("secret”"));
      assert.equal(vendor.asked.length, 0);
    });

    it("asks once also when the vendor fails or limits", async () => {
      for (const status of [408, 409, 429, 500, 503, 529]) {
        vendor.asked.length = 0;
        vendor.answer = { fixture: { ...NOTHING, status, headers: { "retry-after": "0" } } };
        const heard = await hear(dialect, asking("hi"), connect());
        assert.equal(vendor.asked.length, 1, String(status));
        assert.equal(heard.failure?.details.status, status);
      }
    });

    it("calls an empty answer broken, and a web page what it is", async () => {
      vendor.answer = { fixture: { ...NOTHING, events: [] } };
      assert.equal((await hear(dialect, asking("hi"), connect())).failure?.details.broken, true);
      const page = await httpServer((_request, response) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><p>hello"),
      );
      const heard = await hear(dialect, asking("hi"), connect({ baseUrl: baseOf(name, page.origin) }));
      assert.match(heard.failure?.message ?? "", /web page/);
      await page.close();
    });

    it("says who could not be reached, with the system's reason kept", async () => {
      const heard = await hear(dialect, asking("hi"), connect({ baseUrl: baseOf(name, "http://127.0.0.1:1") }));
      assert.equal(heard.failure?.kind, "providerUnavailable");
      assert.match(heard.failure?.message ?? "", /vendor could not be reached at http:\/\/127\.0\.0\.1:1/);
      assert.ok(heard.failure?.cause);
    });

    it("lists models from whatever list the vendor answers", async () => {
      const row = {
        id: "m-1",
        name: "models/m-1",
        display_name: "M One",
        displayName: "M One",
        context_length: 8192,
        inputTokenLimit: 8192,
      };
      vendor.answer = { fixture: { ...NOTHING, body: { data: [row], models: [row] } } };
      const [model] = await dialect.listModels(connect(), new AbortController().signal);
      assert.deepEqual(model, { id: "m-1", name: "M One", contextWindowTokens: 8192 });
      vendor.answer = { fixture: { ...NOTHING, status: 401, body: { error: { message: "no" } } } };
      const refused = await dialect.listModels(connect(), new AbortController().signal).catch((thrown) => thrown);
      assert.ok(isFailure(refused) && refused.kind === "keyRejected", String(refused));
    });
  });

  if (name.startsWith("openai")) {
    it(`${name} tests a key where the list of models is public`, async () => {
      const vendor = await startReplay({ ...NOTHING, body: { data: [{ id: "m" }] } });
      const connection = connectionTo(baseOf(name, vendor.origin), { quirks: { keyPath: "/key" } });
      await dialectNamed(name).listModels(connection, new AbortController().signal);
      assert.deepEqual(
        vendor.asked.map(({ url }) => url),
        ["/v1/key", "/v1/models"],
      );
      vendor.answer = { fixture: { ...NOTHING, status: 401 } };
      await assert.rejects(dialectNamed(name).listModels(connection, new AbortController().signal), { kind: "keyRejected" });
      assert.equal(vendor.asked.length, 3);
      await vendor.close();
    });
  }

  describe(`${name} when it is stopped`, () => {
    for (const moment of ["before the head", "in the middle"] as const) {
      it(`${moment}, throws cancelled and hangs up`, async () => {
        const stop = new AbortController();
        let hungUp: () => void = () => undefined;
        const gone = new Promise<void>((done) => {
          hungUp = done;
        });
        const server = await httpServer((request, response) => {
          request.resume();
          response.on("close", hungUp);
          if (moment === "before the head") return void setTimeout(() => stop.abort(), 20);
          response.writeHead(200, { "content-type": "text/event-stream" });
          response.write(": hello\n\n");
          setTimeout(() => stop.abort(), 30);
        });
        const heard = await hear(dialectNamed(name), asking("hi"), connectionTo(baseOf(name, server.origin)), stop.signal);
        assert.equal(heard.failure?.kind, "cancelled");
        await Promise.race([gone, sleep(2_000).then(() => assert.fail("the vendor still waits"))]);
        await server.close();
      });
    }

    it("before it began, asks nobody", async () => {
      const vendor = await startReplay(NOTHING);
      const heard = await hear(dialectNamed(name), asking("hi"), connectionTo(baseOf(name, vendor.origin)), AbortSignal.abort());
      assert.equal(heard.failure?.kind, "cancelled");
      assert.equal(vendor.asked.length, 0);
      await vendor.close();
    });

    it("by whoever reads it, hangs up", async () => {
      let hungUp: () => void = () => undefined;
      const gone = new Promise<void>((done) => {
        hungUp = done;
      });
      const events: Readonly<Record<string, string>> = {
        "openai-chat": 'data: {"id":"a","choices":[{"index":0,"delta":{"content":"x"}}]}\n\n',
        "openai-responses": 'data: {"type":"response.output_text.delta","delta":"x"}\n\n',
        anthropic: 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}\n\n',
        google: 'data: {"candidates":[{"content":{"parts":[{"text":"x"}]}}]}\n\n',
      };
      const server = await httpServer((request, response) => {
        request.resume();
        response.on("close", hungUp);
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(events[name]);
      });
      const stream = dialectNamed(name).stream(asking("hi"), connectionTo(baseOf(name, server.origin)), new AbortController().signal);
      for await (const event of stream) if (event.type === "text") break;
      await Promise.race([gone, sleep(2_000).then(() => assert.fail("the vendor still waits"))]);
      await server.close();
    });
  });
}

describe("the SDKs", () => {
  it("write nothing to stdout, which is the protocol's, whatever the environment asks", async () => {
    const vendor = await startReplay(NOTHING);
    const script = `
      const { dialectNamed } = await import("./server/providers/dialects.ts");
      const { asking, connectionTo, hear } = await import("./test/support/replay.ts");
      for (const name of ["openai-chat", "openai-responses", "anthropic", "google"]) {
        await hear(dialectNamed(name), asking("hi", { model: "claude-2.1" }), connectionTo(${JSON.stringify(vendor.origin)} + (name.startsWith("openai") ? "/v1" : "")));
      }`;
    const env = { ...process.env, OPENAI_LOG: "debug", ANTHROPIC_LOG: "debug", GOOGLE_API_KEY: "a", GEMINI_API_KEY: "b", DEBUG: "*" };
    const run = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { env });
    await vendor.close();
    assert.equal(vendor.asked.length, 4);
    assert.equal(run.stdout, "");
  }).timeout(20_000);

  it("are not loaded before they are used", async () => {
    const script = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context); } });
      const sdks = () => loaded.filter((name) => /^(openai|@anthropic-ai|@google)/.test(name));
      const { dialectNamed } = await import("./server/providers/dialects.ts");
      await import("./server/providers/registry.ts");
      const before = sdks();
      const { asking, connectionTo, hear } = await import("./test/support/replay.ts");
      await hear(dialectNamed("anthropic"), asking("hi"), connectionTo("http://127.0.0.1:1"));
      console.log(JSON.stringify([before, sdks().some((name) => name.startsWith("@anthropic-ai")), sdks().some((name) => name === "openai")]));`;
    const run = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    assert.deepEqual(JSON.parse(run.stdout), [[], true, false]);
  }).timeout(20_000);
});
