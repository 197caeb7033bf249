// Secrets in a prompt: refused before routing, or named beside the answer once it went beyond this machine; never repeated.
import type { ChatResult, Message } from "../../shared/chat.ts";
import type { Caller, SpineParts } from "./parts.ts";

/** Throws planForbidden when the settings say so; else what to say, if anything. */
export type Guard = (messages: readonly Message[]) => string | undefined;

/** Runs a chat whose prompt was looked at; a warning goes onto its last event and its result. */
export async function guarded(
  parts: Pick<SpineParts, "guard" | "catalog">,
  messages: readonly Message[],
  caller: Caller,
  chat: (caller: Caller) => Promise<ChatResult>,
): Promise<ChatResult> {
  const warning = parts.guard(messages);
  if (warning === undefined) return chat(caller);
  let hasLeft = false;
  const noted = (notice: string | undefined) => (hasLeft ? [notice, warning].filter((text) => text !== undefined).join(" ") : notice);
  const result = await chat({
    ...caller,
    emit(event) {
      if (event.type === "start") hasLeft ||= !parts.catalog.find(event.model)?.local;
      if (event.type !== "end") return caller.emit(event);
      const notice = noted(event.notice);
      return caller.emit(notice === undefined ? event : { ...event, notice });
    },
  });
  const notice = noted(result.notice);
  return notice === undefined ? result : { ...result, notice };
}
