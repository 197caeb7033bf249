// The tokens by which clients of the HTTP door are known: random, shown once, kept as hashes, revocable at any moment.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import * as z from "zod/mini";
import { Failure } from "../../../shared/failure.ts";
import type { Edge } from "../../edge.ts";
import { readText, updateFile } from "../../state/file.ts";
import { stateFolder } from "../../state/folder.ts";

const TokenRow = z.strictObject({ id: z.string(), name: z.string(), hash: z.string(), createdAt: z.string() });
export type TokenRow = z.infer<typeof TokenRow>;
const TokenFile = z.strictObject({ version: z.literal(1), tokens: z.array(TokenRow) });

export interface TokenStore {
  /** The token itself is in this answer and nowhere else. */
  create(name: string): Promise<{ row: TokenRow; token: string }>;
  list(): Promise<readonly TokenRow[]>;
  /** By name or id; what was taken away, empty when there was none. */
  revoke(nameOrId: string): Promise<readonly TokenRow[]>;
  /** Reads the file again whenever it changed, so that a revoked token is refused at once. */
  find(token: string): Promise<TokenRow | null>;
  /** Whether the token of this id was not revoked meanwhile. */
  has(id: string): Promise<boolean>;
}

/** Says what it is when it turns up in a log or a repository. */
const PREFIX = "lk-";

export function tokenFileOf(edge: Edge): string {
  return join(stateFolder({ environment: edge.environment, platform: platform(), home: homedir() }), "tokens.json");
}

export function openTokens(path: string, now: () => Date): TokenStore {
  const list = async () => parse(await readText(path), path);
  let seen = { stamp: "", byHash: new Map<string, TokenRow>() };
  const known = async () => {
    const stamp = stampOf(path);
    if (stamp !== seen.stamp) seen = { stamp, byHash: new Map((await list()).map((row) => [row.hash, row])) };
    return seen.byHash;
  };
  return {
    list,
    create: (name) => create(path, name, now),
    revoke: (nameOrId) => revoke(path, nameOrId),
    find: async (token) => (await known()).get(hashOf(token)) ?? null,
    has: async (id) => [...(await known()).values()].some((row) => row.id === id),
  };
}

async function create(path: string, name: string, now: () => Date): Promise<{ row: TokenRow; token: string }> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/.test(name)) {
    throw new Failure("invalidParams", `"${name}" is no name for a token. Use letters, digits, dots, dashes, at most 41.`);
  }
  const token = PREFIX + randomBytes(32).toString("base64url");
  const row = { id: randomUUID().slice(0, 8), name, hash: hashOf(token), createdAt: now().toISOString() };
  await updateFile(path, (current) => {
    const tokens = parse(current, path);
    if (tokens.some((one) => one.name === name)) {
      throw new Failure("invalidParams", `There is a token named "${name}" already. Revoke it first or choose another name.`);
    }
    return written([...tokens, row]);
  });
  return { row, token };
}

async function revoke(path: string, nameOrId: string): Promise<readonly TokenRow[]> {
  let gone: readonly TokenRow[] = [];
  await updateFile(path, (current) => {
    const tokens = parse(current, path);
    gone = tokens.filter((row) => row.name === nameOrId || row.id === nameOrId);
    return gone.length === 0 ? undefined : written(tokens.filter((row) => !gone.includes(row)));
  });
  return gone;
}

function parse(text: string | null, path: string): TokenRow[] {
  if (text === null) return [];
  try {
    return z.parse(TokenFile, JSON.parse(text)).tokens;
  } catch (error) {
    throw new Failure("internal", `${path} cannot be read as a list of tokens. Delete it to begin anew.`, {}, { cause: error });
  }
}

function written(tokens: readonly TokenRow[]): string {
  return `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`;
}

/** 256 random bits need no slow hash: there is nothing to guess. */
function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Synchronous on purpose: microseconds, where a turn of the thread pool costs more than all the rest of a request's way in. */
function stampOf(path: string): string {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file ? `${file.ino} ${file.mtimeNs} ${file.size}` : "none";
}
