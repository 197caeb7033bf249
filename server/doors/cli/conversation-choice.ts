// Which kept conversation a command means: by id, by the beginning of an id, or the newest of a folder.
import { randomUUID } from "node:crypto";
import type { ConversationHead } from "../../../shared/conversation.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";
import type { House } from "../../house.ts";
import { textOption, UsageError, type VerbArguments } from "./verb.ts";

/** Every question is a conversation unless it is not to be kept; `--conversation` and `--continue` go on with one. */
export async function conversationFor(
  house: House,
  given: VerbArguments,
  folder: string,
): Promise<Pick<ChatRequest, "conversationId" | "conversation">> {
  const name = textOption(given, "conversation");
  const keep = given.values["no-keep"] !== true;
  if (name !== undefined) {
    const found = await conversationNamed(house, name);
    return { conversationId: found?.id ?? name, conversation: { resume: found !== null, keep } };
  }
  if (given.values.continue === true) {
    const [newest] = (await house.conversations.list({ workspace: folder, limit: 1 })).conversations;
    if (!newest) throw new UsageError("no conversation was kept in this folder; latchkey conversations list shows the others");
    return { conversationId: newest.id, conversation: { resume: true, keep } };
  }
  return keep ? { conversationId: randomUUID(), conversation: { keep } } : {};
}

export async function conversationNamed(house: House, name: string): Promise<ConversationHead | null> {
  const { conversations } = await house.conversations.list({});
  const exact = conversations.find(({ id }) => id === name);
  if (exact) return exact;
  const begun = name.length < 4 ? [] : conversations.filter(({ id }) => id.startsWith(name));
  if (begun.length > 1) throw new UsageError(`${begun.length} conversations begin with ${name}: ${begun.map(({ id }) => id).join(", ")}`);
  return begun[0] ?? null;
}
