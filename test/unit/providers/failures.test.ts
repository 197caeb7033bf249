import assert from "node:assert/strict";
import { Failure } from "../../../shared/failure.ts";
import { bodyFailure, type FailureContext, failureOf } from "../../../server/providers/errors.ts";
import type { Exchange } from "../../../server/providers/exchange.ts";
import { connectionTo } from "../../support/replay.ts";

const KEY = "sk-test-0123456789abcdef";
const HEAD = { status: 200, headers: new Headers() };

function contextOf(exchange: Partial<Exchange> = {}, signal = new AbortController().signal, provider = "vendor"): FailureContext {
  const connection = connectionTo("https://vendor.example/v1", { provider, secret: { reveal: () => KEY } });
  return { connection, signal, exchange: { fetch, refusal: null, unreachable: undefined, head: null, ...exchange } };
}

function refused(status: number, body: unknown, headers: Record<string, string> = {}, provider = "vendor"): Failure {
  const refusal = { status, headers: new Headers(headers), text: typeof body === "string" ? body : JSON.stringify(body) };
  return failureOf(new Error("what an SDK made of it"), contextOf({ refusal }, undefined, provider));
}

describe("what was thrown, as a failure", () => {
  it("is cancelled when the signal says so, whatever else went wrong", () => {
    const context = contextOf({ refusal: { status: 500, headers: new Headers(), text: "" } }, AbortSignal.abort());
    assert.equal(failureOf(new Error("x"), context).kind, "cancelled");
  });

  it("stays the failure that it is, also when it came from the network's wall", () => {
    const failure = new Failure("keyMissing");
    assert.equal(failureOf(failure, contextOf()), failure);
    assert.equal(failureOf(new Error("wrapped by the SDK"), contextOf({ unreachable: failure })), failure);
  });

  const causes: readonly (readonly [string, Error, RegExp])[] = [
    ["a refused connection", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), /nothing listens/],
    [
      "an unknown name",
      new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ENOTFOUND" }) }),
      /could not be looked up/,
    ],
    ["a certificate", new TypeError("fetch failed", { cause: new Error("SELF_SIGNED_CERT_IN_CHAIN") }), /network\.caFile/],
    ["a closed socket", new TypeError("terminated"), /connection was closed/],
    ["anything else", new Error("?"), /connection failed/],
  ];
  for (const [name, thrown, why] of causes) {
    it(`says why there was no answer: ${name}`, () => {
      const failure = failureOf(new Error("wrapped"), contextOf({ unreachable: thrown }));
      assert.equal(failure.kind, "providerUnavailable");
      assert.match(failure.message, why);
      assert.equal(failure.cause, thrown);
    });
  }

  it("is broken once the answer had begun", () => {
    const failure = failureOf(new TypeError("terminated"), contextOf({ head: HEAD }));
    assert.deepEqual([failure.kind, failure.details.broken], ["providerUnavailable", true]);
  });

  it("never repeats the key, and quotes no more than one can read", () => {
    const failure = refused(401, { error: { message: `Bad key ${KEY}. ${"x".repeat(5000)}` } });
    assert.ok(!failure.message.includes(KEY) && failure.message.includes("[redacted]"));
    assert.ok(failure.message.length < 700);
  });

  it("tells where to top up, where the vendor is known", () => {
    assert.match(String(refused(402, {}, {}, "deepseek").details.topUpUrl), /^https:\/\/platform\.deepseek\.com/);
    assert.equal(refused(402, {}).details.topUpUrl, undefined);
  });

  it("tells how long to wait only where waiting helps", () => {
    assert.equal(refused(429, {}, { "retry-after": "7" }).details.retryAfterMs, 7_000);
    assert.equal(refused(503, {}, { "retry-after": "7" }).details.retryAfterMs, 7_000);
    assert.equal(refused(402, {}, { "retry-after": "7" }).details.retryAfterMs, undefined);
  });

  it("corrects no window by a minute's allowance", () => {
    const failure = refused(413, { error: { message: "Request too large on tokens per minute (TPM): Limit 6000, Requested 10338" } });
    assert.deepEqual([failure.kind, failure.details.perMinute, failure.details.limitTokens], ["contextOverflow", true, undefined]);
    assert.match(failure.message, /in a minute/);
  });

  it("says what the model lacks, so that another can be asked", () => {
    assert.equal(refused(400, { error: { message: "unknown variant `image_url`, expected `text`" } }).details.lacks, "vision");
    assert.equal(refused(400, { error: "tiny does not support tools" }).details.lacks, "tools");
    assert.equal(refused(400, { error: { message: "temperature too high" } }).details.lacks, undefined);
  });

  it("inside an answer is read as if it had come with its status", () => {
    const failure = bodyFailure(contextOf({ head: HEAD }), { error: { code: 429, message: "slow down" } });
    assert.deepEqual([failure.kind, failure.details.status, failure.details.inStream], ["rateLimited", 429, true]);
  });
});
