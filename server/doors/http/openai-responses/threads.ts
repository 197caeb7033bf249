// The transcripts behind `previous_response_id`: in this process's memory, bounded, and kept only for those who let them be stored.
import type { Message } from "../../../../shared/chat.ts";

export interface Threads {
  /** The messages up to and with that response; null when it is not known (any more). */
  find(responseId: string): readonly Message[] | null;
  keep(responseId: string, messages: readonly Message[]): void;
}

const MOST_KEPT = 200;

export function createThreads(): Threads {
  const kept = new Map<string, readonly Message[]>();
  return {
    find: (responseId) => kept.get(responseId) ?? null,
    keep(responseId, messages) {
      kept.set(responseId, messages);
      const oldest = kept.keys().next().value;
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    },
  };
}
