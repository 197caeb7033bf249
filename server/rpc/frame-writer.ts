// JSON-RPC messages out as Content-Length frames: one write an event-loop turn, two where one is urgent; tells when the reader is slow.
import { AbstractMessageWriter, type Message, type MessageWriter } from "vscode-jsonrpc/node";
import type { Urgency } from "./event-stream.ts";

/** Past this many unread bytes whoever streams should wait; 1 MiB is some 10,000 deltas. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** How long what is not urgent waits for company. */
const IDLE_MS = 5;

export interface ByteSink {
  write(text: string, callback: (error?: Error | null) => void): boolean;
  readonly writableLength: number;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
}

export class FrameWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #sink: ByteSink;
  #pending = "";
  #scheduled = false;
  #later: NodeJS.Timeout | null = null;
  /** One urgent message a turn is written by itself: a hundred of them are still one write. */
  #wasUrgent = false;
  #unwritten = 0;
  #waiting: (() => void)[] = [];

  constructor(sink: ByteSink) {
    super();
    this.#sink = sink;
    sink.on("error", (error) => this.fireError(error));
    sink.on("close", () => {
      this.#release();
      this.fireClose();
    });
  }

  async write(message: Message): Promise<void> {
    this.writeText(JSON.stringify(message));
  }

  /** A message that is JSON text already: what is serialised once is not serialised again. */
  writeText(json: string, urgency: Urgency = "soon"): void {
    this.#pending += `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
    if (urgency === "idle") {
      if (!this.#scheduled) this.#later ??= setTimeout(this.#flush, IDLE_MS);
      return;
    }
    if (urgency === "now" && !this.#wasUrgent) {
      this.#wasUrgent = true;
      this.flush();
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#scheduled = false;
    this.#wasUrgent = false;
    this.flush();
  };

  readonly #flush = (): void => this.flush();

  flush(): void {
    if (this.#later !== null) clearTimeout(this.#later);
    this.#later = null;
    if (this.#pending === "") return;
    const text = this.#pending;
    this.#pending = "";
    this.#unwritten += text.length;
    this.#sink.write(text, (error) => {
      this.#unwritten -= text.length;
      if (error) this.fireError(error);
      if (this.#unwritten < HIGH_WATER_BYTES) this.#release();
    });
  }

  /** Resolves at once while the reader keeps up, else when it has caught up. */
  ready(): Promise<void> | undefined {
    if (this.#unwritten + this.#pending.length < HIGH_WATER_BYTES) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    this.flush();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
