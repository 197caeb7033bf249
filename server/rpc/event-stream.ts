// Stamps a chat's events with chatId and seq and joins deltas that come close together; the first one never waits.
import type { ChatEventBody } from "../../shared/chat.ts";

/** Deltas within this time become one notification: a reader's cost is a message, not a character. */
const JOIN_MS = 5;

export interface EventStream {
  /** Resolves when the reader has kept up; the spine waits on it, so that memory stays bounded. */
  emit(event: ChatEventBody): Promise<void> | undefined;
  close(): void;
}

type Delta = Extract<ChatEventBody, { type: "text-delta" | "reasoning-delta" }>;

export interface EventSink {
  /** Sends one notification's params, given as an object ready to be serialised. */
  send(params: unknown): void;
  ready(): Promise<void> | undefined;
}

export function createEventStream(chatId: string, sink: EventSink, now: () => number): EventStream {
  let seq = 0;
  let held: { type: Delta["type"]; text: string } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let lastSentMs = Number.NEGATIVE_INFINITY;

  const send = (event: ChatEventBody) => {
    sink.send({ chatId, seq, ...event });
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
      lastSentMs = now();
      send(delta);
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
        send(event);
      }
      return sink.ready();
    },
    close: flush,
  };
}
