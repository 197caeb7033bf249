// What the TypeScript client offers, as types alone: this file becomes the published declarations word for word.
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

export interface ConnectOptions {
  /** How the sidecar is started; the one of this package, run by this Node, unless told. */
  readonly command?: readonly [string, ...string[]];
  /** Environment of the sidecar: where keys and LATCHKEY_HOME may stand. This process's own unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Your program's name and version, as the ledger will know it. */
  readonly client?: { readonly name: string; readonly version: string };
  /** Settings in nested form; docs/protocol.md lists them. Without any, the user's own settings.json holds. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A folder, for budgets and reports by workspace. */
  readonly workspace?: string;
  /** Receives the sidecar's log, JSON lines. Not shown unless given. */
  readonly onLog?: (text: string) => void;
}

/** A prompt, or everything `chat/send` takes but its name. */
export type Prompt = string | Omit<ChatRequest, "chatId">;

/** A schema of zod (4.2 or newer), or of any library that speaks Standard Schema and gives its JSON Schema. */
export interface OutputSchemaOf<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    readonly validate: (value: unknown) => Checked<Output> | Promise<Checked<Output>>;
    readonly jsonSchema?: { readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown> };
  };
}
export type Checked<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** A prompt whose answer is to fit a schema: `result.output` is then of the schema's type. */
export type TypedPrompt<Output> = Omit<ChatRequest, "chatId" | "output"> & { readonly output: OutputSchemaOf<Output> };

/** One chat under way; its events are read once, and each is kept until it is read. */
export interface Chat<Output = unknown> extends AsyncIterable<ChatEvent> {
  readonly chatId: string;
  /** The whole answer. A cancelled or broken chat has one too; rejects with LatchkeyError when there was none. */
  readonly result: Promise<ChatResult & { output?: Output }>;
  /** The pieces of the text alone. */
  texts(): AsyncIterable<string>;
  /** Stops it; the result then says "cancelled", with the text and the cost so far. */
  cancel(): void;
}

export interface Client extends AsyncDisposable {
  /** The sidecar's version. */
  readonly version: string;
  /** Any method of the wire. */
  call<Method extends RequestMethod>(
    method: Method,
    params: ParamsOf<Method>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<ResultOf<Method>>;
  /** Starts a chat at once, whether or not its events are read. */
  chat<Output>(prompt: TypedPrompt<Output>, options?: { readonly signal?: AbortSignal }): Chat<Output>;
  chat(prompt: Prompt, options?: { readonly signal?: AbortSignal }): Chat;
  /** Any notification of the wire; returns how to stop listening. */
  on<Method extends NotificationMethod>(method: Method, listener: (params: NotificationOf<Method>) => void): () => void;
  /** Ends the sidecar; resolves with its exit code. */
  close(): Promise<number | null>;
}

/** What the sidecar answers when it refuses or fails: switch on `kind`. */
export interface LatchkeyErrorShape extends Error {
  readonly code: number;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type Connect = (options?: ConnectOptions) => Promise<Client>;
