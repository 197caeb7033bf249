// Addresses that strangers wrote: only the public internet's, checked where they are connected to, after every redirect, within limits.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import fc from "fast-check";
import { isPublicAddress } from "../../../server/network/public-address.ts";
import { createNetwork } from "../../../server/network/network.ts";
import { isFailure } from "../../../shared/failure.ts";
import { holds } from "../../support/property.ts";
import { listen, type Listening, privateAuthority } from "../../support/servers.ts";

describe("isPublicAddress", () => {
  const closed = [
    ...["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],
    ...["192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.9"],
    ...[
      "::1",
      "::",
      "fe80::1",
      "fc00::1",
      "fd00:ec2::254",
      "ff02::1",
      "::ffff:127.0.0.1",
      "::ffff:8.8.8.8",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
    ],
    ...["2001:db8::1", "2001::1", "localhost", "", "1.2.3", "0x7f.1"],
  ];
  for (const address of closed) it(`refuses ${address || "nothing"}`, () => assert.equal(isPublicAddress(address), false));
  for (const address of ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"]) {
    it(`lets ${address} pass`, () => assert.equal(isPublicAddress(address), true));
  }
  const byte = fc.integer({ min: 0, max: 255 });
  const inside = fc.oneof(
    fc.tuple(fc.constantFrom(0, 10, 127), byte, byte, byte),
    fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
    fc.tuple(fc.constantFrom(192), fc.constant(168), byte, byte),
    fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    fc.tuple(fc.integer({ min: 224, max: 255 }), byte, byte, byte),
  );
  holds(
    "no address of a private network passes, as it is or written as IPv6",
    fc.property(inside, (bytes) => {
      const address = bytes.join(".");
      assert.equal(isPublicAddress(address), false);
      assert.equal(isPublicAddress(`::ffff:${address}`), false);
    }),
  );
});

describe("fetchPublic", () => {
  let server: Server;
  let listening: Listening;
  let answer: (path: string) => { status?: number; headers?: Record<string, string>; body?: string | null };
  const { caFile, key, cert } = privateAuthority();
  const settings = () => ({ proxy: null, noProxy: [], strictSsl: true, caFile });
  const limits = { mostBytes: 1000, mostMs: 2000 };

  beforeEach(async () => {
    answer = () => ({ body: "bytes" });
    server = createServer({ key, cert }, (request, response) => {
      const { status = 200, headers = {}, body = "" } = answer(request.url ?? "");
      response.writeHead(status, headers);
      if (body !== null) response.end(body);
      else response.flushHeaders();
    });
    listening = await listen(server, "https");
  });
  afterEach(() => listening.close());

  /** `isOpen` in the place of the real rule, so that loopback can stand for the internet. */
  async function fetched(url: string, isOpen?: (address: string) => boolean, environment: Record<string, string> = {}): Promise<string> {
    const network = createNetwork({ settings, environment, ...(isOpen ? { isOpen } : {}) });
    try {
      return Buffer.from(await network.fetchPublic(url, limits, new AbortController().signal)).toString();
    } finally {
      await network.close();
    }
  }
  const refusal = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => assert.fail("it was fetched"),
      (thrown: unknown) => thrown,
    );
    assert.ok(isFailure(error), String(error));
    return `${error.kind}: ${error.message}`;
  };
  const any = () => true;

  it("fetches from an address that is open", async () => assert.equal(await fetched(`${listening.origin}/a.png`, any), "bytes"));

  it("refuses this machine, by number and by name, and what is not encrypted", async () => {
    assert.match(await refusal(fetched(`${listening.origin}/a`)), /invalidParams: .*private network/);
    assert.match(await refusal(fetched(`https://localhost:${listening.port}/a`)), /invalidParams: .*leads to a private network/);
    assert.match(await refusal(fetched("https://[::1]/a")), /private network/);
    assert.match(await refusal(fetched("http://example.com/a", any)), /not an https address/);
    assert.match(await refusal(fetched("https://user:word@example.com/a", any)), /user name or password/);
  });

  it("checks the address that a name leads to when it connects, not only before", async () => {
    const asked: string[] = [];
    const text = await fetched(`https://localhost:${listening.port}/a`, (address) => asked.push(address) > 0);
    assert.equal(text, "bytes");
    assert.ok(asked.includes("127.0.0.1"), asked.join(" "));
  });

  it("refuses a redirect to a private address, to plain http, and endless ones", async () => {
    const open = (address: string) => address === "127.0.0.1";
    const to = (location: string) => {
      answer = () => ({ status: 302, headers: { location } });
      return refusal(fetched(`${listening.origin}/a`, open));
    };
    assert.match(await to("https://169.254.169.254/latest/meta-data"), /169\.254\.169\.254.*private network/);
    assert.match(await to("http://127.0.0.1/a"), /not an https address/);
    assert.match(await to("/again"), /redirects more than 3 times/);
    answer = (path) => (path === "/b" ? { body: "moved" } : { status: 301, headers: { location: "/b" } });
    assert.equal(await fetched(`${listening.origin}/a`, open), "moved");
  });

  it("stops at too many bytes, a bad status, silence, and before a proxy", async () => {
    answer = () => ({ body: "x".repeat(5000) });
    assert.match(await refusal(fetched(`${listening.origin}/a`, any)), /has more than/);
    answer = () => ({ status: 404, body: "no" });
    assert.match(await refusal(fetched(`${listening.origin}/a`, any)), /status 404/);
    answer = () => ({ body: null });
    assert.match(await refusal(fetched(`${listening.origin}/a`, any)), /did not come within 2 s/);
    assert.match(await refusal(fetched("https://example.com/a", any, { HTTPS_PROXY: "http://127.0.0.1:9" })), /proxy/);
  });
});
