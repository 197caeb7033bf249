// What a door may ask of the kept conversations: list, read, save, fork, delete, export; each answer is the store's.
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { ConversationHead, ConversationSave } from "../../shared/conversation.ts";
import type { ParamsOf, ResultOf } from "../../shared/protocol.ts";
import { asJson, asMarkdown } from "./export.ts";
import { unknown } from "./keep.ts";
import { type Change, type ConversationStore, fork } from "./store.ts";

export interface Conversations {
  list(params: ParamsOf<"conversation/list">): Promise<ResultOf<"conversation/list">>;
  get(id: string): Promise<ResultOf<"conversation/get">>;
  save(params: ConversationSave, client: string): Promise<ResultOf<"conversation/save">>;
  fork(params: ParamsOf<"conversation/fork">): Promise<ResultOf<"conversation/fork">>;
  delete(id: string): Promise<ResultOf<"conversation/delete">>;
  export(params: ParamsOf<"conversation/export">): Promise<ResultOf<"conversation/export">>;
}

export function createConversations(store: ConversationStore, mayKeep: () => boolean): Conversations {
  const read = async (id: string) => {
    const found = await store.read(id);
    if (!found) throw unknown(id);
    return found;
  };
  return {
    async list({ workspace, text, limit }) {
      const wanted = text?.toLocaleLowerCase();
      const place = placeOf(workspace);
      const fits = (head: ConversationHead) =>
        (place === undefined || placeOf(head.workspace) === place) &&
        (wanted === undefined || head.title.toLocaleLowerCase().includes(wanted) || head.id.startsWith(wanted));
      return { conversations: (await store.list()).filter(fits).slice(0, limit) };
    },
    get: read,
    save: async (params, client) => ({ conversation: mayKeep() ? await save(store, params, client) : null }),
    async fork({ id, entries, title }) {
      const conversation = await fork(store, id, { entries, title });
      if (!conversation) throw unknown(id);
      return { conversation };
    },
    delete: async (id) => ({ deleted: await store.delete(id) }),
    async export({ id, format }) {
      const { conversation, entries } = await read(id);
      const content = format === "json" ? asJson(conversation, entries) : asMarkdown(conversation, entries);
      const name = `${conversation.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "conversation"}.${format === "json" ? "json" : "md"}`;
      return { format, content, name };
    },
  };
}

/** Editors name a folder by its address, shells by its path: both mean the same place. */
function placeOf(workspace: string | undefined): string | undefined {
  if (!workspace?.startsWith("file:")) return workspace;
  try {
    return fileURLToPath(workspace);
  } catch {
    return workspace;
  }
}

/** Two clients that went on with one conversation get one each: nothing of either is lost. */
async function save(store: ConversationStore, params: ConversationSave, client: string): Promise<ConversationHead> {
  const { id, from, revision, entries = [], title, createdAt, updatedAt, workspace, choice } = params;
  const about = { title, createdAt, updatedAt, workspace, choice, client };
  const rest: Change = { from, add: entries, about };
  const moved = Symbol("moved on");
  try {
    return await store.update(id, ({ stored }) => {
      if (revision !== undefined && (stored?.head.revision ?? 0) !== revision) throw moved;
      return rest;
    });
  } catch (error) {
    if (error !== moved) throw error;
  }
  const before = from === undefined ? [] : ((await store.read(id))?.entries.slice(0, from) ?? []);
  return store.update(randomUUID(), () => ({ add: [...before, ...entries], about: { ...about, forkedFrom: id } }));
}
