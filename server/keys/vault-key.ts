// What opens and seals the vault: the passphrase, else a random key in the system's keychain, else one in a file beside it; no entries.
import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../shared/failure.ts";
import { replaceFile } from "../state/file.ts";
import type { Secret } from "./secret.ts";
import { keyFromPassphrase, newDataKey, newScryptSettings } from "./seal.ts";
import type { Keychain } from "./sources/keychain.ts";
import type { SealedBy } from "./vault-line.ts";

/** The account under which the keychain holds the vault's key. */
const VAULT_KEY = "vault-key";
const KEY_FILE = "vault.key";

export interface VaultKeys {
  /** The key that opens what was sealed so, or why there is none, as a sentence. */
  opening(by: SealedBy): Promise<Buffer | string>;
  /** What to seal with now. Call it under the vault's lock: it may make a new key. */
  sealing(present: readonly SealedBy[]): Promise<{ by: SealedBy; key: Buffer }>;
  dropKeyFile(): Promise<void>;
}

export interface VaultKeyParts {
  readonly folder: string;
  readonly passphrase: () => Secret | undefined;
  readonly keychain: Keychain | null;
  /** log2 of scrypt's N for new vaults; smaller only in tests. */
  readonly scryptLogN?: number | undefined;
}

export function createVaultKeys({ folder, passphrase, keychain, scryptLogN }: VaultKeyParts): VaultKeys {
  const keyFile = join(folder, KEY_FILE);
  const derived = new Map<string, Promise<Buffer>>();
  const derive = (secret: Secret, by: SealedBy & { from: "passphrase" }) => {
    const id = JSON.stringify([by.salt, by.logN, by.r, by.p, secret.reveal()]);
    const key = derived.get(id) ?? keyFromPassphrase(secret.reveal(), by);
    derived.set(id, key);
    return key;
  };
  const opening = async (by: SealedBy): Promise<Buffer | string> => {
    switch (by.from) {
      case "passphrase": {
        const secret = passphrase();
        return secret ? derive(secret, by) : "it is locked by a passphrase: set LATCHKEY_PASSPHRASE";
      }
      case "keychain":
        return (await fromKeychain(keychain)) ?? "the system keychain that holds the vault's key does not answer or no longer has it";
      case "file":
        return (await fromFile(keyFile)) ?? `the vault's key file ${keyFile} is missing or damaged`;
    }
  };
  const sealing = async (present: readonly SealedBy[]) => {
    const locked = present.find((by) => by.from === "passphrase");
    const secret = passphrase();
    if (secret) {
      const by = locked ?? { from: "passphrase" as const, ...newScryptSettings(scryptLogN) };
      return { by, key: await derive(secret, by) };
    }
    if (locked)
      throw new Failure("invalidParams", "persist: the vault is locked by a passphrase; start Latchkey with LATCHKEY_PASSPHRASE set");
    if (keychain && (await keychain.unavailable()) === null) {
      return { by: { from: "keychain" as const }, key: (await fromKeychain(keychain)) ?? (await makeInKeychain(keychain)) };
    }
    return { by: { from: "file" as const }, key: (await fromFile(keyFile)) ?? (await makeFile(keyFile, present)) };
  };
  return { opening, sealing, dropKeyFile: () => unlink(keyFile).catch(() => undefined) };
}

async function fromKeychain(keychain: Keychain | null): Promise<Buffer | null> {
  const kept = await keychain?.get(VAULT_KEY).catch(() => null);
  return kept ? dataKey(kept.reveal()) : null;
}

async function makeInKeychain(keychain: Keychain): Promise<Buffer> {
  const key = newDataKey();
  await keychain.set(VAULT_KEY, key.toString("base64"));
  const kept = await fromKeychain(keychain);
  if (!kept?.equals(key)) throw new Failure("invalidParams", "persist: the system keychain did not keep what it was given");
  return key;
}

async function fromFile(keyFile: string): Promise<Buffer | null> {
  return dataKey(await readFile(keyFile, "utf8").catch(() => ""));
}

/** A damaged key file is put aside rather than replaced: entries sealed with it may still be saved by hand. */
async function makeFile(keyFile: string, present: readonly SealedBy[]): Promise<Buffer> {
  const old = await readFile(keyFile, "utf8").catch(() => "");
  if (old !== "" && present.some((by) => by.from === "file")) await replaceFile(`${keyFile}.damaged`, old);
  const key = newDataKey();
  await replaceFile(keyFile, `${key.toString("base64")}\n`);
  return key;
}

function dataKey(text: string): Buffer | null {
  const bytes = Buffer.from(text.trim(), "base64");
  return bytes.length === 32 ? bytes : null;
}
