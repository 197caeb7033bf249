// The doctor says which source won and why, and what the machine has; it never shows a key.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { examineKeys, KEY_ORDER, linesOfReport } from "../../../server/keys/doctor.ts";
import { createKeyRing } from "../../../server/keys/key-ring.ts";
import { openVault } from "../../../server/keys/vault.ts";
import { readSettings } from "../../../shared/settings.ts";
import { memoryKeychain } from "../../support/keychain.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("the doctor", () => {
  const folder = temporaryFolder();

  async function report(state: "present" | "absent" = "absent") {
    const keychain = memoryKeychain(state);
    const vault = openVault({ folder: folder.path, passphrase: () => undefined, keychain, scryptLogN: 8, now: () => new Date() });
    const { settings } = readSettings({});
    const ring = createKeyRing({
      providers: [{ id: "openai", environment: ["OPENAI_API_KEY"], origins: ["https://api.openai.com"] }],
      environment: { OPENAI_API_KEY: "sk-proj-canary-environment-0001" },
      vault,
      settings: () => settings,
      log: { warn: () => undefined },
    });
    return { ring, vault, examine: () => examineKeys({ ring, vault, keychain, providers: ["openai", "groq"] }) };
  }

  it("names the winner, the order, and why the others are not used", async () => {
    const { ring, examine } = await report();
    await ring.set("openai", "sk-proj-canary-vault-0002-abcdef", { persist: "vault" });
    const found = await examine();
    assert.equal(found.order, KEY_ORDER);
    assert.deepEqual(
      found.providers[0]?.keys.map(({ source, used, because }) => ({ source, used, because })),
      [
        { source: "environment", used: true, because: "the first usable source in the order" },
        { source: "vault", used: false, because: "comes after the environment" },
      ],
    );
    assert.ok(!JSON.stringify(found).includes("canary"));
    assert.ok(!linesOfReport(found).join("\n").includes("canary"));
    assert.match(
      linesOfReport(found).join("\n"),
      /\* environment \(OPENAI_API_KEY\) …0001 for https:\/\/api\.openai\.com: the first usable/,
    );
  });

  it("says whether the machine has a keychain", async () => {
    assert.equal((await (await report("present")).examine()).keychain.available, true);
    const without = await (await report("absent")).examine();
    assert.equal(without.keychain.available, false);
    assert.match(without.keychain.reason, /keychain/);
  });

  it("says how the vault is sealed and what is wrong with it", async () => {
    const { ring, vault, examine } = await report();
    assert.deepEqual((await examine()).vault.exists, false);
    await ring.set("openai", "sk-proj-canary-vault-0002-abcdef", { persist: "vault" });
    chmodSync(vault.path, 0o644);
    const { sealedBy, keys, problems } = (await examine()).vault;
    assert.deepEqual({ sealedBy, keys }, { sealedBy: ["file"], keys: 1 });
    assert.match(problems.join("; "), /chmod 600.*LATCHKEY_PASSPHRASE/);
  });
});
