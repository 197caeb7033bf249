// The transcripts behind `previous_response_id`, and the items behind references: in this process's memory, bounded, and kept only for those who let them be stored.
import type { Message } from "../../../../shared/chat.ts";

export interface Threads {
  /** The messages up to and with that response; null when it is not known (any more). */
  find(responseId: string): readonly Message[] | null;
  keep(responseId: string, messages: readonly Message[]): void;
  /** An item that was answered lately, as it went out: clients send back its id alone. */
  item(id: string): AnsweredItem | null;
  keepItems(items: readonly AnsweredItem[]): void;
}

export type AnsweredItem = Record<string, unknown> & { readonly id: string };

const MOST_KEPT = 200;
const MOST_ITEMS = 500;
/** Pictures stand in transcripts as base64; each later transcript counts the earlier messages that it shares again. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

export function createThreads(): Threads {
  const kept = new Map<string, { readonly messages: readonly Message[]; readonly characters: number }>();
  const items = new Map<string, AnsweredItem>();
  let characters = 0;
  return {
    item: (id) => items.get(id) ?? null,
    keepItems(answered) {
      for (const item of answered) items.set(item.id, item);
      for (const [oldest] of items) {
        if (items.size <= MOST_ITEMS) break;
        items.delete(oldest);
      }
    },
    find: (responseId) => kept.get(responseId)?.messages ?? null,
    keep(responseId, messages) {
      const thread = { messages, characters: JSON.stringify(messages).length };
      kept.set(responseId, thread);
      characters += thread.characters;
      for (const [oldest, gone] of kept) {
        if (kept.size <= MOST_KEPT && characters <= MOST_CHARACTERS) break;
        kept.delete(oldest);
        characters -= gone.characters;
      }
    },
  };
}
