// The wall: which addresses a request may go to, at first and after redirects.
import assert from "node:assert/strict";
import { checkAddress, redirectOf } from "../../../server/network/wall.ts";
import { isLoopback } from "../../../shared/address.ts";
import { isFailure } from "../../../shared/failure.ts";

const OWN = ["https://api.openai.com"];

describe("checkAddress", () => {
  const passes: readonly [string, readonly string[], readonly string[]][] = [
    ["https://api.openai.com/v1/models", OWN, []],
    ["https://API.openai.com:443/v1", OWN, []],
    ["http://127.0.0.1:11434/v1", ["http://127.0.0.1:11434"], []],
    ["http://localhost:1/", ["http://localhost:1"], []],
    ["http://[::1]:1/", ["http://[::1]:1"], []],
    ["http://gpu-box:1/", ["http://gpu-box:1"], ["gpu-box"]],
  ];
  for (const [url, origins, hosts] of passes) it(`lets ${url} pass`, () => checkAddress(new URL(url), origins, hosts));

  const refused: readonly [string, readonly string[], RegExp][] = [
    ["https://evil.example/v1", OWN, /not an address that this key may be sent to/],
    ["https://api.openai.com.evil.example/", OWN, /not an address/],
    ["https://api.openai.com:8443/", OWN, /not an address/],
    ["http://api.openai.com/", OWN, /not an address/],
    ["http://api.openai.com/", ["http://api.openai.com"], /not encrypted/],
    ["http://127.0.0.1.evil.example/", ["http://127.0.0.1.evil.example"], /not encrypted/],
    ["http://10.0.0.1:11434/", ["http://10.0.0.1:11434"], /network.plainHttpHosts/],
    ["https://user:pw@api.openai.com/", OWN, /user name or password/],
    ["ftp://api.openai.com/", OWN, /ftp:/],
    ["data:text/plain,x", ["null"], /data:/],
  ];
  for (const [url, origins, says] of refused) {
    it(`refuses ${url} for ${origins.join(", ")}`, () =>
      assert.throws(
        () => checkAddress(new URL(url), origins, []),
        (error) => isFailure(error) && error.kind === "providerUnavailable" && says.test(error.message),
      ));
  }
});

describe("isLoopback", () => {
  const cases: readonly [string, boolean][] = [
    ["localhost", true],
    ["x.localhost", true],
    ["127.0.0.1", true],
    ["127.255.0.9", true],
    ["[::1]", true],
    ["localhost.evil.example", false],
    ["128.0.0.1", false],
    ["0.0.0.0", false],
    ["[::2]", false],
    ["evil-127.0.0.1", false],
  ];
  for (const [host, own] of cases) it(`${host} is ${own ? "" : "not "}this machine`, () => assert.equal(isLoopback(host), own));

  for (const odd of ["http://2130706433/", "http://0x7f.1/", "http://127.1/"]) {
    it(`${odd} is this machine, as the URL parser writes it out`, () => assert.equal(isLoopback(new URL(odd).hostname), true));
  }
});

describe("redirectOf", () => {
  const from = new URL("https://api.example/v1/chat");
  it("stays home: a 307 on the same origin is followed", () =>
    assert.equal(redirectOf(from, "POST", 307, "/v2/chat")?.href, "https://api.example/v2/chat"));
  it("follows a 301 only where the method stays the same", () => {
    assert.equal(redirectOf(from, "POST", 301, "/v2"), null);
    assert.equal(redirectOf(from, "GET", 301, "/v2")?.href, "https://api.example/v2");
  });
  it("hands out what is no redirect", () => assert.equal(redirectOf(from, "POST", 200, "/v2"), null));
  for (const to of ["https://evil.example/", "//evil.example/", "http://api.example/v1/chat", "https://api.example:444/"]) {
    it(`refuses a redirect to ${to}`, () =>
      assert.throws(
        () => redirectOf(from, "POST", 308, to),
        (error) => isFailure(error) && error.details.final === true && /redirects to/.test(error.message),
      ));
  }
});
