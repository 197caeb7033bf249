// A conversation as data: what the reader sees beside what the models are sent; the sidecar keeps it.
import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { Message } from "../shared/chat.ts";
import { Turn } from "../shared/panel.ts";

/** An answer that produced nothing has no message: sending it back would confuse the next model. What only models read has no turn. */
const Entry = z.object({ turn: z.optional(Turn), message: z.optional(Message) });
export type Entry = z.infer<typeof Entry>;

export const Transcript = z.object({
  id: z.string(),
  title: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  workspace: z.optional(z.string()),
  entries: z.array(Entry),
});
export type Transcript = z.infer<typeof Transcript>;

export function emptyTranscript(now: Date, workspace?: string): Transcript {
  const at = now.toISOString();
  return { id: randomUUID(), title: "", createdAt: at, updatedAt: at, ...(workspace ? { workspace } : {}), entries: [] };
}

/** What the next request carries: the entries before `end`, in order. */
export function messagesOf(transcript: Transcript, end = transcript.entries.length): Message[] {
  return transcript.entries.slice(0, end).flatMap(({ message }) => (message ? [message] : []));
}

/** The same talk up to and including one turn, as a conversation of its own. */
export function forkedAt(transcript: Transcript, turnId: string, now: Date): Transcript {
  const end = transcript.entries.findIndex(({ turn }) => turn?.id === turnId) + 1;
  const at = now.toISOString();
  return { ...transcript, id: randomUUID(), createdAt: at, updatedAt: at, entries: structuredClone(transcript.entries.slice(0, end)) };
}
