// Keys as people paste them.
import assert from "node:assert/strict";
import { cleanKey, doubtAbout, quoted } from "../../../server/keys/key-text.ts";
import { isFailure } from "../../../shared/failure.ts";

const KEY = "sk-proj-abcdefghijklmnopqrstuvwx";

describe("cleanKey", () => {
  const cases = [
    { name: "blanks and line ends around it", pasted: `  ${KEY}\r\n` },
    { name: "a line break in the middle", pasted: `${KEY.slice(0, 10)}\n${KEY.slice(10)}` },
    { name: "a zero-width mark", pasted: `\uFEFF${KEY}\u200B` },
    { name: "quotes", pasted: `"${KEY}"` },
    { name: "the word Bearer", pasted: `Bearer ${KEY}` },
  ];
  for (const { name, pasted } of cases) it(`takes away ${name}`, () => assert.equal(cleanKey(pasted), KEY));

  for (const pasted of ["", "   ", "\n\t", '""', "\u200B"]) {
    it(`refuses ${JSON.stringify(pasted)} as empty`, () =>
      assert.throws(
        () => cleanKey(pasted),
        (error) => isFailure(error) && error.kind === "invalidParams" && error.message.includes("empty"),
      ));
  }

  it("refuses what no header can carry without repeating it", () => {
    assert.throws(
      () => cleanKey("sk-пароль-1234567890"),
      (error) => isFailure(error) && error.kind === "invalidParams" && !error.message.includes("пароль"),
    );
  });
});

describe("doubtAbout", () => {
  const cases = [
    { name: "a short key", provider: "openai", key: "sk-short", says: /only 8 characters/ },
    { name: "a blank inside", provider: "mistral", key: "abcdefgh ijklmnop", says: /space/ },
    {
      name: "another vendor's key",
      provider: "openai",
      key: `sk-ant-api03-${"a".repeat(40)}`,
      says: /an Anthropic key, not one of openai's/,
    },
    {
      name: "a key without the vendor's usual form",
      provider: "anthropic",
      key: "x".repeat(40),
      says: /does not look like an Anthropic key/,
    },
    { name: "the usual form", provider: "openai", key: KEY, says: undefined },
    { name: "any form where the vendor has none", provider: "mistral", key: "x".repeat(32), says: undefined },
    { name: "the form that many vendors share", provider: "deepseek", key: `sk-${"a".repeat(32)}`, says: undefined },
  ];
  for (const { name, provider, key, says } of cases) {
    it(`${says ? "names" : "accepts"} ${name}`, () => {
      const doubt = doubtAbout(provider, key);
      if (says) assert.match(doubt ?? "", says);
      else assert.equal(doubt, undefined);
      assert.ok(!doubt?.includes(key), "a warning never repeats the key");
    });
  }
});

describe("quoted", () => {
  it("repeats a name", () => assert.equal(quoted("opnai"), '"opnai"'));
  for (const name of [KEY, "x y", "AKIA0123456789ABCDEF", "a".repeat(40)])
    it(`does not repeat ${name.slice(0, 8)}…`, () => assert.equal(quoted(name), "of that name"));
});
