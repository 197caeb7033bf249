// What a vendor wants back unchanged in the next turn (thought signatures), kept here under the ids that a client does send back.
import type { Origin, Part, ReasoningPart } from "../../../shared/chat.ts";

/**
 * Clients of these interfaces send back ids and drop what they do not know. The memory is of this process and bounded:
 * what is gone is left out of the next turn, as it is after a change of model.
 */
export interface Replay {
  /** The parts of a finished answer; `shown` are the ids under which its stretches of visible reasoning went out, in order. */
  remember(parts: readonly Part[], shown: readonly string[]): void;
  callOrigin(id: string): Origin | undefined;
  /** The reasoning that came before the tool call `id`. */
  reasoningBefore(id: string): readonly ReasoningPart[];
  /** The reasoning that went out under this id. */
  reasoningOf(shownAs: string): readonly ReasoningPart[];
}

const MOST_KEPT = 2_000;

interface KeptCall {
  readonly origin: Origin | undefined;
  readonly reasoning: readonly ReasoningPart[];
}

export function createReplay(): Replay {
  const calls = new Map<string, KeptCall>();
  const stretches = new Map<string, readonly ReasoningPart[]>();
  return {
    remember(parts, shown) {
      const ids = [...shown];
      for (const stretch of stretchesOf(parts)) {
        const visible = stretch.reasoning.some((part) => part.text !== "");
        const id = visible ? ids.shift() : undefined;
        if (id !== undefined) keep(stretches, id, stretch.reasoning);
        if (stretch.call) keep(calls, stretch.call.id, { origin: stretch.call.origin, reasoning: stretch.reasoning });
      }
    },
    callOrigin: (id) => calls.get(id)?.origin,
    reasoningBefore: (id) => calls.get(id)?.reasoning ?? [],
    reasoningOf: (shownAs) => stretches.get(shownAs) ?? [],
  };
}

interface Stretch {
  readonly reasoning: ReasoningPart[];
  readonly call?: { readonly id: string; readonly origin?: Origin };
}

/** Each run of reasoning with the tool call that follows it, if one does; each further call stands alone. */
function stretchesOf(parts: readonly Part[]): Stretch[] {
  const stretches: Stretch[] = [];
  let reasoning: ReasoningPart[] = [];
  for (const part of parts) {
    if (part.type === "reasoning") {
      reasoning.push(part);
      continue;
    }
    if (part.type === "toolCall") stretches.push({ reasoning, call: part });
    else if (reasoning.length > 0) stretches.push({ reasoning });
    reasoning = [];
  }
  return reasoning.length > 0 ? [...stretches, { reasoning }] : stretches;
}

/** An assistant's parts as a client sent them, with what was kept for its calls put back. */
export function restored(parts: readonly Part[], replay: Replay): Part[] {
  const hasReasoning = parts.some((part) => part.type === "reasoning");
  return parts.flatMap((part): Part[] => {
    if (part.type !== "toolCall") return [part];
    const origin = replay.callOrigin(part.id);
    const call = origin ? { ...part, origin } : part;
    return hasReasoning ? [call] : [...replay.reasoningBefore(part.id), call];
  });
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  const oldest = map.keys().next().value;
  if (map.size > MOST_KEPT && oldest !== undefined) map.delete(oldest);
}
