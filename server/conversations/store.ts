// The conversations of this machine, a file each, for every process at once; what a change acknowledged is on the disk, whole.
import { createHash, randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ConversationEntry, ConversationHead } from "../../shared/conversation.ts";
import { readText, replaceFile } from "../state/file.ts";
import { makePrivateFolder } from "../state/folder.ts";
import { withLock } from "../state/lock.ts";
import { digestOf, messagesOf, NO_MESSAGES, normal } from "./digest.ts";
import { append, readEntries, readHead, type StoredHead, writeWhole } from "./file.ts";

/** What a change makes of a conversation: entries from `from` on are replaced by `add`; absent, they are added to the end. */
export interface Change {
  readonly from?: number | undefined;
  readonly add: readonly ConversationEntry[];
  readonly about?: Partial<Pick<ConversationHead, "title" | "createdAt" | "updatedAt" | "workspace" | "client" | "choice" | "forkedFrom">>;
}

export interface Current {
  readonly stored: StoredHead | null;
  entries(): Promise<ConversationEntry[]>;
}

export interface ConversationStore {
  head(id: string): Promise<ConversationHead | null>;
  read(id: string): Promise<{ conversation: ConversationHead; entries: ConversationEntry[] } | null>;
  /** Newest first. */
  list(): Promise<ConversationHead[]>;
  /** Decides on what is there now, while nobody else may change it; resolves once that is on the disk. */
  update(id: string, decide: (current: Current) => Change | Promise<Change>): Promise<ConversationHead>;
  delete(id: string): Promise<boolean>;
  /** What was made of a conversation and goes with it, as text; null when nothing was. */
  note(id: string): Promise<string | null>;
  setNote(id: string, text: string): Promise<void>;
}

export interface StoreParts {
  readonly folder: string;
  readonly now: () => Date;
  readonly warn: (message: string) => void;
  /** Brings in what was kept elsewhere before; asked once, before anything else. */
  readonly takeOver?: (keep: (id: string, change: Change) => Promise<void>) => Promise<void>;
}

const ENDING = ".jsonl";

export function openConversationStore(parts: StoreParts): ConversationStore {
  const store = openFolder(parts);
  const { takeOver } = parts;
  if (!takeOver) return store;
  let taken: Promise<void> | undefined;
  const first = () => (taken ??= takeOver((id, change) => keepNew(store, id, change)).catch((error: unknown) => parts.warn(String(error))));
  return {
    head: (id) => first().then(() => store.head(id)),
    read: (id) => first().then(() => store.read(id)),
    list: () => first().then(() => store.list()),
    update: (id, decide) => first().then(() => store.update(id, decide)),
    delete: (id) => first().then(() => store.delete(id)),
    note: store.note,
    setNote: store.setNote,
  };
}

async function keepNew(store: ConversationStore, id: string, change: Change): Promise<void> {
  if ((await store.head(id)) === null) await store.update(id, ({ stored }) => (stored ? { add: [] } : change));
}

function openFolder({ folder, now, warn }: StoreParts): ConversationStore {
  const pathOf = (id: string) => join(folder, `${nameOf(id)}${ENDING}`);
  const notePathOf = (id: string) => join(folder, `${nameOf(id)}.note.json`);
  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other here, so that only other processes are waited for at the lock. */
  const alone = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(async () => {
      await makePrivateFolder(folder);
      return withLock(folder, work);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  const head = async (id: string) => (await readHead(pathOf(id)))?.stored.head ?? null;
  return {
    head,
    async read(id) {
      const conversation = await head(id);
      return conversation && { conversation, entries: await readEntries(pathOf(id), warn) };
    },
    async list() {
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ENDING) && !name.startsWith("."));
      const heads: ConversationHead[] = [];
      for (const name of names) {
        const found = await readHead(join(folder, name)).catch(
          (error: unknown) => void warn(`${name} could not be read: ${String(error)}`),
        );
        if (found) heads.push(found.stored.head);
      }
      return heads.sort((left, right) => right.updatedAt.localeCompare(left.updatedAt));
    },
    update: (id, decide) =>
      alone(async () => {
        const path = pathOf(id);
        const found = await readHead(path);
        const entries = () => (found ? readEntries(path, warn) : Promise.resolve([]));
        const change = await decide({ stored: found?.stored ?? null, entries });
        return apply({ path, id, found, entries, at: now().toISOString() }, change);
      }),
    delete: (id) =>
      alone(async () => {
        const isThere = (await head(id)) !== null;
        await Promise.all([pathOf(id), notePathOf(id)].map((path) => rm(path, { force: true })));
        return isThere;
      }),
    note: (id) => readText(notePathOf(id)),
    setNote: (id, text) => alone(() => replaceFile(notePathOf(id), text)),
  };
}

interface Place {
  readonly path: string;
  readonly id: string;
  readonly found: { readonly stored: StoredHead; readonly endBytes: number } | null;
  readonly entries: () => Promise<ConversationEntry[]>;
  readonly at: string;
}

async function apply({ path, id, found, entries, at }: Place, { from, add, about = {} }: Change): Promise<ConversationHead> {
  const before = found?.stored;
  const isCut = before !== undefined && from !== undefined && from < before.head.entries;
  const kept = isCut ? (await entries()).slice(0, from) : null;
  const added = add.map((entry) => (entry.message ? { ...entry, message: normal(entry.message) } : entry));
  const base = kept ? messagesOf(kept) : null;
  const more = messagesOf(added);
  const head: ConversationHead = {
    ...(before?.head ?? { id, title: "", createdAt: at }),
    ...defined(about),
    ...answeredBy(added),
    updatedAt: about.updatedAt ?? at,
    entries: (kept?.length ?? before?.head.entries ?? 0) + added.length,
    costNanoUsd: costWith(before?.head.costNanoUsd ?? (before ? null : 0), added),
    revision: (before?.head.revision ?? 0) + 1,
  };
  const digest = digestOf(more, base ? digestOf(base) : (before?.digest ?? NO_MESSAGES));
  const stored = { head, messages: (base?.length ?? before?.messages ?? 0) + more.length, digest };
  if (found === null || kept) await writeWhole(path, [...(kept ?? []), ...added], stored);
  else await append(path, found.endBytes, added, stored);
  return head;
}

function defined<Given extends object>(given: Given): Given {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Given;
}

function answeredBy(entries: readonly ConversationEntry[]): { model?: string } {
  const model = entries.findLast(({ answer }) => answer?.model !== undefined)?.answer?.model;
  return model === undefined ? {} : { model };
}

/** Null stays null: a sum with an unknown part is no sum. */
function costWith(before: number | null, entries: readonly ConversationEntry[]): number | null {
  return entries.reduce((sum: number | null, { answer }) => {
    if (sum === null || answer?.cost === undefined) return sum;
    return answer.cost.nanoUsd === null ? null : sum + answer.cost.nanoUsd;
  }, before);
}

/** Ids come from clients: one that is no plain name becomes a hash, so that no id is a path and none meets another. */
function nameOf(id: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)) return id;
  return `_${createHash("sha256").update(id).digest("hex").slice(0, 40)}`;
}

/** A copy of its first entries under a name of its own. */
export async function fork(
  store: ConversationStore,
  id: string,
  given: { readonly entries?: number | undefined; readonly title?: string | undefined },
): Promise<ConversationHead | null> {
  const found = await store.read(id);
  if (!found) return null;
  const { title, workspace, client, choice, model } = found.conversation;
  // What the copied answers cost was paid in the other conversation.
  const copied = found.entries.slice(0, given.entries).map(({ answer, ...entry }) => ({
    ...entry,
    ...(answer ? { answer: { ...answer, cost: undefined } } : {}),
  }));
  const about = { title: given.title ?? title, workspace, client, choice, forkedFrom: id, ...(model ? { model } : {}) };
  return store.update(randomUUID(), () => ({ add: copied, about }));
}
