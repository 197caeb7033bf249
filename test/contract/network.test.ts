// The fetch that SDKs get, over real sockets: what it sends, what it refuses, how it fails, and how fast it lets go.
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { FetchOptions, Network, NetworkSettings } from "../../server/network/fetch.ts";
import { createNetwork } from "../../server/network/network.ts";
import { NetworkError, networkErrorOf } from "../../server/network/network-error.ts";
import { Failure } from "../../shared/failure.ts";
import { httpServer, httpsServer, type Listening, listen, privateAuthority, proxyServer } from "../support/servers.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** A promise that is kept from outside. */
function signalOf(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe("the network", () => {
  const folder = temporaryFolder();
  const open: { close(): Promise<void> }[] = [];
  const plain: NetworkSettings = { proxy: null, noProxy: [], strictSsl: true, caFile: null };

  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  async function serve(handler: Handler): Promise<Listening> {
    const server = await httpServer(handler);
    open.push(server);
    return server;
  }

  async function serveTls(handler: Handler): Promise<Listening> {
    const server = await httpsServer(handler);
    open.push(server);
    return server;
  }

  function network(settings: Partial<NetworkSettings> = {}, environment: Record<string, string> = {}): Network {
    const made = createNetwork({ settings: () => ({ ...plain, ...settings }), environment });
    open.unshift(made);
    return made;
  }

  function fetchOf(
    server: Listening,
    settings?: Partial<NetworkSettings>,
    more: Partial<FetchOptions> = {},
    environment?: Record<string, string>,
  ) {
    return network(settings, environment).fetchFor({ origins: [server.origin], ...more });
  }

  it("sends method, path, headers and body, and streams the answer", async () => {
    const server = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.write(`${request.method} ${request.url} ${request.headers.authorization} ${body} `);
      setTimeout(() => response.end("end"), 20);
    });
    const response = await fetchOf(server)(`${server.origin}/v1/x?y=1`, {
      method: "post",
      headers: { authorization: "Bearer k" },
      body: "ä",
    });
    assert.equal(response.url, `${server.origin}/v1/x?y=1`);
    const pieces: string[] = [];
    for await (const chunk of response.body ?? []) pieces.push(Buffer.from(chunk).toString());
    assert.deepEqual(pieces, ["POST /v1/x?y=1 Bearer k ä ", "end"]);
  });

  it("takes a URL, a Request, bytes and a stream as the standard fetch does", async () => {
    const server = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.end(`${request.method}:${Buffer.concat(chunks)}`);
    });
    const fetch = fetchOf(server);
    const text = async (answer: Promise<Response>) => (await answer).text();
    assert.equal(await text(fetch(new URL(server.origin))), "GET:");
    assert.equal(await text(fetch(new Request(server.origin, { method: "PUT", body: "r" }))), "PUT:r");
    assert.equal(await text(fetch(server.origin, { method: "POST", body: new TextEncoder().encode("b") })), "POST:b");
    const streaming = { method: "POST", body: new Blob(["s"]).stream(), duplex: "half" };
    assert.equal(await text(fetch(server.origin, streaming)), "POST:s");
  });

  it("keeps connections for the requests that follow", async () => {
    const sockets = new Set<number | undefined>();
    const server = await serve((request, response) => {
      sockets.add(request.socket.remotePort);
      response.end("x");
    });
    const fetch = fetchOf(server);
    for (let index = 0; index < 8; index += 1) await (await fetch(server.origin)).text();
    // Two, since a connection rests for one turn of the loop after each answer.
    assert.ok(sockets.size <= 2, `${sockets.size} connections`);
  });

  it("shows each response's head to whoever watches", async () => {
    const seen: string[] = [];
    const server = await serve((_request, response) => response.writeHead(429, { "retry-after": "3" }).end());
    const fetch = fetchOf(
      server,
      {},
      { onResponse: ({ status, headers, url }) => seen.push(`${status} ${headers.get("retry-after")} ${url}`) },
    );
    await fetch(`${server.origin}/a`);
    assert.deepEqual(seen, [`429 3 ${server.origin}/a`]);
  });

  it("reads many times as much as it buffers, without losing a byte", async () => {
    const block = Buffer.alloc(64 * 1024, "x");
    const server = await serve(async (_request, response) => {
      for (let index = 0; index < 160; index += 1) if (!response.write(block)) await once(response, "drain");
      response.end();
    });
    const response = await fetchOf(server)(server.origin);
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes % (1 << 20) < 65_536) await new Promise((next) => setTimeout(next, 1));
    }
    assert.equal(bytes, 160 * block.length);
  });

  for (const [encoding, compress] of [
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ] as const) {
    it(`undoes ${encoding} that nobody asked for`, async () => {
      const server = await serve((_request, response) =>
        response.writeHead(200, { "content-encoding": encoding }).end(compress("plain text")),
      );
      const response = await fetchOf(server)(server.origin);
      assert.equal(await response.text(), "plain text");
      assert.equal(response.headers.get("content-encoding"), null);
    });
  }

  describe("the wall", () => {
    it("refuses another origin before anything is sent", async () => {
      let asked = 0;
      const server = await serve((_request, response) => {
        asked += 1;
        response.end();
      });
      const fetch = network().fetchFor({ origins: ["https://api.openai.com"] });
      await assert.rejects(fetch(server.origin), (error) => error instanceof Failure && error.kind === "providerUnavailable");
      assert.equal(asked, 0);
    });

    for (const status of [301, 302, 303, 307, 308]) {
      it(`refuses a ${status} to another origin: nothing arrives there`, async () => {
        const arrived: unknown[] = [];
        const thief = await serve((request, response) => {
          arrived.push(request.headers);
          response.end();
        });
        const server = await serve((_request, response) => response.writeHead(status, { location: `${thief.origin}/steal` }).end());
        const fetch = fetchOf(server);
        await assert.rejects(
          fetch(server.origin, { method: "POST", headers: { authorization: "Bearer sk-canary" }, body: "{}" }),
          (error) => error instanceof Failure && /redirects to/.test(error.message),
        );
        assert.deepEqual(arrived, []);
      });
    }

    it("follows a redirect that stays home, with its method and body, and not for ever", async () => {
      const server = await serve(async (request, response) => {
        if (request.url === "/loop") return void response.writeHead(307, { location: "/loop" }).end("moved");
        if (request.url === "/old") return void response.writeHead(308, { location: "/new" }).end("moved");
        let body = "";
        for await (const chunk of request) body += chunk;
        response.end(`${request.method} ${request.url} ${body}`);
      });
      const fetch = fetchOf(server);
      assert.equal(await (await fetch(`${server.origin}/old`, { method: "POST", body: "b" })).text(), "POST /new b");
      assert.equal((await fetch(`${server.origin}/loop`, { method: "POST", body: "b" })).status, 307);
    });

    it("refuses plain http beyond this machine unless the host was named", async () => {
      const fetch = network().fetchFor({ origins: ["http://gpu-box.invalid"] });
      await assert.rejects(fetch("http://gpu-box.invalid/"), (error) => error instanceof Failure && /not encrypted/.test(error.message));
      const told = network({ plainHttpHosts: ["gpu-box.invalid"] }).fetchFor({ origins: ["http://gpu-box.invalid"] });
      await assert.rejects(told("http://gpu-box.invalid/"), NetworkError);
    });
  });

  describe("an abort", () => {
    it("rejects with its reason and closes the socket at once while the head is awaited", async () => {
      const hungUp = signalOf();
      const server = await serve((request) => {
        request.socket.on("close", () => hungUp.resolve());
      });
      const stop = new AbortController();
      const asked = fetchOf(server)(server.origin, { signal: stop.signal });
      setTimeout(() => stop.abort(), 50);
      await assert.rejects(asked, (error) => error instanceof Error && error.name === "AbortError");
      await hungUp.promise;
    });

    it("breaks the body with its reason and closes the socket", async () => {
      const hungUp = signalOf();
      const server = await serve((request, response) => {
        request.socket.on("close", () => hungUp.resolve());
        response.write("x");
      });
      const stop = new AbortController();
      const response = await fetchOf(server)(server.origin, { signal: stop.signal });
      const reason = new Failure("cancelled");
      setTimeout(() => stop.abort(reason), 20);
      await assert.rejects(response.text(), (error) => error === reason);
      await hungUp.promise;
    });

    it("before the request sends nothing", async () => {
      let asked = 0;
      const server = await serve((_request, response) => {
        asked += 1;
        response.end();
      });
      await assert.rejects(fetchOf(server)(server.origin, { signal: AbortSignal.abort() }), { name: "AbortError" });
      assert.equal(asked, 0);
    });

    it("by letting go of the body closes the socket too", async () => {
      const hungUp = signalOf();
      const server = await serve((request, response) => {
        request.socket.on("close", () => hungUp.resolve());
        response.write("x");
      });
      const response = await fetchOf(server)(server.origin);
      await response.body?.cancel();
      await hungUp.promise;
    });
  });

  describe("a failure below HTTP", () => {
    const failing = async (promise: Promise<unknown>) => {
      const error = await promise.then(
        () => assert.fail("it succeeded"),
        (reason: unknown) => reason,
      );
      return networkErrorOf(error) ?? assert.fail(`not a NetworkError: ${String(error)}`);
    };

    it("says that nothing was sent when nobody listens", async () => {
      const server = await serve(() => undefined);
      await server.close();
      const { code, requestSent, phase } = await failing(fetchOf(server)(server.origin, { method: "POST", body: "{}" }));
      assert.deepEqual({ code, requestSent, phase }, { code: "ECONNREFUSED", requestSent: false, phase: "request" });
    });

    it("says that nothing was sent when the name is unknown", async () => {
      const { code, requestSent } = await failing(network().fetchFor({ origins: ["https://nowhere.invalid"] })("https://nowhere.invalid/"));
      assert.deepEqual({ code, requestSent }, { code: code.startsWith("EAI") ? code : "ENOTFOUND", requestSent: false });
    });

    it("says that nothing was sent when the certificate is not trusted", async () => {
      const server = await serveTls((_request, response) => response.end());
      const { code, requestSent } = await failing(fetchOf(server)(server.origin));
      assert.deepEqual({ code, requestSent }, { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", requestSent: false });
    });

    it("says that the request may have been accepted when the connection breaks after it", async () => {
      const server = await listen(createTcpServer((socket: Socket) => socket.once("data", () => socket.destroy())));
      open.push(server);
      const { requestSent, phase } = await failing(fetchOf(server)(server.origin, { method: "POST", body: "{}" }));
      assert.deepEqual({ requestSent, phase }, { requestSent: true, phase: "request" });
    });

    it("says that the body broke off when it does", async () => {
      const server = await serve((request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("x");
        setTimeout(() => request.socket.destroy(), 20);
      });
      const response = await fetchOf(server)(server.origin);
      const { phase, requestSent, message } = await failing(response.text());
      assert.deepEqual({ phase, requestSent, message }, { phase: "body", requestSent: true, message: "terminated" });
    });

    it("survives an answer that is not HTTP", async () => {
      const server = await listen(createTcpServer((socket: Socket) => socket.end("SSH-2.0-OpenSSH\r\n")));
      open.push(server);
      assert.equal((await failing(fetchOf(server)(server.origin))).phase, "request");
    });
  });

  describe("certificates", () => {
    const hello: Handler = (_request, response) => response.end("hello");

    it("trusts a private authority named in the settings", async () => {
      const server = await serveTls(hello);
      const response = await fetchOf(server, { caFile: privateAuthority().caFile })(server.origin);
      assert.equal(await response.text(), "hello");
    });

    it("trusts one named for this provider alone", async () => {
      const server = await serveTls(hello);
      const made = network();
      const trusting = made.fetchFor({ origins: [server.origin], caFile: privateAuthority().caFile });
      assert.equal(await (await trusting(server.origin)).text(), "hello");
      await assert.rejects(made.fetchFor({ origins: [server.origin] })(server.origin), NetworkError);
    });

    it("trusts NODE_EXTRA_CA_CERTS also where Node did not read it", async () => {
      const server = await serveTls(hello);
      const fetch = fetchOf(server, {}, {}, { NODE_EXTRA_CA_CERTS: privateAuthority().caFile });
      assert.equal(await (await fetch(server.origin)).text(), "hello");
    });

    it("passes over NODE_EXTRA_CA_CERTS that cannot be read, but not over the user's own file", async () => {
      const server = await serve(hello);
      const fetch = fetchOf(server, {}, {}, { NODE_EXTRA_CA_CERTS: "/nowhere.pem" });
      assert.equal(await (await fetch(server.origin)).text(), "hello");
      const secure = await serveTls(hello);
      writeFileSync(folder.file("no.pem"), "no certificate");
      for (const caFile of ["/nowhere.pem", folder.file("no.pem")]) {
        await assert.rejects(
          fetchOf(secure, { caFile })(secure.origin),
          (error) => error instanceof Failure && error.message.includes(caFile),
        );
      }
    });

    it("asks nothing of a certificate when told so", async () => {
      const server = await serveTls(hello);
      assert.equal(await (await fetchOf(server, { strictSsl: false })(server.origin)).text(), "hello");
    });
  });

  describe("a proxy", () => {
    const hello: Handler = (_request, response) => response.end("hello");
    const { caFile } = privateAuthority();

    async function proxied(credentials?: string) {
      const proxy = await proxyServer(credentials);
      open.push(proxy);
      return proxy;
    }

    it("from the environment is asked to tunnel https", async () => {
      const [proxy, server] = [await proxied(), await serveTls(hello)];
      const fetch = fetchOf(server, { caFile }, {}, { HTTPS_PROXY: proxy.origin });
      assert.equal(await (await fetch(server.origin)).text(), "hello");
      assert.deepEqual(proxy.asked, [`CONNECT 127.0.0.1:${server.port}`]);
    });

    it("is asked for http in its own form", async () => {
      const [proxy, server] = [await proxied(), await serve(hello)];
      const fetch = fetchOf(server, {}, {}, { http_proxy: proxy.origin });
      assert.equal(await (await fetch(`${server.origin}/x`)).text(), "hello");
      assert.deepEqual(proxy.asked, [`GET ${server.origin}/x`]);
    });

    it("from the settings wins over the environment, and its exceptions are heeded", async () => {
      const [chosen, other, server] = [await proxied(), await proxied(), await serveTls(hello)];
      const environment = { HTTPS_PROXY: other.origin };
      await (await fetchOf(server, { caFile, proxy: chosen.origin }, {}, environment)(server.origin)).text();
      await (await fetchOf(server, { caFile, proxy: chosen.origin, noProxy: ["127.0.0.1"] }, {}, environment)(server.origin)).text();
      assert.equal(chosen.asked.length, 1);
      assert.equal(other.asked.length, 0);
    });

    it("gets the user name and password of its address, and nothing else does", async () => {
      const proxy = await proxied("me:p@ss word");
      const seen: unknown[] = [];
      const server = await serveTls((request, response) => {
        seen.push(request.headers["proxy-authorization"]);
        response.end("hello");
      });
      const address = proxy.origin.replace("//", `//me:${encodeURIComponent("p@ss word")}@`);
      assert.equal(await (await fetchOf(server, { caFile, proxy: address })(server.origin)).text(), "hello");
      assert.deepEqual(seen, [undefined]);
    });

    it("that refuses us is said to be the one who did, and its password is not repeated", async () => {
      const [proxy, server] = [await proxied("me:right"), await serveTls(hello)];
      const asked = fetchOf(server, { caFile, proxy: proxy.origin.replace("//", "//me:wrong-password@") })(server.origin);
      await assert.rejects(
        asked,
        (error) =>
          error instanceof NetworkError && /407/.test(error.message) && !/wrong-password/.test(error.message) && !error.requestSent,
      );
    });

    it("is passed by for a server found on this machine", async () => {
      const [proxy, server] = [await proxied(), await serve(hello)];
      const fetch = fetchOf(server, { proxy: proxy.origin }, { direct: true });
      assert.equal(await (await fetch(server.origin)).text(), "hello");
      assert.deepEqual(proxy.asked, []);
    });

    it("does not see what is inside an encrypted request", async () => {
      const [proxy, server] = [await proxied(), await serveTls(hello)];
      await (
        await fetchOf(server, { caFile, proxy: proxy.origin })(`${server.origin}/path`, { headers: { authorization: "Bearer sk-canary" } })
      ).text();
      assert.ok(!JSON.stringify(proxy.asked).includes("path"));
    });
  });
});
