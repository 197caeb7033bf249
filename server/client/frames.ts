// JSON-RPC messages over a child process's pipes: Content-Length frames in and out, and who waits for which answer.
import type { Readable, Writable } from "node:stream";
import type { LatchkeyErrorShape } from "./contract.ts";

export class LatchkeyError extends Error implements LatchkeyErrorShape {
  readonly code: number;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;

  constructor({ code, message, data = {} }: WireError) {
    super(message);
    this.name = "LatchkeyError";
    this.code = code;
    this.data = data;
    this.kind = typeof data.kind === "string" ? data.kind : "internal";
  }
}

interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Frame {
  readonly id?: number | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: WireError;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Frames {
  readonly #output: Writable;
  readonly #onNotification: (method: string, params: unknown) => void;
  readonly #waiting = new Map<number, Waiting>();
  #chunks: Buffer = Buffer.alloc(0);
  #nextId = 1;
  #closed: Error | null = null;

  constructor(input: Readable, output: Writable, onNotification: (method: string, params: unknown) => void) {
    this.#output = output;
    this.#onNotification = onNotification;
    input.on("data", (chunk: Buffer) => this.#read(chunk));
    output.on("error", () => undefined);
  }

  /** `signal` cancels: the sidecar still answers, and that answer is what the promise gives. */
  request(method: string, params: unknown, signal?: AbortSignal): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    const cancel = () => this.notify("$/cancelRequest", { id });
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#write({ id, method, params });
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    return answer.finally(() => signal?.removeEventListener("abort", cancel));
  }

  notify(method: string, params: unknown): void {
    if (!this.#closed) this.#write({ method, params });
  }

  /** No answer will come any more. */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  #write(message: object): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#output.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#chunks = this.#chunks.length === 0 ? chunk : Buffer.concat([this.#chunks, chunk]);
    for (;;) {
      const head = this.#chunks.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(this.#chunks.toString("latin1", 0, head))?.[1]);
      const end = head + 4 + length;
      if (!(this.#chunks.length >= end)) return;
      const body = this.#chunks.toString("utf8", head + 4, end);
      this.#chunks = this.#chunks.subarray(end);
      this.#take(JSON.parse(body) as Frame);
    }
  }

  #take({ id, method, params, result, error }: Frame): void {
    if (method !== undefined) {
      this.#onNotification(method, params);
      return;
    }
    const waiting = typeof id === "number" ? this.#waiting.get(id) : undefined;
    if (!waiting || typeof id !== "number") return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new LatchkeyError(error));
    else waiting.resolve(result);
  }
}
