// Which proxy: settings before environment, exceptions before both.
import assert from "node:assert/strict";
import { proxyFor } from "../../../server/network/proxy.ts";

const via = (url: string, environment: Record<string, string>, proxy: string | null = null, noProxy: string[] = []) =>
  proxyFor(new URL(url), { proxy, noProxy, environment })?.href ?? null;

describe("proxyFor", () => {
  const proxy = "http://p:3128/";
  const cases: readonly [string, string | null, string | null][] = [
    ["no proxy at all", via("https://a.example/", {}), null],
    ["HTTPS_PROXY for https", via("https://a.example/", { HTTPS_PROXY: "http://p:3128" }), proxy],
    ["not HTTPS_PROXY for http", via("http://a.example/", { HTTPS_PROXY: "http://p:3128" }), null],
    ["HTTP_PROXY for http", via("http://a.example/", { HTTP_PROXY: "http://p:3128" }), proxy],
    ["lower case before upper", via("https://a.example/", { HTTPS_PROXY: "http://q:1", https_proxy: "http://p:3128" }), proxy],
    ["ALL_PROXY as the last resort", via("https://a.example/", { ALL_PROXY: "http://p:3128" }), proxy],
    ["a proxy without a scheme", via("https://a.example/", { HTTPS_PROXY: "p:3128" }), proxy],
    ["the setting before the environment", via("https://a.example/", { HTTPS_PROXY: "http://q:1" }, "http://p:3128"), proxy],
    ["an empty setting as none", via("https://a.example/", { HTTPS_PROXY: "http://p:3128" }, " "), proxy],
  ];
  for (const [name, got, wanted] of cases) it(`takes ${name}`, () => assert.equal(got, wanted));

  const exceptions: readonly [string, string, boolean][] = [
    ["*", "https://a.example/", true],
    ["a.example", "https://a.example/", true],
    ["a.example", "https://b.a.example/", true],
    ["a.example", "https://ba.example/", false],
    [".a.example", "https://b.a.example/", true],
    ["*.a.example", "https://b.a.example/", true],
    ["x, a.example", "https://a.example/", true],
    ["a.example:8443", "https://a.example/", false],
    ["a.example:443", "https://a.example/", true],
    ["10.0.0.0/8", "https://10.1.2.3/", true],
    ["10.0.0.0/8", "https://11.1.2.3/", false],
    ["127.0.0.1", "http://127.0.0.1:8080/", true],
    ["127.0.0.1:9090", "http://127.0.0.1:8080/", false],
    ["::1", "http://[::1]:8080/", true],
    ["[::1]:8080", "http://[::1]:8080/", true],
    ["", "https://a.example/", false],
  ];
  for (const [exception, url, direct] of exceptions) {
    it(`NO_PROXY=${JSON.stringify(exception)} ${direct ? "spares" : "does not spare"} ${url}`, () => {
      assert.equal(via(url, { ALL_PROXY: "http://p:3128", NO_PROXY: exception }) === null, direct);
      assert.equal(via(url, {}, "http://p:3128", exception.split(", ")) === null, direct);
    });
  }
});
