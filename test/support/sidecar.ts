// The built sidecar as a process over stdio, spoken to frame by frame; nothing of the server is imported.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ChatEvent } from "../../shared/chat.ts";
import type { ParamsOf, RequestMethod, ResultOf } from "../../shared/protocol.ts";

export const BUILT = resolve(import.meta.dirname, "../../dist/latchkey.cjs");

export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly kind: string; readonly [more: string]: unknown };
}

export interface Frame {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: WireError;
}

export class RpcError extends Error {
  readonly code: number;
  readonly data: WireError["data"];

  constructor(error: WireError) {
    super(error.message);
    this.code = error.code;
    this.data = error.data;
  }

  get kind(): string | undefined {
    return this.data?.kind;
  }
}

export interface SidecarOptions {
  readonly environment?: Record<string, string>;
  /** Keep the state folder of an earlier one. */
  readonly home?: string;
  readonly arguments?: readonly string[];
  /** Another build than the project's own. */
  readonly built?: string;
}

/** A home without the machine's own keys; only what a test hands in. */
export function cleanEnvironment(home: string, more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      !/(_API_KEY|_TOKEN|_KEY)$|^(OPENAI|ANTHROPIC|GOOGLE|GEMINI|LATCHKEY|OLLAMA|HTTPS?_PROXY|ALL_PROXY)/i.test(name),
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), LATCHKEY_HOME: home, NODE_NO_WARNINGS: "1", ...more };
}

export class SidecarProcess {
  readonly child: ChildProcess;
  readonly home: string;
  readonly frames: Frame[] = [];
  readonly events: ChatEvent[] = [];
  readonly #ownsHome: boolean;
  #chunks: Buffer[] = [];
  #unread = 0;
  /** With fewer bytes nothing new can be read. */
  #needed = 1;
  #stderr = "";
  #nextId = 1;
  #pending = new Map<number | string, (frame: Frame) => void>();
  #watchers = new Set<(frame: Frame) => void>();
  readonly exited: Promise<number | null>;

  constructor(options: SidecarOptions = {}) {
    this.#ownsHome = options.home === undefined;
    this.home = options.home ?? mkdtempSync(join(tmpdir(), "latchkey-home-"));
    this.child = spawn(process.execPath, [options.built ?? BUILT, "serve", "--stdio", ...(options.arguments ?? [])], {
      env: cleanEnvironment(this.home, options.environment),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString("utf8");
    });
    this.child.stdin?.on("error", () => undefined);
    this.exited = new Promise((done) => this.child.once("exit", (code) => done(code)));
  }

  get stderr(): string {
    return this.#stderr;
  }

  async initialize(settings: Record<string, unknown> = {}, client = "test"): Promise<unknown> {
    const options = { protocolVersion: 1, client: { name: client, version: "0" }, settings: { "local.discover": false, ...settings } };
    const result = await this.raw("initialize", { processId: process.pid, capabilities: {}, initializationOptions: options });
    this.notify("initialized", {});
    return result;
  }

  request<Method extends RequestMethod>(method: Method, params: ParamsOf<Method>): Promise<ResultOf<Method>> {
    return this.raw(method, params) as Promise<ResultOf<Method>>;
  }

  raw(method: string, params?: unknown, id: number | string = this.#nextId++): Promise<unknown> {
    return new Promise((done, fail) => {
      this.#pending.set(id, (frame) => (frame.error ? fail(new RpcError(frame.error)) : done(frame.result)));
      this.write({ jsonrpc: "2.0", id, method, params });
    });
  }

  /** Starts a request and gives its id, so that it can be cancelled. */
  start(method: string, params: unknown): { id: number; done: Promise<unknown> } {
    const id = this.#nextId++;
    return { id, done: this.raw(method, params, id) };
  }

  cancel(id: number): void {
    this.notify("$/cancelRequest", { id });
  }

  notify(method: string, params: unknown): void {
    this.write({ jsonrpc: "2.0", method, params });
  }

  write(message: unknown): void {
    const body = JSON.stringify(message);
    this.writeBytes(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  writeBytes(bytes: string | Uint8Array): void {
    this.child.stdin?.write(bytes);
  }

  /** The next frame that fits, from those that have come or will come. */
  waitFor(fits: (frame: Frame) => boolean, timeoutMs = 10_000): Promise<Frame> {
    const found = this.frames.find(fits);
    if (found) return Promise.resolve(found);
    return new Promise((done, fail) => {
      const timer = setTimeout(
        () => fail(new Error(`no such frame within ${timeoutMs} ms; stderr: ${this.#stderr.slice(-2000)}`)),
        timeoutMs,
      );
      const watch = (frame: Frame) => {
        if (!fits(frame)) return;
        clearTimeout(timer);
        this.#watchers.delete(watch);
        done(frame);
      };
      this.#watchers.add(watch);
    });
  }

  eventsOf(chatId: string): ChatEvent[] {
    return this.events.filter((event) => event.chatId === chatId);
  }

  textOf(chatId: string): string {
    return this.eventsOf(chatId)
      .map((event) => (event.type === "text-delta" ? event.text : ""))
      .join("");
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.stdin?.end();
      const timer = setTimeout(() => this.child.kill("SIGKILL"), 3000);
      await this.exited;
      clearTimeout(timer);
    }
    if (this.#ownsHome) rmSync(this.home, { recursive: true, force: true });
    return this.child.exitCode;
  }

  /** Chunks are joined only when a frame is complete: a long one would be copied once a chunk otherwise. */
  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#unread += chunk.length;
    while (this.#unread >= this.#needed) {
      const buffer = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#unread);
      this.#chunks = [buffer];
      const end = buffer.indexOf("\r\n\r\n");
      if (end < 0) {
        this.#needed = this.#unread + 1;
        return;
      }
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString("latin1", 0, end))?.[1]);
      if (Number.isNaN(length)) throw new Error(`stdout is not the protocol: ${buffer.toString("latin1", 0, 200)}`);
      this.#needed = end + 4 + length;
      if (this.#unread < this.#needed) return;
      const frame = JSON.parse(buffer.toString("utf8", end + 4, this.#needed)) as Frame;
      this.#chunks = [buffer.subarray(this.#needed)];
      this.#unread -= this.#needed;
      this.#needed = 1;
      this.#take(frame);
    }
  }

  #take(frame: Frame): void {
    this.frames.push(frame);
    if (frame.method === "chat/event") this.events.push(frame.params as ChatEvent);
    const waiting = frame.id === undefined || frame.id === null ? undefined : this.#pending.get(frame.id);
    if (waiting && frame.method === undefined) {
      this.#pending.delete(frame.id as number);
      waiting(frame);
    }
    for (const watch of this.#watchers) watch(frame);
  }
}

/** One user message. */
export function ask(chatId: string, text: string, more: Partial<ParamsOf<"chat/send">> = {}): ParamsOf<"chat/send"> {
  return { chatId, messages: [{ role: "user", parts: [{ type: "text", text }] }], ...more };
}
