// Secrets in prompts: found by shape or because they are ours, named without being repeated, in time.
import assert from "node:assert/strict";
import { guardPrompt, scanText } from "../../../server/keys/scan.ts";
import { createScrubber } from "../../../server/keys/scrub.ts";
import { Secret } from "../../../server/keys/secret.ts";
import { SHAPES } from "../../../server/keys/shapes.ts";
import type { Message } from "../../../shared/chat.ts";
import { isFailure } from "../../../shared/failure.ts";

const none = createScrubber();
const LETTERS = "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zAbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
/** One invented value a shape; put together here so that no file of the project holds a whole one. */
const VALUES: Readonly<Record<string, string>> = {
  "Anthropic key": `sk-ant-api03-${LETTERS}`,
  "OpenRouter key": `sk-or-v1-${LETTERS}`,
  "OpenAI project key": `sk-proj-${LETTERS}`,
  "API key beginning sk-": `sk-${LETTERS}`,
  "Groq key": `gsk_${LETTERS}`,
  "xAI key": `xai-${LETTERS}`,
  "Google API key": `AIza${LETTERS.slice(0, 35)}`,
  "Cerebras key": `csk-${LETTERS.toLowerCase()}`,
  "Fireworks key": `fw_${LETTERS}`,
  "Hugging Face token": `hf_${LETTERS}`,
  "GitHub token": `ghp_${LETTERS}`,
  "GitHub fine-grained token": `github_pat_${LETTERS}`,
  "GitLab token": `glpat-${LETTERS}`,
  "AWS access key id": `AKIA${LETTERS.toUpperCase().slice(0, 16)}`,
  "Slack token": `xoxb-${LETTERS}`,
  "Stripe live key": `sk_live_${LETTERS}`,
  "npm token": `npm_${LETTERS.slice(0, 36)}`,
  "PyPI token": `pypi-AgE${LETTERS}`,
  "SendGrid key": `SG.${LETTERS.slice(0, 22)}.${LETTERS.slice(0, 43)}`,
  "address with a password": `postgres://me:${LETTERS.slice(0, 12)}@db.example/x`,
  "private key": "-----BEGIN OPENSSH PRIVATE KEY-----",
  "JSON Web Token": `eyJ${LETTERS}.eyJ${LETTERS}.${LETTERS}`,
};

const user = (text: string): Message => ({ role: "user", parts: [{ type: "text", text }] });

describe("the scan of prompts", () => {
  for (const { name, source } of SHAPES) {
    it(`finds: ${name}`, () => {
      assert.match(source, /^https:\/\//);
      assert.deepEqual(scanText(`first line\nconst x = "${VALUES[name]}";`, none), [{ what: name, line: 2 }]);
    });
  }

  const harmless = [
    "the task-list and a risk-based approach",
    "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "use AKIAIOSFODNN7EXAMPLE as in the documentation",
    "sk-...",
    "postgres://user:@localhost/x and postgres://localhost/x",
    `hash ${"0123456789abcdef".repeat(4)}`,
    "disk-1234567890123456789012345678901234567890",
  ];
  for (const text of harmless) it(`says nothing about ${text.slice(0, 40)}`, () => assert.deepEqual(scanText(text, none), []));

  it("finds one of our own keys, whatever its shape, once", () => {
    const scrubber = createScrubber();
    scrubber.add(new Secret(VALUES["Anthropic key"] ?? ""));
    scrubber.add(new Secret("a-key-of-no-known-shape"));
    assert.deepEqual(scanText(`x\n${VALUES["Anthropic key"]}\na-key-of-no-known-shape`, scrubber), [
      { what: "one of your own keys", line: 2 },
      { what: "one of your own keys", line: 3 },
    ]);
  });

  it("reads text, tool calls and tool results of every message", () => {
    const secret = VALUES["GitHub token"] ?? "";
    const messages: Message[] = [
      user("hello"),
      { role: "assistant", parts: [{ type: "toolCall", id: "1", name: "run", arguments: { command: `curl -H ${secret}` } }] },
      { role: "tool", parts: [{ type: "toolResult", id: "1", parts: [{ type: "text", text: `ok\n${secret}` }] }] },
    ];
    assert.equal(
      guardPrompt(messages, "warn", none),
      "The prompt seems to contain GitHub token (message 2, line 1), GitHub token (message 3, line 2).",
    );
  });

  it("does nothing when off, warns, or refuses, and never repeats the secret", () => {
    const secret = VALUES["Groq key"] ?? "";
    assert.equal(guardPrompt([user(secret)], "off", none), undefined);
    assert.equal(guardPrompt([user("fine")], "block", none), undefined);
    assert.ok(!guardPrompt([user(secret)], "warn", none)?.includes(secret.slice(4, 20)));
    assert.throws(
      () => guardPrompt([user(secret)], "block", none),
      (error) => {
        assert.ok(isFailure(error) && error.kind === "planForbidden" && error.details.rule === "secrets.inPrompts");
        assert.ok(!JSON.stringify([error.message, error.details]).includes(secret.slice(4, 20)));
        return true;
      },
    );
  });

  const attacks = ["sk-", "sk-ant-", "eyJaaaaaaaaaa.eyJ", "-----BEGIN ", "-----BEGIN A A A ", "postgres://a:", "AKIA", "a", "\n", "xoxb-"];
  for (const attack of attacks) {
    it(`is done with two million characters of ${JSON.stringify(attack)} within the time a test has`, () => {
      scanText(attack.repeat(Math.ceil(2_000_000 / attack.length)), none);
    });
  }
});
