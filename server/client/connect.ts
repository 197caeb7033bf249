// The TypeScript client: starts a sidecar of its own and speaks to it; `import { connect } from "latchkey/client"`.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { env, execPath, pid } from "node:process";
import { fileURLToPath } from "node:url";
import { RunningChat } from "./chat.ts";
import type { Chat, Client, Connect, ConnectOptions, Prompt, TypedPrompt } from "./contract.ts";
import { Frames, LatchkeyError } from "./frames.ts";
import { asOutput, checked, schemaIn } from "./typed-output.ts";
import type {
  ChatEvent,
  ChatRequest,
  ChatResult,
  NotificationMethod,
  NotificationOf,
  ParamsOf,
  RequestMethod,
  ResultOf,
} from "./wire-types.ts";

export type * from "./contract.ts";
export { LatchkeyError };

const PROTOCOL_VERSION = 1;
/** A sidecar that was asked to end and does not is ended. */
const LONGEST_FAREWELL_MS = 3000;

export const connect: Connect = async (options = {}) => {
  const [program, ...words] = options.command ?? [execPath, fileURLToPath(new URL("./latchkey.cjs", import.meta.url)), "serve", "--stdio"];
  const child = spawn(program, words, { env: { ...(options.environment ?? env) }, stdio: ["pipe", "pipe", "pipe"] });
  const client = new Sidecar(child, options.onLog);
  await client.initialize(options);
  return client;
};

type Listener = (params: never) => void;

class Sidecar implements Client {
  version = "";
  readonly #child: ChildProcess;
  readonly #frames: Frames;
  readonly #exited: Promise<number | null>;
  readonly #chats = new Map<string, { push(event: ChatEvent): void }>();
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(child: ChildProcess, onLog: ConnectOptions["onLog"]) {
    const { stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw new Error("The sidecar's pipes could not be opened.");
    this.#child = child;
    this.#frames = new Frames(stdout, stdin, (method, params) => this.#notified(method, params));
    stderr.setEncoding("utf8").on("data", (text: string) => onLog?.(text));
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#frames.close(new Error(`The sidecar could not be started: ${error.message}`, { cause: error }));
        resolve(null);
      });
      child.once("exit", (code, signal) => {
        this.#frames.close(new Error(`The sidecar has ended (${signal ?? `code ${code}`}).`));
        resolve(code);
      });
    });
  }

  async initialize({ client = { name: "node", version: "" }, settings, workspace }: ConnectOptions): Promise<void> {
    const initializationOptions = { protocolVersion: PROTOCOL_VERSION, client, settings, workspace };
    const answer = await this.#frames.request("initialize", { processId: pid, capabilities: {}, initializationOptions });
    this.version = (answer as { serverInfo: { version: string } }).serverInfo.version;
    this.#frames.notify("initialized", {});
  }

  call<Method extends RequestMethod>(method: Method, params: ParamsOf<Method>, options: { signal?: AbortSignal } = {}) {
    // The sidecar checks its own answers against the schema that this type derives from.
    return this.#frames.request(method, params, options.signal) as Promise<ResultOf<Method>>;
  }

  chat<Output>(prompt: TypedPrompt<Output>, options?: { signal?: AbortSignal }): Chat<Output>;
  chat(prompt: Prompt, options?: { signal?: AbortSignal }): Chat;
  chat<Output>(prompt: Prompt | TypedPrompt<Output>, options: { signal?: AbortSignal } = {}): Chat<Output> {
    const chatId = randomUUID();
    const stop = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
    const schema = schemaIn<Output>(prompt);
    const chat = new RunningChat<Output>(
      chatId,
      () => stop.abort(),
      async () => checked(await this.#send({ ...asRequest(prompt), chatId }, signal), schema),
    );
    this.#chats.set(chatId, chat);
    return chat;
  }

  on<Method extends NotificationMethod>(method: Method, listener: (params: NotificationOf<Method>) => void): () => void {
    const listeners = this.#listeners.get(method) ?? new Set();
    this.#listeners.set(method, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  async close(): Promise<number | null> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), LONGEST_FAREWELL_MS);
    await this.#frames.request("shutdown", undefined).catch(() => undefined);
    this.#frames.notify("exit", undefined);
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #send(request: ChatRequest, signal: AbortSignal): Promise<ChatResult> {
    try {
      return await this.call("chat/send", request, { signal });
    } finally {
      this.#chats.delete(request.chatId);
    }
  }

  #notified(method: string, params: unknown): void {
    if (method === "chat/event") {
      const event = params as ChatEvent;
      this.#chats.get(event.chatId)?.push(event);
    }
    for (const listener of this.#listeners.get(method) ?? []) listener(params as never);
  }
}

function asRequest(prompt: Prompt | TypedPrompt<unknown>): Omit<ChatRequest, "chatId"> {
  if (typeof prompt === "string") return { messages: [{ role: "user", parts: [{ type: "text", text: prompt }] }] };
  const { output, ...request } = prompt;
  return { ...request, ...(output ? { output: asOutput(output) } : {}) };
}
