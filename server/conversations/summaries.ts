// Summaries of too long conversations, remembered beside the kept ones; of what is not kept only this process remembers them.
import * as z from "zod/mini";
import type { ChatDraft } from "../../shared/protocol.ts";
import type { SummaryMemory } from "../chat/summarised.ts";
import type { Summary } from "../chat/summary-plan.ts";
import type { ConversationStore } from "./store.ts";

const Stored = z.strictObject({
  version: z.literal(1),
  summaries: z.array(z.strictObject({ covers: z.int(), digest: z.string(), text: z.string(), model: z.string() })),
});

/** The newest are enough: each begins where the one before ended. */
const MOST_OF_ONE = 4;
const MOST_IN_MEMORY = 64;

export interface SummaryMemoryParts {
  readonly store: ConversationStore;
  readonly mayKeep: () => boolean;
  readonly warn: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

export function createSummaryMemory({ store, mayKeep, warn }: SummaryMemoryParts): SummaryMemory {
  const recent: Summary[] = [];
  const stored = async (id: string): Promise<Summary[]> => {
    try {
      const text = await store.note(id);
      return text === null ? [] : Stored.parse(JSON.parse(text)).summaries;
    } catch (error) {
      warn("the summaries of a conversation could not be read; they are made anew", { conversationId: id, error });
      return [];
    }
  };
  const isKept = async ({ conversationId, conversation }: ChatDraft) =>
    conversationId !== undefined && mayKeep() && (conversation?.keep !== false || (await store.head(conversationId)) !== null);
  return {
    /** Those that cover most first. */
    async recall(draft) {
      const found = draft.conversationId === undefined ? [] : await stored(draft.conversationId);
      return [...found, ...recent].sort((left, right) => right.covers - left.covers);
    },
    async keep(draft, summary) {
      recent.unshift(summary);
      recent.length = Math.min(recent.length, MOST_IN_MEMORY);
      const id = draft.conversationId;
      if (id === undefined || !(await isKept(draft))) return;
      try {
        const summaries = [summary, ...(await stored(id))].slice(0, MOST_OF_ONE);
        await store.setNote(id, JSON.stringify({ version: 1, summaries }));
      } catch (error) {
        warn("a summary could not be kept", { conversationId: id, error });
      }
    },
  };
}
