// A running hash over messages: two conversations with the same hash after the same number began alike; pure.
import { createHash } from "node:crypto";
import type { ConversationEntry } from "../../shared/conversation.ts";
import { Message } from "../../shared/chat.ts";

export const NO_MESSAGES = "";

export function digestOf(messages: readonly Message[], before = NO_MESSAGES): string {
  return messages.reduce((digest, message) => createHash("sha256").update(digest).update(JSON.stringify(message)).digest("hex"), before);
}

export function messagesOf(entries: readonly ConversationEntry[]): Message[] {
  return entries.flatMap(({ message }) => (message ? [message] : []));
}

/** The same message in the one form that is kept and compared, whoever wrote it. */
export function normal(message: Message): Message {
  return Message.parse(message);
}

/** Of these entries, how many hold the first of `messages` unchanged, entries without a message between them included. */
export function commonEntries(entries: readonly ConversationEntry[], messages: readonly Message[]): number {
  let next = 0;
  for (const [at, { message }] of entries.entries()) {
    if (message === undefined) continue;
    if (next >= messages.length || JSON.stringify(message) !== JSON.stringify(messages[next])) return at;
    next += 1;
  }
  return entries.length;
}
