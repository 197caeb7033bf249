// The second wall: known keys are taken out of what others wrote.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createScrubber } from "../../../server/keys/scrub.ts";
import { Secret } from "../../../server/keys/secret.ts";

const KEY = 'sk-canary/+"äö"-0123456789';

describe("Scrubber", () => {
  const scrubber = createScrubber();
  scrubber.add(new Secret(KEY));
  scrubber.add(new Secret(`${KEY}-longer`));
  const cases = [
    { name: "as it is", text: `Incorrect API key provided: ${KEY}.` },
    { name: "in JSON", text: JSON.stringify({ error: KEY }) },
    { name: "in a URL", text: `https://x/?key=${encodeURIComponent(KEY)}` },
    { name: "in base64", text: Buffer.from(KEY).toString("base64") },
    { name: "in base64url", text: Buffer.from(KEY).toString("base64url") },
    { name: "twice", text: `${KEY} and ${KEY}` },
  ];
  for (const { name, text } of cases) {
    it(`takes out a key ${name}`, () => {
      assert.match(scrubber.scrub(text), /\[redacted\]/);
      assert.ok(!scrubber.scrub(text).includes("canary"));
      assert.ok(!scrubber.scrub(text).includes(Buffer.from(KEY).toString("base64").slice(0, 20)));
    });
  }

  it("takes out the longer of two keys as a whole", () => assert.equal(scrubber.scrub(`${KEY}-longer`), "[redacted]"));
  it("leaves other text alone", () => assert.equal(scrubber.scrub("nothing here"), "nothing here"));
  it("does not treat a very short key as a word to hunt for", () => {
    const short = createScrubber();
    short.add(new Secret("abc"));
    assert.equal(short.scrub("abcdef"), "abcdef");
  });
});

describe("Secret", () => {
  const secret = new Secret("sk-0123456789-canary");
  const ways: readonly [string, () => string][] = [
    ["a template", () => `${secret}`],
    ["String()", () => String(secret)],
    ["concatenation", () => `x${secret}`],
    ["JSON", () => JSON.stringify({ secret })],
    ["inspect", () => inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
    ["its own keys", () => JSON.stringify(Object.getOwnPropertyNames(secret)) + JSON.stringify({ ...secret })],
    ["a structured clone", () => inspect(structuredClone({ secret }), { depth: 9 })],
  ];
  for (const [name, print] of ways) it(`does not show in ${name}`, () => assert.ok(!print().includes("canary")));

  it("shows four characters of a long value and nothing of a short one", () => {
    assert.equal(secret.last4, "nary");
    assert.equal(new Secret("short").last4, "");
  });
});
