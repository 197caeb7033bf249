// Sessions of ACP clients on this machine: one file each, so that they can be listed, loaded and resumed; none when they are not to be kept.
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { Message } from "../../../shared/chat.ts";
import { readText, replaceFile } from "../../state/file.ts";

/** `costNanoUsd` is null once a part of it had no known price. */
const StoredSession = z.object({
  version: z.literal(1),
  id: z.string(),
  cwd: z.string(),
  title: z.string(),
  updatedAt: z.string(),
  model: z.string(),
  policy: z.string(),
  costNanoUsd: z.nullable(z.number()),
  messages: z.array(Message),
});
export type StoredSession = z.infer<typeof StoredSession>;

export interface SessionStore {
  save(session: StoredSession): Promise<void>;
  /** Null when there is none, or when it cannot be read. */
  load(id: string): Promise<StoredSession | null>;
  list(): Promise<readonly StoredSession[]>;
  delete(id: string): Promise<void>;
}

export function openSessionStore(folder: string, mayKeep: () => boolean): SessionStore {
  const pathOf = (id: string) => join(folder, `${id}.json`);
  const load = async (id: string) => (isId(id) ? parse(await readText(pathOf(id))) : null);
  return {
    async save(session) {
      if (!mayKeep()) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceFile(pathOf(session.id), JSON.stringify(session));
    },
    load,
    async list() {
      const names = await readdir(folder).catch(() => []);
      const ids = names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
      const found = await Promise.all(ids.map(load));
      return found.filter((session) => session !== null).sort((left, right) => right.updatedAt.localeCompare(left.updatedAt));
    },
    async delete(id) {
      if (isId(id)) await rm(pathOf(id), { force: true });
    },
  };
}

/** Ids come from clients and become file names. */
function isId(id: string): boolean {
  return /^[0-9a-f-]{36}$/.test(id);
}

function parse(text: string | null): StoredSession | null {
  if (text === null) return null;
  try {
    return z.parse(StoredSession, JSON.parse(text));
  } catch {
    return null;
  }
}
