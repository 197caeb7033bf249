// The vault file: encrypted, private, tolerant of damage, shared by several writers.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { Secret } from "../../../server/keys/secret.ts";
import { openVault, type NewKey, type Vault } from "../../../server/keys/vault.ts";
import { isFailure } from "../../../shared/failure.ts";
import { memoryKeychain } from "../../support/keychain.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const now = () => new Date("2026-11-23T10:00:00Z");

function key(provider: string, secret: string, name = "default"): NewKey {
  return { provider, name, origins: [`https://${provider}.example`], secret: new Secret(secret) };
}

async function secrets(vault: Vault): Promise<Record<string, string | undefined>> {
  const { keys } = await vault.read();
  return Object.fromEntries(keys.map((stored) => [`${stored.provider}/${stored.name}`, stored.secret?.reveal() ?? stored.locked]));
}

describe("the vault", () => {
  const folder = temporaryFolder();
  const open = (passphrase?: string, keychain = memoryKeychain("absent")) =>
    openVault({
      folder: folder.path,
      passphrase: () => (passphrase === undefined ? undefined : new Secret(passphrase)),
      keychain,
      scryptLogN: 8,
      now,
    });
  const text = () => readFileSync(folder.file("vault.jsonl"), "utf8");

  it("keeps keys across processes, readable by this user alone, none in plain text", async () => {
    assert.equal(await open("horse").put(key("openai", "sk-canary-1"), "vault"), "passphrase");
    assert.deepEqual(await secrets(open("horse")), { "openai/default": "sk-canary-1" });
    assert.equal(statSync(folder.file("vault.jsonl")).mode & 0o777, 0o600);
    assert.ok(!text().includes("canary"));
    assert.ok(!text().includes(Buffer.from("sk-canary-1").toString("base64").slice(0, 12)));
  });

  it("keeps several named keys of a provider and replaces one of the same name", async () => {
    const vault = open("horse");
    await vault.put(key("openai", "one", "work"), "vault");
    await vault.put(key("openai", "two", "home"), "vault");
    await vault.put(key("openai", "three", "work"), "vault");
    assert.deepEqual(await secrets(vault), { "openai/home": "two", "openai/work": "three" });
  });

  it("removes one key or all of a provider and says how many", async () => {
    const vault = open("horse");
    for (const name of ["a", "b", "c"]) await vault.put(key("openai", name, name), "vault");
    await vault.put(key("groq", "g"), "vault");
    assert.equal(await vault.remove("openai", "a"), 1);
    assert.equal(await vault.remove("openai"), 2);
    assert.equal(await vault.remove("openai"), 0);
    assert.deepEqual(await secrets(vault), { "groq/default": "g" });
  });

  it("says what is missing without the passphrase, and refuses to write beside a lock it cannot open", async () => {
    await open("horse").put(key("openai", "one"), "vault");
    assert.match((await secrets(open()))["openai/default"] ?? "", /LATCHKEY_PASSPHRASE/);
    for (const other of [undefined, "wrong"]) {
      await assert.rejects(open(other).put(key("groq", "g"), "vault"), (error) => isFailure(error) && error.kind === "invalidParams");
    }
    assert.deepEqual(await secrets(open("horse")), { "openai/default": "one" });
  });

  const damages: readonly [string, (lines: string[]) => string[]][] = [
    ["is cut off", (lines) => lines.map((line, index) => (index === 2 ? line.slice(0, 40) : line))],
    ["is no JSON", (lines) => lines.map((line, index) => (index === 2 ? "\0\0\0garbage" : line))],
    ["lacks a field", (lines) => lines.map((line, index) => (index === 2 ? '{"v":1,"provider":"b"}' : line))],
    ["comes from a later version", (lines) => lines.map((line, index) => (index === 2 ? line.replace('"v":1', '"v":2') : line))],
    [
      "has a changed byte",
      (lines) =>
        lines.map((line, index) =>
          index === 2 ? line.replace(/"sealed":"(.)/, (_, first) => `"sealed":"${first === "A" ? "B" : "A"}`) : line,
        ),
    ],
  ];
  for (const [name, damage] of damages) {
    it(`loses only the entry whose line ${name}, and never deletes that line by itself`, async () => {
      const vault = open("horse");
      for (const provider of ["a", "b", "c"]) await vault.put(key(provider, `secret-${provider}`), "vault");
      const damaged = damage(text().split("\n"));
      writeFileSync(folder.file("vault.jsonl"), damaged.join("\n"));
      const readable = (all: Record<string, string | undefined>) => Object.values(all).filter((value) => value?.startsWith("secret-"));
      assert.deepEqual(readable(await secrets(vault)), ["secret-a", "secret-c"]);
      await vault.put(key("d", "secret-d"), "vault");
      assert.deepEqual(readable(await secrets(vault)), ["secret-a", "secret-c", "secret-d"]);
      assert.ok(text().includes(damaged[2] ?? "?"), "the damaged line is kept as it was");
    });
  }

  const swaps: readonly [string, RegExp, string][] = [
    ["another provider", /"provider":"openai"/, '"provider":"evil"'],
    ["another origin", /https:\/\/openai\.example/, "https://evil.example"],
    ["another name", /"name":"default"/, '"name":"other"'],
  ];
  for (const [name, from, to] of swaps) {
    it(`does not open an entry that was moved to ${name}`, async () => {
      const vault = open("horse");
      await vault.put(key("openai", "secret"), "vault");
      writeFileSync(folder.file("vault.jsonl"), text().replace(from, to));
      const { keys } = await vault.read();
      assert.equal(keys[0]?.secret, null);
    });
  }

  it("seals with a key from the system keychain when there is one and no passphrase", async () => {
    const keychain = memoryKeychain("present");
    assert.equal(await open(undefined, keychain).put(key("openai", "one"), "vault"), "keychain");
    assert.deepEqual(await secrets(open(undefined, keychain)), { "openai/default": "one" });
    assert.match((await secrets(open()))["openai/default"] ?? "", /keychain/);
    assert.ok(!existsSync(folder.file("vault.key")));
  });

  it("falls back to a private key file, and says so", async () => {
    assert.equal(await open().put(key("openai", "one"), "vault"), "file");
    assert.equal(statSync(folder.file("vault.key")).mode & 0o777, 0o600);
    assert.deepEqual(await secrets(open()), { "openai/default": "one" });
  });

  it("moves everything under the passphrase once there is one, and drops the key file", async () => {
    await open().put(key("openai", "one"), "vault");
    await open("horse").put(key("groq", "two"), "vault");
    assert.ok(!existsSync(folder.file("vault.key")));
    assert.deepEqual(await secrets(open("horse")), { "openai/default": "one", "groq/default": "two" });
    assert.match((await secrets(open()))["openai/default"] ?? "", /LATCHKEY_PASSPHRASE/);
  });

  it("puts a damaged key file aside rather than over it", async () => {
    await open().put(key("openai", "one"), "vault");
    writeFileSync(folder.file("vault.key"), "oops");
    await open().put(key("groq", "two"), "vault");
    assert.equal(readFileSync(folder.file("vault.key.damaged"), "utf8"), "oops");
    assert.match((await secrets(open()))["openai/default"] ?? "", /damaged/);
    assert.equal((await secrets(open()))["groq/default"], "two");
  });

  it("keeps a key in the system keychain with its origins beside it", async () => {
    const keychain = memoryKeychain("present");
    const vault = open(undefined, keychain);
    await vault.put(key("openai", "one"), "keychain");
    writeFileSync(folder.file("vault.jsonl"), text().replace("https://openai.example", "https://evil.example"));
    const { keys } = await vault.read();
    assert.deepEqual(keys[0]?.origins, ["https://openai.example"]);
    assert.equal(keys[0]?.source, "keychain");
    assert.equal(await vault.remove("openai"), 1);
    assert.deepEqual([...keychain.entries.keys()], []);
  });

  it("says what is missing when a key should go to a keychain that is not there", async () => {
    await assert.rejects(
      open().put(key("openai", "one"), "keychain"),
      (error) => isFailure(error) && error.kind === "invalidParams" && /keychain/.test(error.message),
    );
  });

  it("loses none of many writes at once", async () => {
    const vaults = [open("horse"), open("horse"), open("horse")];
    await Promise.all(Array.from({ length: 30 }, (_, index) => vaults[index % 3]?.put(key(`p${index}`, `s${index}`), "vault")));
    const all = await secrets(open("horse"));
    assert.equal(Object.keys(all).length, 30);
    for (let index = 0; index < 30; index += 1) assert.equal(all[`p${index}/default`], `s${index}`);
  });

  it("refuses a file that asks for absurd work", async () => {
    await open("horse").put(key("openai", "one"), "vault");
    writeFileSync(folder.file("vault.jsonl"), text().replace('"logN":8', '"logN":40'));
    assert.deepEqual(await open("horse").read(), { keys: [], unreadableLines: 1 });
  });
});
