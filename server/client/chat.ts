// One chat as its caller reads it: events in order, kept until they are read, and the result at the end.
import type { Chat } from "./contract.ts";
import type { ChatEvent, ChatResult } from "./wire-types.ts";

export class RunningChat<Output = unknown> implements Chat<Output> {
  readonly chatId: string;
  readonly result: Promise<ChatResult & { output?: Output }>;
  readonly cancel: () => void;
  readonly #events: ChatEvent[] = [];
  #over = false;
  #wake: () => void = () => undefined;

  /** `start` sends the request; it settles when the chat is over. */
  constructor(chatId: string, cancel: () => void, start: () => Promise<ChatResult & { output?: Output }>) {
    this.chatId = chatId;
    this.cancel = cancel;
    this.result = start().finally(() => {
      this.#over = true;
      this.#wake();
    });
    // Whoever reads only the events learns of a failure there; the result may go unread.
    this.result.catch(() => undefined);
  }

  push(event: ChatEvent): void {
    this.#events.push(event);
    this.#wake();
  }

  /** Throws what the result throws, once the events that came before are read. */
  async *[Symbol.asyncIterator](): AsyncIterator<ChatEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event) yield event;
      else if (this.#over) break;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    await this.result;
  }

  async *texts(): AsyncIterable<string> {
    for await (const event of this) if (event.type === "text-delta") yield event.text;
  }
}
