// An answer in a schema as the plain JSON text that clients of these interfaces read; it is told once it is whole and checked.
import type { ChatEventBody, ChatResult, Part } from "../../../shared/chat.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";

/** The same result with its JSON as text, however the model was made to give it; untouched when no schema was asked for. */
export function shapedAnswer(request: ChatRequest, result: ChatResult): ChatResult {
  if (!request.output) return result;
  const text =
    result.output !== undefined && result.text === "" ? JSON.stringify(result.output) : result.text || givenAsCall(request, result);
  const parts = result.parts.filter((part) => part.type !== "text" && !isForm(request, part));
  const calls = parts.some((part) => part.type === "toolCall");
  const stopReason = result.stopReason === "toolUse" && !calls ? "end" : result.stopReason;
  return { ...result, text, stopReason, parts: text === "" ? parts : [...parts, { type: "text", text }] };
}

/** Whether an event waits for the whole: a draft that is repaired must not have been shown. */
export function waitsForWhole(request: ChatRequest, event: ChatEventBody): boolean {
  if (!request.output) return false;
  return event.type === "text-delta" || (event.type === "tool-call" && isForm(request, event.call));
}

function givenAsCall(request: ChatRequest, result: ChatResult): string {
  const call = result.parts.find((part) => isForm(request, part));
  return call?.type === "toolCall" ? (call.rawArguments ?? JSON.stringify(call.arguments)) : "";
}

/** The schema offered as a tool, where a vendor has no other way: a call that is none of the caller's tools. */
function isForm(request: ChatRequest, part: Part): boolean {
  return part.type === "toolCall" && !(request.tools ?? []).some((tool) => tool.name === part.name);
}
