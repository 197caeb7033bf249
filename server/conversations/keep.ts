// A layer around the spine: what is kept comes before what is new, and question and answer are kept once there is an answer; nothing is read or written for a chat that names no conversation.
import type { ChatResult, Message } from "../../shared/chat.ts";
import { type ConversationEntry, keptAnswer, titleOf } from "../../shared/conversation.ts";
import { Failure } from "../../shared/failure.ts";
import type { ChatDraft, ChatRequest } from "../../shared/protocol.ts";
import type { Send } from "../chat/send.ts";
import { commonEntries, digestOf, messagesOf, normal } from "./digest.ts";
import type { Change, ConversationStore, Current } from "./store.ts";

export interface KeepParts {
  readonly store: ConversationStore;
  readonly mayKeep: () => boolean;
  readonly now: () => Date;
  readonly warn: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

export function keeping(parts: KeepParts, send: Send): Send {
  return (request, caller) => {
    if (request.conversationId === undefined) return request.conversation?.resume ? refuseNameless() : send(request, caller);
    return keptSend(parts, send, { request, conversationId: request.conversationId }, caller);
  };
}

/** The draft as it will be sent: with what is kept before it, where that is asked for. */
export async function resumed<Draft extends ChatDraft>(store: ConversationStore, draft: Draft): Promise<Draft> {
  if (!draft.conversation?.resume) return draft;
  if (draft.conversationId === undefined) return refuseNameless();
  const found = await store.read(draft.conversationId);
  if (!found) throw unknown(draft.conversationId);
  const kept = messagesOf(found.entries.slice(0, draft.conversation.from));
  return { ...draft, messages: joined(kept, draft.messages) };
}

export function unknown(id: string): Failure {
  const message = `There is no kept conversation "${id.slice(0, 80)}". List them, or begin one by leaving out resume; nothing was sent.`;
  return new Failure("invalidParams", message, { fields: ["conversationId"] });
}

function refuseNameless(): never {
  throw new Failure("invalidParams", "Not understood: conversation.resume needs a conversationId. Nothing was sent or charged.", {
    fields: ["conversationId"],
  });
}

/** Instructions at the beginning belong to who asks now, when who asks now gives any. */
function joined(kept: readonly Message[], given: readonly Message[]): Message[] {
  const own = leadingSystem(given);
  return own === 0 ? [...kept, ...given] : [...given.slice(0, own), ...kept.slice(leadingSystem(kept)), ...given.slice(own)];
}

function leadingSystem(messages: readonly Message[]): number {
  const first = messages.findIndex(({ role }) => role !== "system");
  return first < 0 ? messages.length : first;
}

async function keptSend(
  parts: KeepParts,
  send: Send,
  asked: { readonly request: ChatRequest; readonly conversationId: string },
  caller: Parameters<Send>[1],
): Promise<ChatResult> {
  const { request, conversationId } = asked;
  const at = parts.now().toISOString();
  const result = await send(await resumed(parts.store, request), caller);
  // An answer that produced nothing leaves the conversation as it was: the question can be asked again.
  if (request.conversation?.keep === false || !parts.mayKeep() || result.parts.length === 0) return result;
  try {
    const answer = answerEntry(result, parts.now().toISOString());
    const head = await parts.store.update(conversationId, async (current) => ({
      ...(await question(current, request, at, answer)),
      about: { workspace: request.workspace, client: caller.editor, ...titled(current, request) },
    }));
    return { ...result, conversation: { id: conversationId, entries: head.entries, revision: head.revision } };
  } catch (error) {
    parts.warn("a conversation could not be kept", { conversationId, error });
    const notice = [result.notice, "This answer could not be kept with its conversation; see the log."].filter(Boolean).join(" ");
    return { ...result, notice };
  }
}

function answerEntry(result: ChatResult, at: string): ConversationEntry {
  return { at, message: { role: "assistant", parts: result.parts }, answer: keptAnswer(result) };
}

function titled({ stored }: Current, { conversation, messages }: ChatRequest): { title?: string } {
  if (conversation?.title !== undefined) return { title: conversation.title };
  if (stored && stored.head.title !== "") return {};
  const first = messages.find(({ role }) => role === "user");
  return { title: titleOf(first?.parts ?? []) || "…" };
}

/** What of the question is new to the file; a client that sends the whole talk is compared by a hash, and only one that changed it by reading. */
async function question(current: Current, request: ChatRequest, at: string, answer: ConversationEntry): Promise<Change> {
  const given = request.messages.map(normal);
  const entry = (message: Message): ConversationEntry => ({ at, message });
  const { stored } = current;
  if (request.conversation?.resume) {
    const isNew = stored !== null && stored.messages > 0 ? given.slice(leadingSystem(given)) : given;
    return { from: request.conversation.from, add: [...isNew.map(entry), answer] };
  }
  if (stored === null) return { add: [...given.map(entry), answer] };
  if (given.length >= stored.messages && digestOf(given.slice(0, stored.messages)) === stored.digest) {
    return { add: [...given.slice(stored.messages).map(entry), answer] };
  }
  const entries = await current.entries();
  const from = commonEntries(entries, given);
  const common = messagesOf(entries.slice(0, from)).length;
  return { from, add: [...given.slice(common).map(entry), answer] };
}
