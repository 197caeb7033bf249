// Properties of the room that holds secrets: nothing prints one, nothing loses one, no damage to a file does harm.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { parse } from "yaml";
import { keysIn } from "../../server/keys/import.ts";
import { cleanKey, doubtAbout } from "../../server/keys/key-text.ts";
import { guardPrompt, scanText } from "../../server/keys/scan.ts";
import { createScrubber } from "../../server/keys/scrub.ts";
import { seal, unseal } from "../../server/keys/seal.ts";
import { Secret } from "../../server/keys/secret.ts";
import { openVault } from "../../server/keys/vault.ts";
import { boundText, contentOf, lineOf, linesOf } from "../../server/keys/vault-line.ts";
import { createLog } from "../../server/log.ts";
import { isFailure } from "../../shared/failure.ts";
import { damaged, holds } from "../support/property.ts";

const anyText = fc.string({ unit: "binary", maxLength: 200 });
const secretText = fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 80 }).filter((text) => text.trim().length >= 8);
const providers = [
  { id: "openai", environment: ["OPENAI_API_KEY"], origins: ["https://api.openai.com"] },
  { id: "google", environment: ["GEMINI_API_KEY"], origins: ["https://generativelanguage.googleapis.com"] },
];

const DATA_KEY = Buffer.alloc(32, 7);
const KEY_FILE = `${DATA_KEY.toString("base64")}\n`;

/** Three keys sealed by the key file. */
function vaultBytes(): Buffer {
  const lines = [1, 2, 3].map((index) => {
    const head = {
      v: 1 as const,
      provider: `p${index}`,
      name: "default",
      origins: [`https://p${index}.example`],
      setAt: "2026-11-23T00:00:00Z",
    };
    return lineOf({ ...head, in: "vault", key: { from: "file" }, ...seal(DATA_KEY, `secret-${index}`, boundText(head)) });
  });
  return Buffer.from(contentOf(lines));
}

describe("fuzz: secrets", () => {
  holds(
    "no way of printing a secret shows it",
    fc.property(secretText, anyText, (value, before) => {
      const secret = new Secret(`<<${value}>>`);
      const printed = [
        `${before}${secret}`,
        JSON.stringify({ secret, list: [secret] }),
        inspect({ secret }, { depth: 9, showHidden: true, getters: true }),
      ];
      assert.ok(!printed.some((text) => text.includes(`<<${value}>>`)));
    }),
  );

  holds(
    "a scrubbed text holds no known key in any usual encoding",
    fc.property(fc.array(secretText, { minLength: 1, maxLength: 5 }), fc.array(anyText, { maxLength: 4 }), (values, around) => {
      const scrubber = createScrubber();
      for (const value of values) scrubber.add(new Secret(value));
      const written = values.flatMap((value) => [
        value,
        JSON.stringify(value),
        encodeURIComponent(value),
        Buffer.from(value).toString("base64"),
        Buffer.from(value).toString("base64url"),
      ]);
      const text = [...written, ...around].join(" | ");
      const clean = scrubber.scrub(text);
      for (const value of values) assert.ok(!clean.includes(value) || "[redacted]".includes(value), "a key is left");
      assert.equal(scrubber.scrub(clean).length, clean.length);
    }),
  );

  holds(
    "a log line never holds a known key, whatever is logged",
    fc.property(secretText, fc.anything(), (value, details) => {
      const scrubber = createScrubber();
      scrubber.add(new Secret(value));
      const lines: string[] = [];
      const log = createLog(
        (line) => lines.push(line),
        () => "debug",
        () => new Date(0),
        (line) => scrubber.scrub(line),
      );
      log.error(`failed with ${value}`, {
        details,
        nested: { value },
        error: new Error(value, { cause: new Error(value) }),
        apiKey: "anything",
      });
      assert.equal(lines.length, 1);
      assert.ok(!lines[0]?.includes(JSON.stringify(value).slice(1, -1)) || '"time":"[redacted]'.includes(value));
      assert.ok(!lines[0]?.includes("anything"));
    }),
  );

  holds(
    "a cleaned key can be a header, and cleaning it again changes nothing",
    fc.property(fc.oneof(anyText, fc.string({ unit: "grapheme", maxLength: 60 }), secretText), (pasted) => {
      let key: string;
      try {
        key = cleanKey(pasted);
      } catch (error) {
        assert.ok(isFailure(error) && error.kind === "invalidParams");
        return;
      }
      assert.equal(new Headers({ authorization: `Bearer ${key}` }).get("authorization"), `Bearer ${key}`);
      assert.ok(!doubtAbout("openai", key)?.includes(key) || key.length < 8);
    }),
  );

  holds(
    "what is sealed opens with its own key and binding, and with nothing else",
    fc.property(anyText, anyText, anyText, fc.nat(), (given, bound, other, flip) => {
      // Half a surrogate pair has no UTF-8.
      const plain = Buffer.from(given).toString();
      const [key, wrong] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
      const sealed = seal(key, plain, bound);
      assert.equal(unseal(key, sealed, bound), plain);
      assert.equal(unseal(wrong, sealed, bound), null);
      if (Buffer.from(other).equals(Buffer.from(bound)) === false) assert.equal(unseal(key, sealed, other), null);
      const bytes = Buffer.from(sealed.sealed, "base64");
      bytes[flip % bytes.length] = (bytes[flip % bytes.length] ?? 0) ^ 1;
      assert.equal(unseal(key, { ...sealed, sealed: bytes.toString("base64") }, bound), null);
    }),
  );

  holds(
    "the prompt scan never throws under warn, and never repeats what it found",
    fc.property(fc.array(fc.oneof(anyText, fc.constant(`ghp_${"aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zAbCdEf"}`)), { maxLength: 6 }), (texts) => {
      const text = texts.join("\n");
      const said = guardPrompt([{ role: "user", parts: [{ type: "text", text }] }], "warn", createScrubber());
      assert.ok(!said?.includes("ghp_aB3d"));
      for (const { line } of scanText(text, createScrubber())) assert.ok(line >= 1 && line <= text.split("\n").length);
    }),
  );

  const fragments = fc.constantFrom(
    "OPENAI_API_KEY",
    "=",
    '"',
    "'",
    "`",
    "\n",
    "#",
    "export ",
    "{",
    "}",
    ":",
    "- ",
    "provider",
    "apiKey",
    ["$", "{X}"].join(""),
    "\\",
    "\0",
    "a: &a [*a]",
    "<<: *a",
    "!!js/function",
  );
  holds(
    "import never throws, and what it prints has no key",
    fc.property(
      fc.oneof(
        anyText,
        fc.array(fc.oneof(fragments, secretText), { maxLength: 30 }).map((parts) => parts.join("")),
      ),
      (text) => {
        const found = keysIn(text, { providers, parseYaml: (yaml) => parse(yaml, { logLevel: "silent" }) });
        for (const { secret } of found.keys) assert.equal(`${secret}`, "[redacted]");
      },
    ),
  );

  holds(
    "a damaged vault opens what is whole, keeps every line, and takes new keys",
    fc.asyncProperty(damaged(fc.constant(vaultBytes())), async (bytes) => {
      const folder = mkdtempSync(join(tmpdir(), "latchkey-fuzz-"));
      try {
        writeFileSync(join(folder, "vault.jsonl"), bytes);
        writeFileSync(join(folder, "vault.key"), KEY_FILE);
        const vault = openVault({ folder, passphrase: () => undefined, keychain: null, now: () => new Date(0) });
        const before = await vault.read();
        for (const { secret } of before.keys) assert.match(secret?.reveal() ?? "secret-0", /^secret-\d$/);
        const untouched = linesOf(bytes.toString("utf8")).filter(({ text }) => bytes.toString("utf8").includes(text));
        await vault.put({ provider: "new", name: "n", origins: [], secret: new Secret("fresh") }, "vault");
        const after = await vault.read();
        assert.equal(after.keys.find(({ provider }) => provider === "new")?.secret?.reveal(), "fresh");
        assert.equal(after.keys.filter(({ secret }) => secret).length, before.keys.filter(({ secret }) => secret).length + 1);
        const text = readFileSync(join(folder, "vault.jsonl"), "utf8");
        for (const line of untouched) assert.ok(text.includes(line.text));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
  );
});
