// After a break mid-stream: whether the answer goes on, and from which text; pure.
import type { ChatRequest } from "../../shared/protocol.ts";
import { textOf } from "../../shared/chat.ts";

/** What a continuing attempt starts from. */
export interface Continuation {
  /** Who wrote the text so far; "" when the caller brought it along. */
  readonly from: string;
  /** What was shown so far and is to be continued; "" when the part is begun anew. */
  readonly text: string;
  /** What was shown of this part is void: half an object or half a list of calls must never be acted on. */
  readonly restarted: boolean;
}

/** Structured output begins anew, since half a document cannot be joined; calls begin anew after the text before them. */
export function continuationOf(
  request: Pick<ChatRequest, "output">,
  shown: { readonly whole: string; readonly hasToolCalls: boolean },
  from: string,
): Continuation {
  if (request.output !== undefined) return { from, text: "", restarted: true };
  return { from, text: shown.whole, restarted: shown.hasToolCalls };
}

/** The request as the next model will read it: its price and its place in the window are counted with the text so far. */
export function withContinuation(request: ChatRequest, continuation: Continuation): ChatRequest {
  if (continuation.text === "") return request;
  return { ...request, messages: [...request.messages, { role: "assistant", parts: [{ type: "text", text: continuation.text }] }] };
}

/**
 * A chat whose last message is the assistant's own text asks for that text to be continued: how an offered
 * continuation is taken up. The text leaves the messages and becomes what is continued.
 */
export function takeUp(request: ChatRequest): { request: ChatRequest; continuation: Continuation | null } {
  const last = request.messages.at(-1);
  const isText = last?.role === "assistant" && last.parts.length > 0 && last.parts.every((part) => part.type === "text");
  if (!isText || request.output !== undefined || textOf(last).trim() === "") return { request, continuation: null };
  return {
    request: { ...request, messages: request.messages.slice(0, -1) },
    continuation: { from: "", text: textOf(last), restarted: false },
  };
}
