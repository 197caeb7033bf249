// A key reaches its own origin and no other: the built sidecar, every SDK, real proxies, a private authority, and thieves.
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dialect } from "../../shared/custom.ts";
import { ANSWER, answerInDialect, baseUrlOf, DIALECTS, providerOf } from "../support/four-dialects.ts";
import { httpServer, httpsServer, type Listening, privateAuthority, proxyServer } from "../support/servers.ts";
import { ask, type RpcError, SidecarProcess } from "../support/sidecar.ts";

const KEY = "test-key-0123456789-abcdef";

describe("every SDK in the sidecar", function () {
  this.timeout(30_000);
  const open: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  function kept<Server extends { close(): Promise<unknown> }>(server: Server): Server {
    open.push(server);
    return server;
  }

  /** Answers in each dialect and remembers what it was sent. */
  async function vendor(make: typeof httpServer, seen: IncomingMessage[] = []) {
    const server = kept(
      await make((request, response) => {
        seen.push(request);
        if (!answerInDialect(request, response)) response.writeHead(404).end("{}");
      }),
    );
    return { ...server, seen };
  }

  async function sidecar(settings: Record<string, unknown>, environment: Record<string, string> = {}) {
    const process = new SidecarProcess({ environment });
    open.push({ close: () => process.stop() });
    await process.initialize({ attempts: { max: 1 }, ...settings });
    return process;
  }

  const settingsOf = (dialect: Dialect, server: Listening, more: Record<string, unknown> = {}) => ({
    providers: { custom: [providerOf(dialect, baseUrlOf(dialect, server.origin))] },
    ...more,
  });

  async function answerOf(process: SidecarProcess, dialect: Dialect): Promise<string> {
    await process.request("key/set", { provider: dialect, secret: KEY });
    return (await process.request("chat/send", ask(dialect, "hello", { model: `${dialect}/m1` }))).text;
  }

  async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
    return promise.then(
      (result) => assert.fail(`it succeeded: ${JSON.stringify(result)}`),
      (error: RpcError) => error,
    );
  }

  const carriesKey = ({ headers, url }: IncomingMessage) => JSON.stringify([headers, url]).includes(KEY);

  for (const dialect of DIALECTS) {
    describe(`of ${dialect}`, () => {
      it("goes through the environment's proxy to a server under a private authority", async () => {
        const [server, proxy] = [await vendor(httpsServer), kept(await proxyServer())];
        const process = await sidecar(settingsOf(dialect, server, { network: { caFile: privateAuthority().caFile } }), {
          HTTPS_PROXY: proxy.origin,
        });
        assert.equal(await answerOf(process, dialect), ANSWER);
        assert.deepEqual(proxy.asked, [`CONNECT 127.0.0.1:${server.port}`]);
        assert.ok(server.seen.every(carriesKey) && server.seen.length > 0);
      });

      it("goes through the settings' proxy, with its password, and past it where told so", async () => {
        const [server, proxy] = [await vendor(httpServer), kept(await proxyServer("me:secret"))];
        const address = proxy.origin.replace("//", "//me:secret@");
        const process = await sidecar(settingsOf(dialect, server, { network: { proxy: address } }));
        assert.equal(await answerOf(process, dialect), ANSWER);
        assert.equal(proxy.asked.length, 1);
        process.notify("workspace/didChangeConfiguration", {
          settings: settingsOf(dialect, server, { network: { proxy: address, noProxy: ["127.0.0.1"] } }),
        });
        assert.equal(await answerOf(process, dialect), ANSWER);
        assert.equal(proxy.asked.length, 1);
      });

      it("trusts NODE_EXTRA_CA_CERTS, and without it says what is wrong with the certificate", async () => {
        const server = await vendor(httpsServer);
        const trusting = await sidecar(settingsOf(dialect, server), { NODE_EXTRA_CA_CERTS: privateAuthority().caFile });
        assert.equal(await answerOf(trusting, dialect), ANSWER);
        const wary = await sidecar(settingsOf(dialect, server));
        const failure = await failureOf(answerOf(wary, dialect));
        assert.equal(failure.kind, "providerUnavailable");
        assert.match(failure.message, /certificate/);
      });

      it("trusts an authority named for one provider there and nowhere else", async () => {
        const server = await vendor(httpsServer);
        const settings = { providers: { ...settingsOf(dialect, server).providers, [dialect]: { caFile: privateAuthority().caFile } } };
        assert.equal(await answerOf(await sidecar(settings), dialect), ANSWER);
      });

      for (const status of [302, 307, 308]) {
        it(`does not follow a ${status} to another origin with key or prompt`, async () => {
          const thief = await vendor(httpServer);
          const server = kept(
            await httpServer(
              (_request, response: ServerResponse) => void response.writeHead(status, { location: `${thief.origin}/v1/x` }).end(),
            ),
          );
          const failure = await failureOf(answerOf(await sidecar(settingsOf(dialect, server)), dialect));
          assert.equal(failure.kind, "providerUnavailable");
          assert.match(failure.message, /redirects to/);
          assert.deepEqual(thief.seen, []);
        });
      }

      it("does not take its key to a base URL that was changed later", async () => {
        const [server, thief] = [await vendor(httpServer), await vendor(httpServer)];
        const process = await sidecar(settingsOf(dialect, server));
        assert.equal(await answerOf(process, dialect), ANSWER);
        process.notify("workspace/didChangeConfiguration", { settings: settingsOf(dialect, thief) });
        const failure = await failureOf(process.request("chat/send", ask("again", "hello", { model: `${dialect}/m1` })));
        assert.ok(["keyMissing", "noCandidate"].includes(failure.kind ?? ""), failure.message);
        assert.deepEqual(thief.seen.filter(carriesKey), []);
        const { keys } = await process.request("key/list", {});
        assert.match(keys.find((key) => key.provider === dialect)?.warning ?? "", /bound to http:\/\/127\.0\.0\.1.*set it again/);
        await process.request("key/set", { provider: dialect, secret: KEY });
        assert.equal((await process.request("chat/send", ask("told", "hello", { model: `${dialect}/m1` }))).text, ANSWER);
        assert.ok(thief.seen.every(carriesKey) && thief.seen.length > 0);
      });

      it("speaks plain http only to this machine", async () => {
        const process = await sidecar({ providers: { custom: [providerOf(dialect, baseUrlOf(dialect, "http://models.example"))] } });
        const failure = await failureOf(answerOf(process, dialect));
        assert.match(failure.message, /not encrypted/);
      });
    });
  }

  it("never sends what the environment would make an SDK add, nor one vendor's key to another", async () => {
    const server = await vendor(httpServer);
    const leaky = {
      OPENAI_API_KEY: "canary-openai-0123456789",
      ANTHROPIC_API_KEY: "canary-anthropic-0123456789",
      GEMINI_API_KEY: "canary-gemini-0123456789",
      OPENAI_ORG_ID: "canary-organisation",
      OPENAI_PROJECT_ID: "canary-project",
      OPENAI_CUSTOM_HEADERS: "x-canary: canary-header",
      ANTHROPIC_CUSTOM_HEADERS: "x-canary: canary-header",
      ANTHROPIC_AUTH_TOKEN: "canary-token",
      GOOGLE_GENAI_USE_VERTEXAI: "true",
    };
    const custom = DIALECTS.map((dialect) => providerOf(dialect, baseUrlOf(dialect, server.origin)));
    const process = await sidecar({ providers: { custom } }, leaky);
    for (const dialect of DIALECTS) assert.equal(await answerOf(process, dialect), ANSWER);
    assert.equal(server.seen.length, DIALECTS.length);
    assert.ok(!JSON.stringify(server.seen.map(({ headers, url }) => [headers, url])).includes("canary"));
  });

  it("a proxy that is down is said to be unreachable, and nothing goes around it", async () => {
    const [server, proxy] = [await vendor(httpServer), await proxyServer()];
    await proxy.close();
    const failure = await failureOf(
      answerOf(await sidecar(settingsOf("openai-chat", server, { network: { proxy: proxy.origin } })), "openai-chat"),
    );
    assert.equal(failure.kind, "providerUnavailable");
    assert.deepEqual(server.seen, []);
  });
});
