// JSON-RPC messages out as Content-Length frames: one write an event-loop turn, and it tells when the reader is slow.
import { AbstractMessageWriter, type Message, type MessageWriter } from "vscode-jsonrpc/node";

/** Past this many unread bytes whoever streams should wait; 1 MiB is some 10,000 deltas. */
const HIGH_WATER_BYTES = 1024 * 1024;

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
  writeText(json: string): void {
    this.#pending += `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
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
