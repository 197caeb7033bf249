// One request at the loopback provider: what it asked, and the means to answer it well, badly or not at all.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Chance } from "./seed.ts";
import type { Counts, ToolCall, Wire, Writing } from "./wires/wire.ts";

/** The client is gone: whatever the fault had in mind, there is nobody to do it to. */
export class HungUp extends Error {}

export interface Score {
  readonly text: string;
  readonly call: ToolCall | null;
  readonly counts: Counts;
}

export class Stage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly wire: Wire;
  readonly writing: Writing;
  readonly score: Score;
  readonly chance: Chance;
  /** Text that was written in full frames. */
  sent = "";
  readonly #closed = new AbortController();
  closedAtMs: number | null = null;

  constructor(parts: { request: IncomingMessage; response: ServerResponse; wire: Wire; score: Score; chance: Chance }) {
    this.request = parts.request;
    this.response = parts.response;
    this.wire = parts.wire;
    this.score = parts.score;
    this.chance = parts.chance;
    this.writing = parts.wire.write(parts.score.counts);
    this.response.on("close", () => {
      this.closedAtMs = performance.now();
      this.#closed.abort();
    });
    this.response.on("error", () => undefined);
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  head(status = 200, headers: Record<string, string> = {}): void {
    this.#mustBeOpen();
    this.response.writeHead(status, { "content-type": "text/event-stream; charset=utf-8", ...headers });
    this.response.flushHeaders();
  }

  /** One chunk of its own on the wire: Node joins what is written within one turn of its loop. */
  async send(bytes: string | Uint8Array): Promise<void> {
    this.#mustBeOpen();
    if (!this.response.write(bytes)) {
      await Promise.race([new Promise((resolve) => this.response.once("drain", resolve)), this.#gone()]);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  async sendText(text: string): Promise<void> {
    await this.send(this.writing.text(text));
    this.sent += text;
  }

  /** Lifecycle frames, then text up to this share of it, in pieces of chance. */
  async playTo(share: number): Promise<void> {
    for (const frame of this.writing.begin()) await this.send(frame);
    const end = Math.round([...this.score.text].length * share);
    for (const piece of this.pieces([...this.score.text].slice(0, end))) await this.sendText(piece);
  }

  /** The rest after the text: the tool call, usage and end. */
  async playEnd(): Promise<void> {
    if (this.score.call) for (const frame of this.writing.call(this.score.call, 3)) await this.send(frame);
    for (const frame of this.writing.end(this.score.counts)) await this.send(frame);
    this.end();
  }

  /** Everything from begin to end as frames, without sending. */
  frames(): string[] {
    const begin = this.writing.begin();
    const texts = this.pieces([...this.score.text]).map((piece) => this.writing.text(piece));
    const call = this.score.call ? this.writing.call(this.score.call, 3) : [];
    this.sent = this.score.text;
    return [...begin, ...texts, ...call, ...this.writing.end(this.score.counts)];
  }

  pieces(signs: readonly string[]): string[] {
    const pieces: string[] = [];
    for (let at = 0; at < signs.length; ) {
      const length = 1 + this.chance.below(12);
      pieces.push(signs.slice(at, at + length).join(""));
      at += length;
    }
    return pieces;
  }

  end(): void {
    this.#mustBeOpen();
    this.response.end();
  }

  reset(): void {
    this.request.socket.resetAndDestroy();
  }

  async sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    this.#mustBeOpen();
  }

  /** Until the client has had enough. */
  async forEver(): Promise<never> {
    await this.#gone();
    throw new HungUp();
  }

  #gone(): Promise<unknown> {
    const { signal } = this.#closed;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }

  #mustBeOpen(): void {
    if (this.isClosed || this.response.destroyed) throw new HungUp();
  }
}
