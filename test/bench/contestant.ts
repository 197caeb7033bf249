// What is measured side by side: each contestant streams one answer of the same vendor and tells when its first text came.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";

export interface Streamed {
  readonly ms: number;
  readonly firstMs: number;
  readonly chunks: number;
}

export interface Contestant {
  readonly name: string;
  /** The process whose CPU and memory count; null = this one. */
  readonly pid: number | null;
  stream(model: string, signal?: AbortSignal): Promise<Streamed>;
  close(): Promise<void> | void;
}

const PROMPT = "Explain in one sentence what a hash table is.";
export const BODY = (model: string) =>
  JSON.stringify({ model, stream: true, stream_options: { include_usage: true }, messages: [{ role: "user", content: PROMPT }] });

/** The floor: one keep-alive socket per stream in flight, read by hand. */
export function rawSocket(port: number): Contestant {
  const idle: Socket[] = [];
  return {
    name: "raw socket",
    pid: null,
    async stream(model) {
      const socket = idle.pop() ?? connect({ port, host: "127.0.0.1", noDelay: true });
      const body = BODY(model);
      const began = performance.now();
      let firstMs = 0;
      let chunks = 0;
      let rest = "";
      socket.write(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      await new Promise<void>((done) => {
        const onData = (data: Buffer) => {
          rest += data.toString("latin1");
          if (firstMs === 0 && rest.includes('"content"')) firstMs = performance.now() - began;
          const last = rest.lastIndexOf("\n\n");
          for (let at = rest.indexOf("data: {"); at >= 0 && at < last; at = rest.indexOf("data: {", at + 1)) chunks += 1;
          const ended = rest.endsWith("0\r\n\r\n");
          if (last >= 0) rest = rest.slice(last);
          if (!ended) return;
          socket.off("data", onData);
          done();
        };
        socket.on("data", onData);
      });
      idle.push(socket);
      return { ms: performance.now() - began, firstMs, chunks };
    },
    close() {
      for (const socket of idle) socket.destroy();
    },
  };
}

export async function openaiSdk(
  port: number,
  name = "openai SDK in process",
  path = "/v1",
  headers: Record<string, string> = {},
): Promise<Contestant> {
  const { OpenAI } = await import("openai");
  const client = new OpenAI({ apiKey: "sk-bench", baseURL: `http://127.0.0.1:${port}${path}`, maxRetries: 0, defaultHeaders: headers });
  return {
    name,
    pid: null,
    async stream(model, signal) {
      const began = performance.now();
      let firstMs = 0;
      let chunks = 0;
      const messages = [{ role: "user" as const, content: PROMPT }];
      const events = await client.chat.completions.create(
        { model, stream: true, stream_options: { include_usage: true }, messages },
        { signal },
      );
      for await (const event of events) {
        if (firstMs === 0 && event.choices[0]?.delta.content) firstMs = performance.now() - began;
        chunks += 1;
      }
      return { ms: performance.now() - began, firstMs, chunks };
    },
    close: () => undefined,
  };
}

export const OWN = "Latchkey over stdio";

/** A sidecar over stdio, read frame by frame with as little as a client can do. */
export class Sidecar implements Contestant {
  readonly name: string;
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, { done: (result: unknown) => void; fail: (error: Error) => void }>();
  readonly #onEvent = new Map<string, (event: { type: string; text?: string }) => void>();
  #buffer: Buffer = Buffer.alloc(0);
  #next = 1;
  #deltas = 0;

  constructor(child: ChildProcess, name = OWN) {
    this.child = child;
    this.name = name;
    child.stdout?.on("data", (data: Buffer) => this.#read(data));
    child.stdin?.on("error", () => undefined);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Notifications with text that came so far. */
  get deltas(): number {
    return this.#deltas;
  }

  request(method: string, params: unknown, id = this.#next++): Promise<unknown> {
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail });
      this.send({ id, method, params });
    });
  }

  send(message: Record<string, unknown>): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.child.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  async stream(model: string, signal?: AbortSignal): Promise<Streamed> {
    const id = this.#next++;
    const chatId = `bench-${id}`;
    const began = performance.now();
    let firstMs = 0;
    let chunks = 0;
    this.#onEvent.set(chatId, (event) => {
      if (event.type !== "text-delta") return;
      if (firstMs === 0) firstMs = performance.now() - began;
      chunks += 1;
    });
    signal?.addEventListener("abort", () => this.send({ method: "$/cancelRequest", params: { id } }), { once: true });
    const messages = [{ role: "user", parts: [{ type: "text", text: PROMPT }] }];
    try {
      await this.request("chat/send", { chatId, model: `bench/${model}`, messages }, id);
    } finally {
      this.#onEvent.delete(chatId);
    }
    return { ms: performance.now() - began, firstMs, chunks };
  }

  /** A whole answer's text, as its events brought it. */
  async text(model: string): Promise<string> {
    const id = this.#next++;
    const chatId = `bench-${id}`;
    let text = "";
    this.#onEvent.set(chatId, (event) => {
      if (event.type === "text-delta") text += event.text ?? "";
    });
    const messages = [{ role: "user", parts: [{ type: "text", text: PROMPT }] }];
    await this.request("chat/send", { chatId, model: `bench/${model}`, messages }, id);
    this.#onEvent.delete(chatId);
    return text;
  }

  async close(): Promise<void> {
    const gone = new Promise((done) => this.child.once("exit", done));
    this.child.stdin?.end();
    await gone;
  }

  #read(data: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? data : Buffer.concat([this.#buffer, data]);
    let at = 0;
    for (;;) {
      const end = this.#buffer.indexOf("\r\n\r\n", at);
      if (end < 0) break;
      const length = Number(this.#buffer.toString("latin1", at + 16, end));
      if (this.#buffer.length < end + 4 + length) break;
      this.#take(JSON.parse(this.#buffer.toString("utf8", end + 4, end + 4 + length)));
      at = end + 4 + length;
    }
    this.#buffer = this.#buffer.subarray(at);
  }

  #take(message: {
    id?: number;
    method?: string;
    params?: { chatId: string; type: string; text?: string };
    result?: unknown;
    error?: { message: string };
  }): void {
    if (message.method === "chat/event" && message.params) {
      if (message.params.type === "text-delta") this.#deltas += 1;
      this.#onEvent.get(message.params.chatId)?.(message.params);
      return;
    }
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (!waiting || message.id === undefined) return;
    this.#waiting.delete(message.id);
    if (message.error) waiting.fail(new Error(message.error.message));
    else waiting.done(message.result);
  }
}

/** CPU of a process so far, in milliseconds, as the kernel counts it (10 ms steps). */
export function cpuMs(pid: number | null): number {
  if (pid === null) {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

export function startProvider(): Promise<{ child: ChildProcess; port: number; lines: string[] }> {
  const child = spawn(process.execPath, ["test/bench/provider.mjs"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  return new Promise((done) => {
    child.stdout?.on("data", (data: Buffer) => {
      for (const line of data.toString("utf8").trim().split("\n")) {
        lines.push(line);
        if (line.startsWith("port ")) done({ child, port: Number(line.slice(5)), lines });
      }
    });
  });
}
