// An answer in a schema as the plain JSON text that clients of these interfaces read; it is told once it is whole and checked.
import type { ChatEventBody, ChatResult } from "../../../shared/chat.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";

/** The same result with nothing but its checked JSON as text; untouched when no schema was asked for or a tool is called first. */
export function shapedAnswer(request: ChatRequest, result: ChatResult): ChatResult {
  if (!request.output || result.output === undefined) return result;
  const text = isJson(result.text) ? result.text.trim() : JSON.stringify(result.output);
  const others = result.parts.filter((part) => part.type !== "text");
  return { ...result, text, parts: [...others, { type: "text", text }] };
}

/** Whether an event waits for the whole: a draft that is repaired must not have been shown. */
export function waitsForWhole(request: ChatRequest, event: ChatEventBody): boolean {
  return request.output !== undefined && event.type === "text-delta";
}

/** The model's own spelling is kept where it is JSON and nothing else. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
