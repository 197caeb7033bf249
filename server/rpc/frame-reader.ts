// Bytes in, JSON-RPC messages out: bounded, and it finds its feet again after any rubbish.
import { AbstractMessageReader, type DataCallback, type Disposable, type MessageReader } from "vscode-jsonrpc/node";

/** 32 MiB holds any prompt with images that a vendor takes; more is refused without being kept in memory. */
export const MOST_FRAME_BYTES = 32 * 1024 * 1024;
const MOST_HEADER_BYTES = 8 * 1024;
const MARK = Buffer.from("Content-Length:");
const PLAIN = Buffer.from("Content-Length: ");
const END = Buffer.from("\r\n\r\n");
const ZERO = 48;
const MOST_PLAIN_DIGITS = 8;
const KEPT_OF_REFUSED_BYTES = 4096;

/** What could not be read; `id` is set when it could be made out, so that the sender's call is answered. */
export interface BadFrame {
  readonly code: -32700 | -32600;
  readonly message: string;
  readonly id: string | number | null;
}

type State =
  | { readonly at: "header" }
  | { readonly at: "body"; readonly length: number }
  | { readonly at: "refused"; readonly length: number; left: number; head: Buffer };

export interface ByteSource {
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  on(event: "end" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export class FrameReader extends AbstractMessageReader implements MessageReader {
  readonly #source: ByteSource;
  readonly #onBadFrame: (bad: BadFrame) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #state: State = { at: "header" };

  constructor(source: ByteSource, onBadFrame: (bad: BadFrame) => void) {
    super();
    this.#source = source;
    this.#onBadFrame = onBadFrame;
  }

  listen(callback: DataCallback): Disposable {
    this.#source.on("data", (chunk) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      while (this.#step(callback));
    });
    this.#source.on("error", (error) => this.fireError(error));
    this.#source.on("end", () => this.fireClose());
    this.#source.on("close", () => this.fireClose());
    return { dispose: () => undefined };
  }

  #step(callback: DataCallback): boolean {
    switch (this.#state.at) {
      case "header":
        return this.#readHeader();
      case "refused":
        return this.#skip(this.#state);
      case "body": {
        if (this.#bytes < this.#state.length) return false;
        const body = this.#take(this.#state.length);
        this.#state = { at: "header" };
        this.#deliver(body, callback);
        return true;
      }
    }
  }

  #readHeader(): boolean {
    if (this.#bytes === 0) return false;
    const buffer = this.#joined();
    if (this.#readPlainHeader(buffer)) return true;
    const end = buffer.indexOf("\r\n\r\n");
    if (end < 0 && this.#bytes <= MOST_HEADER_BYTES) return false;
    const header = end < 0 ? "" : buffer.toString("latin1", 0, end);
    const match = /(?:^|\r\n)content-length:[ \t]*(\d{1,15})[ \t]*(?=\r\n|$)/i.exec(header);
    if (!match || end > MOST_HEADER_BYTES) return this.#resynchronise(buffer, end);
    this.#take(end + 4);
    const length = Number(match[1]);
    if (length <= MOST_FRAME_BYTES) this.#state = { at: "body", length };
    else this.#state = { at: "refused", length, left: length, head: Buffer.alloc(0) };
    return true;
  }

  /** What almost every client writes, read byte by byte: one header, a length, nothing else. */
  #readPlainHeader(buffer: Buffer): boolean {
    if (buffer.length < PLAIN.length + 5 || PLAIN.compare(buffer, 0, PLAIN.length) !== 0) return false;
    let length = 0;
    let at = PLAIN.length;
    for (; at - PLAIN.length < MOST_PLAIN_DIGITS; at += 1) {
      const digit = (buffer[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      length = 10 * length + digit;
    }
    if (at === PLAIN.length || length > MOST_FRAME_BYTES) return false;
    for (let index = 0; index < END.length; index += 1) if (buffer[at + index] !== END[index]) return false;
    this.#take(at + END.length);
    this.#state = { at: "body", length };
    return true;
  }

  /** Drops everything up to the next thing that looks like a header; an unfinished one at the end is kept. */
  #resynchronise(buffer: Buffer, headerEnd: number): boolean {
    const from = headerEnd < 0 ? 1 : headerEnd + 4;
    const next = buffer.indexOf(MARK, Math.min(from, buffer.length));
    const inside = buffer.indexOf(MARK, 1);
    const to = inside > 0 && (headerEnd < 0 || inside < headerEnd) ? inside : next;
    this.#take(to < 0 ? (headerEnd < 0 ? buffer.length : headerEnd + 4) : to);
    this.#onBadFrame({ code: -32700, message: "A frame must begin with a Content-Length header; what came was skipped.", id: null });
    return true;
  }

  #skip(state: Extract<State, { at: "refused" }>): boolean {
    const available = Math.min(state.left, this.#bytes);
    if (available > 0) {
      const skipped = this.#take(available);
      if (state.head.length < KEPT_OF_REFUSED_BYTES) {
        state.head = Buffer.concat([state.head, skipped.subarray(0, KEPT_OF_REFUSED_BYTES - state.head.length)]);
      }
      state.left -= available;
    }
    if (state.left > 0) return false;
    this.#state = { at: "header" };
    const message = `The message has ${state.length} bytes; at most ${MOST_FRAME_BYTES} are read. Send less, for example a smaller image; nothing was sent or charged.`;
    this.#onBadFrame({ code: -32600, message, id: idIn(state.head) });
    return true;
  }

  #deliver(body: Buffer, callback: DataCallback): void {
    let message: unknown;
    try {
      message = JSON.parse(body.toString("utf8"));
    } catch {
      this.#onBadFrame({ code: -32700, message: "The message is not valid JSON.", id: idIn(body.subarray(0, KEPT_OF_REFUSED_BYTES)) });
      return;
    }
    if (typeof message !== "object" || message === null || Array.isArray(message)) {
      this.#onBadFrame({ code: -32600, message: "A message must be one JSON object; batches are not supported.", id: null });
      return;
    }
    // vscode-jsonrpc's own check follows; a JSON object with "jsonrpc" missing is still worth an answer there.
    callback({ jsonrpc: "2.0", ...message });
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks, this.#bytes)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #take(length: number): Buffer {
    const buffer = this.#joined();
    const taken = buffer.subarray(0, length);
    const rest = buffer.subarray(length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return taken;
  }
}

function idIn(head: Buffer): string | number | null {
  const match = /"id"\s*:\s*(?:"((?:[^"\\]|\\.){1,200})"|(\d{1,15}))/.exec(head.toString("latin1"));
  if (!match) return null;
  return match[2] === undefined ? (match[1] ?? null) : Number(match[2]);
}
