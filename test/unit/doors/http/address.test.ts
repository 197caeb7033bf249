// Addresses to listen on and names to be called by.
import assert from "node:assert/strict";
import { hostNameOf, isOwnName, originOf, parseAddress } from "../../../../server/doors/http/address.ts";

describe("an address to listen on", () => {
  const cases: readonly [string, string, number, boolean][] = [
    ["127.0.0.1:4711", "127.0.0.1", 4711, true],
    ["4711", "127.0.0.1", 4711, true],
    [":0", "127.0.0.1", 0, true],
    ["localhost:80", "localhost", 80, true],
    ["[::1]:4711", "::1", 4711, true],
    ["127.9.9.9:1", "127.9.9.9", 1, true],
    ["0.0.0.0:4711", "0.0.0.0", 4711, false],
    ["[::]:4711", "::", 4711, false],
    ["models.example.com:443", "models.example.com", 443, false],
    ["127.0.0.1.example.com:1", "127.0.0.1.example.com", 1, false],
  ];
  for (const [given, host, port, loopback] of cases) {
    it(`${given} is ${loopback ? "this machine only" : "reachable from outside"}`, () => {
      assert.deepEqual(parseAddress(given), { host, port, loopback });
    });
  }

  for (const given of ["", "host", "127.0.0.1:", "127.0.0.1:99999", "::1:4711", "http://127.0.0.1:1", "a:b:1"]) {
    it(`"${given}" is none`, () => assert.throws(() => parseAddress(given), { kind: "invalidParams" }));
  }

  it("is shown as an origin", () => {
    assert.deepEqual([originOf("127.0.0.1", 1), originOf("::1", 2)], ["http://127.0.0.1:1", "http://[::1]:2"]);
  });
});

describe("the name in a Host header", () => {
  const cases: readonly [string | undefined, string | null][] = [
    ["LocalHost:4711", "localhost"],
    ["[::1]:4711", "::1"],
    ["a.example.com", "a.example.com"],
    ["a.example.com:99999999", null],
    ["user@a.example.com", null],
    ["a.example.com/path", null],
    ["", null],
    [undefined, null],
  ];
  for (const [header, name] of cases) {
    it(`${header} names ${name}`, () => assert.equal(hostNameOf(header), name));
  }

  it("is ours when it is an address, localhost or one that was named", () => {
    const ours = (name: string) => isOwnName(name, ["Models.Example.com"]);
    assert.deepEqual(["127.0.0.1", "::1", "localhost", "models.example.com"].map(ours), [true, true, true, true]);
    assert.deepEqual(["example.com", "evil.models.example.com", "localhost.evil.com", "2130706433"].map(ours), [
      false,
      false,
      false,
      false,
    ]);
  });
});
