// What of one round of a coordinated chat is told: all rounds are one chat to whoever listens, and questions back are nobody's business.
import type { ChatEventBody } from "../../../shared/chat.ts";
import type { Caller } from "../parts.ts";
import { isAsking, LOOK_TOOL } from "./look-back.ts";

export interface RoundListener {
  readonly caller: Caller;
  /** Tells what was held back when the round turns out to be no question. */
  flush(): Promise<void> | undefined;
}

/** `holdsLines`: an answer that begins like a question back is held until it is known not to be one. `replaced`: whose draft is void now. */
export function listenToRound(
  caller: Caller,
  { holdsLines, replaced }: { readonly holdsLines: boolean; readonly replaced: string | null },
): RoundListener {
  let held: string | null = holdsLines ? "" : null;
  const emit = (event: ChatEventBody): Promise<void> | undefined => {
    if (event.type === "route" || event.type === "usage" || event.type === "end") return undefined;
    if (event.type === "tool-call" && event.call.name === LOOK_TOOL.name) return undefined;
    if (event.type === "text-delta" && held !== null) {
      held += event.text;
      if (isAsking(held)) return undefined;
      const text = held;
      held = null;
      return caller.emit({ type: "text-delta", text });
    }
    const told = caller.emit(event);
    if (event.type !== "start" || replaced === null) return told;
    return caller.emit({ type: "seam", from: replaced, to: event.model, at: 0, restarted: true });
  };
  return { caller: { ...caller, emit }, flush: () => (held ? caller.emit({ type: "text-delta", text: held }) : undefined) };
}
