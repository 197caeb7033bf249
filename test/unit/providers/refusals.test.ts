import assert from "node:assert/strict";
import type { FailureKind } from "../../../shared/failure.ts";
import { kindOf } from "../../../server/providers/errors.ts";
import { OVERFLOW_ROWS, overflowIn } from "../../../server/providers/overflow-rows.ts";
import { AFTER_LENGTH, BEFORE_LENGTH, LENGTH_ROWS } from "../../../server/providers/refusal-rows.ts";
import { readRefusal } from "../../../server/providers/refusal-words.ts";

const json = (body: unknown) => JSON.stringify(body);

describe("the table of refusals", () => {
  for (const { kind, sample, source } of [...BEFORE_LENGTH, ...LENGTH_ROWS, ...AFTER_LENGTH]) {
    it(`${kind} of ${source}`, () => assert.equal(kindOf(readRefusal(sample.status, sample.body), true), kind));
  }

  /** Bodies of vendors and servers that no row was written for. */
  const others: readonly (readonly [FailureKind, number, string])[] = [
    ["keyRejected", 401, "<html><head><title>401 Authorization Required</title></head></html>"],
    ["keyRejected", 403, json({ type: "urn:nim", title: "Forbidden", status: 403, detail: "Authorization failed" })],
    ["keyRejected", 401, ""],
    [
      "keyRejected",
      400,
      json({ success: false, error: [{ code: 2009, message: "Unauthorized" }], errors: [{ message: "Invalid API Token" }] }),
    ],
    ["creditExhausted", 403, json({ code: "no permission", error: "Your newly created team doesn't have any credits or licenses yet." })],
    ["creditExhausted", 403, json({ code: 30001, message: "Sorry, your account balance is insufficient", data: null })],
    ["creditExhausted", 412, json({ error: { message: "Account is suspended, possibly due to reaching the monthly spending limit" } })],
    ["creditExhausted", 400, json({ error: { message: "You have reached your specified API usage limits." } })],
    ["creditExhausted", 200, json({ base_resp: { status_code: 1008, status_msg: "insufficient balance" } })],
    [
      "requestRefused",
      403,
      json({ error: { code: 403, message: "Your input was flagged for violence", metadata: { reasons: ["violence"] } } }),
    ],
    ["requestRefused", 400, json({ error: { type: "invalid_request_error", message: "Output blocked by content filtering policy" } })],
    ["requestRefused", 400, json({ error: { code: "1301", message: "系统检测到输入或生成内容可能包含不安全或敏感内容" } })],
    ["contextOverflow", 422, json({ error: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096" })],
    [
      "contextOverflow",
      400,
      json({ object: "error", message: "This model's maximum context length is 4096 tokens. However, you requested 5000", code: 400 }),
    ],
    [
      "contextOverflow",
      429,
      json({
        error: {
          message: "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 35000",
          code: "rate_limit_exceeded",
        },
      }),
    ],
    ["contextOverflow", 400, json({ error: { message: "The prompt is too long: 140000, model maximum context length: 131072" } })],
    ["modelNotFound", 400, json({ object: "error", message: "Invalid model: mistral-huge", type: "invalid_model", code: "1500" })],
    ["modelNotFound", 400, json({ error: { message: "Model Not Exist", type: "invalid_request_error" } })],
    ["modelNotFound", 404, json({ error: "model 'x' not found, try pulling it first" })],
    ["modelNotFound", 404, json({ error: { message: "No endpoints found that support tool use", code: 404 } })],
    ["modelNotFound", 403, json({ error: { code: "model_not_found", message: "Project `p` does not have access to model `m`" } })],
    ["modelNotFound", 404, "<html><title>404 Not Found</title></html>"],
    [
      "rateLimited",
      429,
      json({ error: { message: "Provider returned error", code: 429, metadata: { raw: "m is temporarily rate-limited upstream" } } }),
    ],
    ["rateLimited", 429, json({ error: { code: "1302", message: "High concurrency usage of this API" } })],
    ["rateLimited", 429, "<html><title>Too Many Requests</title></html>"],
    ["providerUnavailable", 429, json({ error: { type: "engine_overloaded_error", message: "The engine is currently overloaded" } })],
    ["providerUnavailable", 503, json({ error: { code: 503, message: "Loading model", type: "unavailable_error" } })],
    ["providerUnavailable", 502, "<!DOCTYPE html><html><head><title>502 Bad gateway</title></head></html>"],
    ["providerUnavailable", 503, json({ error: { message: "The model is temporarily unavailable" } })],
    ["providerUnavailable", 520, "error code: 520"],
    ["providerUnavailable", 500, ""],
    [
      "requestInvalid",
      422,
      json({
        object: "error",
        message: { detail: [{ type: "extra_forbidden", loc: ["body", "foo"], msg: "Extra inputs are not permitted" }] },
      }),
    ],
    [
      "requestInvalid",
      400,
      json({ error: { message: "Unsupported parameter: 'temperature' is not supported with this model.", code: "unsupported_parameter" } }),
    ],
    ["requestInvalid", 400, json({ error: '"tiny" does not support tools' })],
    ["requestInvalid", 400, "bad request"],
    ["requestInvalid", 418, "{}"],
  ];
  for (const [kind, status, body] of others) {
    it(`${kind}: ${status} ${body.slice(0, 90)}`, () => assert.equal(kindOf(readRefusal(status, body), true), kind));
  }

  it("never says that a key was rejected when none was sent", () => {
    assert.equal(kindOf(readRefusal(401, "{}"), false), "keyMissing");
  });
});

describe("a refusal's words", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["an OpenAI error", json({ error: { message: "No.", type: "t", code: "c" } }), "No."],
    ["an error that is a string", json({ code: "x", error: "No." }), "No."],
    ["a FastAPI detail", json({ detail: "No." }), "No."],
    ["a list of FastAPI details", json({ detail: [{ loc: ["body", "seed"], msg: "No." }] }), "body.seed: No."],
    ["an error list", json({ errors: [{ message: "No." }] }), "No."],
    ["Google's list of errors", json([{ error: { message: "No.", status: "X" } }]), "No."],
    ["a message that is an object", json({ message: { detail: [{ loc: ["body", "n"], msg: "No." }] } }), "body.n: No."],
    ["a message that is JSON text", json({ error: { message: json({ error: { message: "No." } }) } }), "No."],
    [
      "an upstream's words",
      json({ error: { message: "Provider returned error", metadata: { raw: json({ error: "No." }) } } }),
      "Provider returned error: No.",
    ],
    ["plain text", "No.", "No."],
    ["a web page", "<html><title>Sorry</title><body>x</body></html>", 'a web page titled "Sorry"'],
    ["nothing known", json({ foo: 1 }), '{"foo":1}'],
  ];
  for (const [name, body, wanted] of cases) it(`of ${name}`, () => assert.equal(readRefusal(400, body).message, wanted));

  it("take the status from the body when there is no other", () => {
    assert.equal(readRefusal(undefined, { error: { code: 429, message: "x" } }).status, 429);
    assert.equal(readRefusal(undefined, { error: { status_code: 400, message: "x" } }).status, 400);
    assert.equal(readRefusal(undefined, { error: { code: "nope", message: "x" } }).status, undefined);
    assert.equal(readRefusal(503, { error: { code: 429, message: "x" } }).status, 503);
  });
});

describe("sentences of overflow", () => {
  for (const { sample, source } of OVERFLOW_ROWS) {
    it(`${source}: ${sample.slice(0, 70)}`, () => assert.ok(overflowIn(sample)));
  }

  it("tell the window and what was asked, where they are stated", () => {
    assert.deepEqual(overflowIn("prompt is too long: 3333404 tokens > 200000 maximum"), { limitTokens: 200_000, askedTokens: 3_333_404 });
    assert.deepEqual(overflowIn("request (2009 tokens) exceeds the available context size (512 tokens)"), {
      limitTokens: 512,
      askedTokens: 2009,
    });
    assert.deepEqual(
      overflowIn("This model's maximum context length is 128,000 tokens. However, your messages resulted in 200015 tokens."),
      {
        limitTokens: 128_000,
        askedTokens: 200_015,
      },
    );
    assert.deepEqual(overflowIn("Token limit reached"), {});
  });

  for (const other of ["Rate limit reached: too many tokens per minute", "max_tokens is too large: 5000", "Invalid API key", ""]) {
    it(`are not: ${JSON.stringify(other)}`, () => assert.equal(overflowIn(other), undefined));
  }
});
