// The transcripts behind `previous_response_id`: in this process's memory, bounded, and kept only for those who let them be stored.
import type { Message } from "../../../../shared/chat.ts";

export interface Threads {
  /** The messages up to and with that response; null when it is not known (any more). */
  find(responseId: string): readonly Message[] | null;
  keep(responseId: string, messages: readonly Message[]): void;
}

const MOST_KEPT = 200;
/** Pictures stand in transcripts as base64; each later transcript counts the earlier messages that it shares again. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

export function createThreads(): Threads {
  const kept = new Map<string, { readonly messages: readonly Message[]; readonly characters: number }>();
  let characters = 0;
  return {
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
