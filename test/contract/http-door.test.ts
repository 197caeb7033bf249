// Who comes in by HTTP and who does not: tokens, Host, Origin, size, rubbish, and what the door does when it closes.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { type HttpDoor, latchkey, newHome, startHttpDoor } from "../support/http-door.ts";
import { asProvider, startVendor } from "../support/vendor.ts";

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A request with any Host, which fetch does not let one choose. */
function ask(
  door: HttpDoor,
  path: string,
  headers: Record<string, string>,
  body?: string,
  method = body === undefined ? "GET" : "POST",
): Promise<Answer> {
  return new Promise((done, fail) => {
    const url = new URL(path, door.origin);
    const outgoing = request(url, { method, headers }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      incoming.on("end", () => done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }));
    });
    outgoing.on("error", fail);
    outgoing.end(body);
  });
}

const chat = (content = "hi") => JSON.stringify({ model: "auto", messages: [{ role: "user", content }] });

describe("the HTTP door", () => {
  let door: HttpDoor;
  let token: Record<string, string>;

  before(async () => {
    door = await startHttpDoor({ arguments: ["--allow-host", "models.example.test", "--allow-origin", "https://page.example.test"] });
    token = { authorization: `Bearer ${door.token}` };
  });

  after(async () => {
    await door.stop();
  });

  it("refuses a request without a token, in the shape of the client that asks", async () => {
    const openai = await ask(door, "/v1/chat/completions", {}, chat());
    assert.equal(openai.status, 401);
    assert.equal(JSON.parse(openai.body).error.code, "invalid_api_key");
    const anthropic = await ask(door, "/v1/messages", { "anthropic-version": "2023-06-01" }, chat());
    assert.equal(anthropic.status, 401);
    assert.equal(JSON.parse(anthropic.body).error.type, "authentication_error");
  });

  it("takes a token as bearer and as x-api-key", async () => {
    assert.equal((await ask(door, "/v1/models", token)).status, 200);
    assert.equal((await ask(door, "/v1/models", { "x-api-key": door.token })).status, 200);
  });

  it("keeps no token, only its hash, and shows it once", () => {
    const file = readFileSync(join(door.home, "tokens.json"), "utf8");
    assert.ok(!file.includes(door.token));
    assert.ok(!latchkey(door.home, "tokens", "list").stdout.includes(door.token));
  });

  it("refuses a revoked token from the next request on", async () => {
    const made = latchkey(door.home, "tokens", "create", "guest").stdout;
    assert.equal((await ask(door, "/v1/models", { "x-api-key": made })).status, 200);
    assert.equal(latchkey(door.home, "tokens", "revoke", "guest").status, 0);
    assert.equal((await ask(door, "/v1/models", { "x-api-key": made })).status, 401);
  });

  const hosts: readonly [string, number][] = [
    ["127.0.0.1:1", 200],
    ["localhost", 200],
    ["[::1]:4711", 200],
    ["models.example.test", 200],
    ["Models.Example.Test:443", 200],
    ["evil.example.test", 421],
    ["127.0.0.1.evil.example.test", 421],
    ["localhost.evil.example.test", 421],
  ];
  for (const [host, status] of hosts) {
    it(`answers Host "${host}" with ${status}`, async () => {
      const answer = await ask(door, "/v1/models", { ...token, host });
      assert.equal(answer.status, status);
    });
  }

  for (const origin of ["https://evil.example.test", "null", "http://localhost:3000", "https://page.example.test.evil.test"]) {
    it(`refuses Origin ${origin}, token or not, and gives no CORS header`, async () => {
      const answer = await ask(door, "/v1/chat/completions", { ...token, origin }, chat());
      assert.equal(answer.status, 403);
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
      const preflight = await ask(door, "/v1/chat/completions", { origin, "access-control-request-method": "POST" }, undefined, "OPTIONS");
      assert.equal(preflight.status, 403);
    });
  }

  it("answers the origin that it was told of, and that one only", async () => {
    const origin = "https://page.example.test";
    const answer = await ask(door, "/v1/models", { ...token, origin });
    assert.equal(answer.headers["access-control-allow-origin"], origin);
    const preflight = await ask(door, "/v1/models", { origin, "access-control-request-method": "POST" }, undefined, "OPTIONS");
    assert.equal(preflight.status, 204);
    assert.equal((await ask(door, "/v1/models", { origin })).status, 401);
  });

  it("gives no CORS header to anyone else", async () => {
    const answer = await ask(door, "/v1/models", token);
    assert.ok(!Object.keys(answer.headers).some((name) => name.startsWith("access-control")));
  });

  const rubbish: readonly { name: string; path: string; body: string; status: number }[] = [
    { name: "no JSON", path: "/v1/chat/completions", body: "{", status: 400 },
    { name: "no object", path: "/v1/messages", body: "7", status: 400 },
    { name: "no messages", path: "/v1/chat/completions", body: "{}", status: 400 },
    { name: "an empty prompt", path: "/v1/chat/completions", body: chat(""), status: 400 },
    { name: "an unknown path", path: "/v1/embeddings", body: "{}", status: 404 },
    { name: "too much", path: "/v1/chat/completions", body: chat("x".repeat(33 * 1024 * 1024)), status: 413 },
    { name: "a list instead of an object", path: "/v1/responses", body: "[]", status: 400 },
  ];
  for (const { name, path, body, status } of rubbish) {
    it(`answers ${name} with ${status} in the vendor's shape`, async () => {
      const answer = await ask(door, path, token, body);
      assert.equal(answer.status, status);
      assert.ok(JSON.parse(answer.body).error.message.length > 10);
      assert.equal((await ask(door, "/v1/models", token)).status, 200);
    });
  }

  it("reads no further than it may when no length is stated", async () => {
    const piece = new Uint8Array(1024 * 1024).fill(32);
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1;
        if (sent <= 200) controller.enqueue(piece);
        else controller.close();
      },
    });
    // Past the limit the answer may come while the body is still on its way, or the line be cut.
    const streamed: RequestInit & { duplex: "half" } = { method: "POST", headers: token, body, duplex: "half" };
    const answer = await fetch(`${door.origin}/v1/messages`, streamed).catch(() => null);
    if (answer) {
      assert.equal(answer.status, 413);
      assert.equal(((await answer.json()) as { error: { type: string } }).error.type, "request_too_large");
    }
    assert.ok(sent < 150, `${sent} MiB were taken`);
    assert.equal((await ask(door, "/v1/models", token)).status, 200);
  });

  it("lets a page of an allowed origin send the headers that the vendors' SDKs add", async () => {
    const asked = { "access-control-request-method": "POST", "access-control-request-headers": "authorization,x-stainless-lang" };
    const preflight = await ask(door, "/v1/chat/completions", { origin: "https://page.example.test", ...asked }, undefined, "OPTIONS");
    assert.equal(preflight.headers["access-control-allow-headers"], "authorization,x-stainless-lang");
  });

  it("answers HEAD as GET without its body, and says of what it does not serve that it does not", async () => {
    const head = await ask(door, "/v1/models", token, undefined, "HEAD");
    assert.deepEqual([head.status, head.body], [200, ""]);
    for (const [method, path] of [
      ["DELETE", "/v1/responses/resp_1"],
      ["PUT", "/v1/models"],
      ["GET", "/v1/chat/completions"],
      ["POST", "/chat/completions"],
    ] as const) {
      const answer = await ask(door, path, token, undefined, method);
      assert.equal(answer.status, 404, `${method} ${path}`);
      assert.match(JSON.parse(answer.body).error.message, new RegExp(`There is no ${method}`));
    }
  });

  it("shows each model alone as it is listed, its slash encoded or not", async () => {
    const listed = JSON.parse((await ask(door, "/v1/models", token)).body).data as { id: string }[];
    assert.ok(listed.length > 4);
    for (const row of listed) {
      for (const id of [row.id, encodeURIComponent(row.id)]) {
        assert.deepEqual(JSON.parse((await ask(door, `/v1/models/${id}`, token)).body), row);
      }
    }
  });

  it("does not know a model whose name is no name", async () => {
    for (const id of ["nobody/none", "%E0%A4%A", "..%2f..%2fetc"]) {
      const answer = await ask(door, `/v1/models/${id}`, token);
      assert.equal(answer.status, 404, answer.body);
      assert.equal(JSON.parse(answer.body).error.code, "model_not_found");
    }
  });

  it("goes on serving while half a request lies open", async () => {
    const socket = connect(Number(new URL(door.origin).port), "127.0.0.1");
    socket.write("POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n");
    assert.equal((await ask(door, "/v1/models", token)).status, 200);
    socket.destroy();
  });

  it("never repeats a value that it did not understand", async () => {
    const answer = await ask(door, "/v1/chat/completions", token, JSON.stringify({ model: { key: "sk-very-secret" }, messages: [] }));
    assert.equal(answer.status, 400);
    assert.ok(!answer.body.includes("sk-very"));
  });
});

describe("the HTTP door's life", () => {
  it("is refused beyond this machine unless told", () => {
    const home = newHome();
    const { status, stderr } = latchkey(home, "serve", "--http", "0.0.0.0:0");
    assert.equal(status, 2);
    assert.match(stderr, /--allow-remote/);
  });

  it("names an address that is taken", async () => {
    const door = await startHttpDoor();
    const { status, stderr } = latchkey(newHome(), "serve", "--http", new URL(door.origin).host);
    await door.stop();
    assert.equal(status, 2);
    assert.match(stderr, /another program listens/);
  });

  it("names an address that this machine does not have", () => {
    const { status, stderr } = latchkey(newHome(), "serve", "--http", "192.0.2.1:0", "--allow-remote");
    assert.equal(status, 2);
    assert.match(stderr, /192\.0\.2\.1:0 cannot be listened on: EADDRNOTAVAIL/);
  });

  it("gives a token one name, once, and says what is wrong with the others", () => {
    const home = newHome();
    assert.equal(latchkey(home, "tokens").stdout, "There is no token. Make one: latchkey tokens create NAME");
    assert.match(latchkey(home, "tokens", "create", "aider").stdout, /^lk-[\w-]{43}$/);
    const { token, id } = JSON.parse(latchkey(home, "tokens", "create", "zed", "--json").stdout);
    const mistakes: readonly (readonly [words: readonly string[], says: RegExp])[] = [
      [["create", "aider"], /a token named "aider" already/],
      [["create", "no spaces"], /"no spaces" is no name for a token/],
      [["create"], /which one\?/],
      [["revoke", "nobody"], /there is no token "nobody"/],
      [["burn"], /there is no "tokens burn"/],
    ];
    for (const [words, says] of mistakes) {
      const { status, stderr } = latchkey(home, "tokens", ...words);
      assert.equal(status, 2, stderr);
      assert.match(stderr, says);
    }
    assert.match(latchkey(home, "tokens", "revoke", id).stdout, /^Revoked zed /);
    assert.deepEqual(
      JSON.parse(latchkey(home, "tokens", "list", "--json").stdout).map((row: { name: string }) => row.name),
      ["aider"],
    );
    assert.ok(!readFileSync(join(home, "tokens.json"), "utf8").includes(token));
    writeFileSync(join(home, "tokens.json"), '{"version":2}');
    const damaged = latchkey(home, "tokens", "list");
    assert.notEqual(damaged.status, 0);
    assert.match(damaged.stderr, /tokens\.json cannot be read as a list of tokens\. Delete it to begin anew/);
  });

  it("refuses to start with settings that cannot be read, since they may hold the limits", async () => {
    const home = newHome();
    writeFileSync(join(home, "settings.json"), "{ budgets: ");
    const { status, stderr } = latchkey(home, "serve", "--http", "127.0.0.1:0");
    assert.equal(status, 2);
    assert.match(stderr, /settings\.json/);
  });

  it("stops what runs when it is interrupted, closes the vendor's socket and ends with 0", async () => {
    const vendor = await startVendor(async (answer) => {
      await answer.text("and so ");
    });
    const door = await startHttpDoor({ settings: { providers: { custom: [asProvider(vendor, { needsKey: false })] } } });
    const body = JSON.stringify({ ...JSON.parse(chat()), stream: true });
    const response = await fetch(`${door.origin}/v1/chat/completions`, { method: "POST", headers: { "x-api-key": door.token }, body });
    const reading = response.text().catch(() => "cut");
    await new Promise((done) => setTimeout(done, 50));
    assert.equal(await door.stop("SIGINT"), 0);
    const text = await reading;
    assert.ok(!text.includes("[DONE]"), "an answer that was stopped has no end");
    await vendor.requests[0]?.hungUp;
    await vendor.close();
  });
});
