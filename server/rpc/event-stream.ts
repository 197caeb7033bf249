// Stamps a chat's events with chatId and seq and joins what comes close together; the first text never waits.
import type { ChatEventBody } from "../../shared/chat.ts";

/** Deltas within this time become one notification: a reader's cost is a message, not a character. */
const JOIN_MS = 5;

export interface EventStream {
  /** Resolves when the reader has kept up; the spine waits on it, so that memory stays bounded. */
  emit(event: ChatEventBody): Promise<void> | undefined;
  close(): void;
}

/** "now": first text, which somebody waits for. "soon": at the end of this turn. "idle": with what comes next, if it comes soon. */
export type Urgency = "now" | "soon" | "idle";

type Delta = Extract<ChatEventBody, { type: "text-delta" | "reasoning-delta" }>;

export interface EventSink {
  /** Sends one notification's params, given as an object ready to be serialised. */
  send(params: unknown, urgency: Urgency): void;
  ready(): Promise<void> | undefined;
}

export function createEventStream(chatId: string, sink: EventSink, now: () => number): EventStream {
  let seq = 0;
  let held: { type: Delta["type"]; text: string } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let lastSentMs = Number.NEGATIVE_INFINITY;

  const send = (event: ChatEventBody, urgency: Urgency = "soon") => {
    sink.send({ chatId, seq, ...event }, urgency);
    seq += 1;
  };
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (held === null) return;
    const delta = held;
    held = null;
    lastSentMs = now();
    send(delta);
  };
  const hold = (delta: Delta) => {
    if (held !== null && held.type !== delta.type) flush();
    if (held !== null) held.text += delta.text;
    else if (now() - lastSentMs >= JOIN_MS) {
      send(delta, lastSentMs === Number.NEGATIVE_INFINITY ? "now" : "soon");
      lastSentMs = now();
    } else {
      held = { type: delta.type, text: delta.text };
      timer = setTimeout(flush, JOIN_MS);
    }
  };
  return {
    emit(event) {
      if (event.type === "text-delta" || event.type === "reasoning-delta") hold(event);
      else {
        flush();
        // Writing it would only hold up the request that is about to leave.
        send(event, event.type === "route" ? "idle" : "soon");
      }
      return sink.ready();
    },
    close: flush,
  };
}
