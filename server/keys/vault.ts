// Keys that outlive the process: an encrypted file shared by every Latchkey on this machine; never writes over what it cannot read.
import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../shared/failure.ts";
import { readText, updateFile } from "../state/file.ts";
import { Secret } from "./secret.ts";
import { seal, unseal } from "./seal.ts";
import { createVaultKeys, type VaultKeyParts, type VaultKeys } from "./vault-key.ts";
import { boundText, contentOf, lineOf, linesOf, type RawLine, type SealedBy, type VaultLine } from "./vault-line.ts";

export interface StoredKey {
  readonly provider: string;
  readonly name: string;
  readonly origins: readonly string[];
  readonly source: "vault" | "keychain";
  /** What seals the line; absent for a key that the system's keychain itself holds. */
  readonly sealedBy?: Protection;
  /** Null when it cannot be opened now; `locked` then says why. */
  readonly secret: Secret | null;
  readonly locked?: string;
}

export interface VaultContents {
  readonly keys: readonly StoredKey[];
  /** Lines that say nothing we understand; kept as they are. */
  readonly unreadableLines: number;
}

export interface NewKey {
  readonly provider: string;
  readonly name: string;
  readonly origins: readonly string[];
  readonly secret: Secret;
}

export type Protection = SealedBy["from"];

export interface Vault {
  readonly path: string;
  /** Changes with every change of the file; null when there is none. */
  stamp(): Promise<string | null>;
  read(): Promise<VaultContents>;
  /** Durable when it settles. */
  put(key: NewKey, where: "vault" | "keychain"): Promise<Protection>;
  /** Removes one key, or all of a provider; says how many there were. */
  remove(provider: string, name?: string): Promise<number>;
}

/** More than ten thousand keys; a larger file is not ours. */
const LARGEST_FILE_BYTES = 8 * 2 ** 20;

export function openVault(parts: VaultKeyParts & { readonly now: () => Date }): Vault {
  const path = join(parts.folder, "vault.jsonl");
  const keys = createVaultKeys(parts);
  const { keychain, now } = parts;
  return {
    path,
    stamp: onceATurn(() => stampOf(path)),
    async read() {
      const lines = linesOf(await contentAt(path));
      const read = lines.flatMap((line) => (line.read ? [line.read] : []));
      const stored = await Promise.all(read.map((line) => (line.in === "vault" ? openLine(line, keys) : readKeychain(line, parts))));
      return { keys: stored, unreadableLines: lines.length - read.length };
    },
    async put(key, where) {
      // Set in the callback, which the compiler does not follow.
      let protection = "keychain" as Protection;
      // Before the lock: a keychain may ask the user something, and others should not wait for that.
      if (where === "keychain") await putInKeychain(key, parts);
      await updateFile(path, async (content) => {
        const lines = linesOf(content).filter(({ read }) => !read || !isNamed(read, key.provider, key.name));
        const head = { v: 1 as const, provider: key.provider, name: key.name, origins: [...key.origins], setAt: now().toISOString() };
        if (where === "keychain") return contentOf([...lines, lineOf({ ...head, in: "keychain" })]);
        const added = await addSealed(head, key.secret, lines, keys);
        protection = added.protection;
        return contentOf(added.lines);
      });
      if (protection !== "file") await dropUnusedKeyFile(path, keys);
      return protection;
    },
    async remove(provider, name) {
      let removed: VaultLine[] = [];
      if ((await stampOf(path)) === null) return 0;
      await updateFile(path, async (content) => {
        const lines = linesOf(content);
        removed = lines.flatMap(({ read }) => (read && isNamed(read, provider, name) ? [read] : []));
        for (const line of removed) if (line.in === "keychain") await keychain?.delete(accountOf(line));
        return removed.length === 0 ? undefined : contentOf(lines.filter(({ read }) => !read || !removed.includes(read)));
      });
      return removed.length;
    },
  };
}

/** Seals the new key, and again what so far was only guarded by the key file when something better is at hand. */
async function addSealed(
  head: Pick<VaultLine, "v" | "provider" | "name" | "origins" | "setAt">,
  secret: Secret,
  lines: readonly RawLine[],
  keys: VaultKeys,
): Promise<{ lines: RawLine[]; protection: Protection }> {
  const sealedLines = lines.flatMap(({ read }) => (read?.in === "vault" ? [read] : []));
  const { by, key } = await keys.sealing(sealedLines.map((line) => line.key));
  const alike = sealedLines.filter((line) => line.key.from === by.from);
  const opens = (line: (typeof alike)[number]) => unseal(key, line, boundText(line)) !== null;
  if (by.from === "passphrase" && alike.length > 0 && !alike.some(opens)) {
    throw new Failure("invalidParams", "persist: the vault is locked by another passphrase than LATCHKEY_PASSPHRASE");
  }
  const kept = await Promise.all(lines.map((line) => (by.from === "file" ? line : resealed(line, by, key, keys))));
  const sealed = seal(key, secret.reveal(), boundText(head));
  if (unseal(key, sealed, boundText(head)) !== secret.reveal()) throw new Error("the sealed key does not open again; nothing was written");
  return { lines: [...kept, lineOf({ ...head, in: "vault", key: by, ...sealed })], protection: by.from };
}

async function resealed(line: RawLine, by: SealedBy, key: Buffer, keys: VaultKeys): Promise<RawLine> {
  const { read } = line;
  if (read?.in !== "vault" || read.key.from !== "file") return line;
  const opened = await openLine(read, keys);
  return opened.secret ? lineOf({ ...read, key: by, ...seal(key, opened.secret.reveal(), boundText(read)) }) : line;
}

async function openLine(line: VaultLine & { in: "vault" }, keys: VaultKeys): Promise<StoredKey> {
  const head = { provider: line.provider, name: line.name, origins: line.origins, source: "vault" as const, sealedBy: line.key.from };
  const key = await keys.opening(line.key);
  if (typeof key === "string") return { ...head, secret: null, locked: key };
  const plain = unseal(key, line, boundText(line));
  if (plain !== null) return { ...head, secret: new Secret(plain) };
  const reason = line.key.from === "passphrase" ? "LATCHKEY_PASSPHRASE does not open it, or it was changed" : "it was damaged or changed";
  return { ...head, secret: null, locked: reason };
}

async function readKeychain(line: VaultLine, { keychain }: VaultKeyParts): Promise<StoredKey> {
  const head = { provider: line.provider, name: line.name, origins: line.origins, source: "keychain" as const };
  const unavailable = keychain ? await keychain.unavailable() : "no keychain is used here";
  if (unavailable !== null) return { ...head, secret: null, locked: unavailable };
  const kept = await keychain?.get(accountOf(line)).catch(() => null);
  const bound = kept && boundValue(kept);
  if (!bound) return { ...head, secret: null, locked: "the system keychain no longer has it" };
  // The origins beside the secret count: the file's line is only a reminder that anyone with the file could change.
  return { ...head, origins: bound.origins, secret: new Secret(bound.secret) };
}

async function putInKeychain(key: NewKey, { keychain }: VaultKeyParts): Promise<void> {
  const unavailable = keychain ? await keychain.unavailable() : "no keychain is used here";
  if (!keychain || unavailable !== null) throw new Failure("invalidParams", `persist: ${unavailable}`);
  await keychain.set(accountOf(key), JSON.stringify({ secret: key.secret.reveal(), origins: key.origins }));
}

function boundValue(kept: Secret): { secret: string; origins: string[] } | null {
  try {
    const { secret, origins } = JSON.parse(kept.reveal());
    return typeof secret === "string" && Array.isArray(origins) ? { secret, origins: origins.map(String) } : null;
  } catch {
    return null;
  }
}

function accountOf({ provider, name }: { provider: string; name: string }): string {
  return `${provider}/${name}`;
}

function isNamed(line: VaultLine, provider: string, name?: string): boolean {
  return line.provider === provider && (name === undefined || line.name === name);
}

/** Under the lock, so that nobody seals with the key file while it goes; a line that cannot be read may still need it. */
function dropUnusedKeyFile(path: string, keys: VaultKeys): Promise<void> {
  return updateFile(path, async (content) => {
    const needed = linesOf(content).some(({ read }) => read === null || (read.in === "vault" && read.key.from === "file"));
    if (!needed) await keys.dropKeyFile();
    return undefined;
  });
}

async function contentAt(path: string): Promise<string | null> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LARGEST_FILE_BYTES) throw new Error(`${path} is too large to be a vault (${size} bytes)`);
  return readText(path);
}

/** What a hundred chats ask in one turn of the event loop has one answer. */
function onceATurn<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => {
    if (answer === undefined) {
      answer = ask();
      setImmediate(() => {
        answer = undefined;
      });
    }
    return answer;
  };
}

async function stampOf(path: string): Promise<string | null> {
  try {
    // Asked before every chat: the answer is in the kernel's cache, and a turn over the thread pool costs twenty times as much.
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found ? `${found.ino}-${found.size}-${found.mtimeNs}` : null;
  } catch {
    return null;
  }
}
