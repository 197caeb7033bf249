// The port to a vendor: one request out, one stream of neutral events in; knows no routing, no money and no retry.
import type { Message, Origin, OutputSchema, Reasoning, StopReason, ToolCallPart, ToolChoice, ToolDefinition } from "../../shared/chat.ts";
import type { Capability, ModelInfo } from "../../shared/model.ts";
import type { Usage } from "../../shared/money.ts";
import type { Dialect as WireDialect } from "../../shared/custom.ts";

export type DialectName = WireDialect | "demo";

/** A key that can be used but not printed; `reveal` is called only where the vendor's header is made. */
export interface UsableSecret {
  reveal(): string;
}

/** The rates a vendor states in its response headers, for health and ranking. */
export interface RateHeaders {
  readonly status: number;
  readonly headers: Headers;
}

/** Where and how to speak: everything a dialect needs that is not the prompt. */
export interface ProviderConnection {
  readonly provider: string;
  /** Normalised, without a trailing slash, in the form that the dialect's SDK wants (see registry.ts). */
  readonly baseUrl: string;
  readonly secret: UsableSecret | null;
  /** Takes every known key, in every usual encoding, out of a vendor's words before anyone sees them. */
  readonly scrub?: (text: string) => string;
  /** Origin-checked, proxied, observed: the only way out. */
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
  readonly quirks: Quirks;
  /** Called for what a vendor sends that yields no event, such as a part of a tool call: the stream is alive. */
  readonly onAlive?: () => void;
}

/** Differences between vendors of one dialect, as data; every row that sets one names its source in registry.ts. */
export interface Quirks {
  /** The field that limits output tokens in openai-chat requests. */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens";
  /** The role that carries the system prompt. */
  readonly systemRole?: "system" | "developer";
  /** False where the vendor refuses `temperature` (whole provider; single models say so in ModelInfo.quirks). */
  readonly temperature?: boolean;
  /** False where `stream_options.include_usage` is refused or unknown. */
  readonly streamUsage?: boolean;
  /** How reasoning is asked for in openai-chat. */
  readonly reasoningField?: "reasoning_effort" | "reasoning" | "thinking" | "thinking_effort" | "enable_thinking" | "none";
  /** True where completion tokens leave out reasoning tokens although the total counts them (xAI). */
  readonly reasoningOutsideCompletion?: boolean;
  /** How a JSON Schema is asked for. */
  readonly structured?: "json_schema" | "json_object" | "tool" | "none";
  /** False where a schema may not be sent with `strict: true`. */
  readonly strictSchema?: boolean;
  /** Sends the key in this header, in this form, instead of the SDK's own way. */
  readonly keyHeader?: { readonly name: string; readonly scheme?: "Bearer" };
  /** The key is still written where the SDK wants one, but never sent, when the server takes none. */
  readonly keyOptional?: boolean;
  /** Sent as `anthropic-version` instead of the SDK's own. */
  readonly anthropicVersion?: string;
  /** Which tool choices the vendor knows. */
  readonly toolChoice?: readonly ("auto" | "none" | "required" | "named")[];
  /** False where assistant content must be a string rather than an array of parts, or images may not be sent. */
  readonly contentParts?: boolean;
  /** False where several tool calls in one turn are refused. */
  readonly parallelTools?: boolean;
  /** A free request that needs the key, relative to the base URL, where the list of models is public and tests nothing. */
  readonly keyPath?: string;
  /** How a last assistant message asks to be continued; absent where the vendor starts a new turn instead. */
  readonly prefill?: "plain" | "prefix" | "partial";
  /** The only form of tool call id that is taken: nine letters or digits (Mistral). */
  readonly toolIds?: "nine";
  /** Assistant turns with tool calls must carry the field `reasoning_content`, if only an empty one. */
  readonly reasoningBack?: boolean;
  /** Prompt-cache marks are taken inside content parts (OpenRouter, for models that need marks). */
  readonly cacheMarks?: boolean;
  /** Tells the log probabilities of what a model wrote, of models that do not reason. */
  readonly logprobs?: boolean;
}

export interface ProviderRequest {
  /** The vendor's own id. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly reasoning?: Reasoning;
  /** How this model's reasoning can be steered, as the catalogue says; unknown where it is absent. */
  readonly reasoningControl?: ModelInfo["reasoningControl"];
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly output?: OutputSchema;
  /** "native" only where the catalogue says that it works; "tool" forces one tool; "prompt" sends nothing of the schema. */
  readonly outputMode?: "native" | "tool" | "prompt";
  /** False where the schema goes beyond what the vendor can hold an answer to exactly. */
  readonly outputStrict?: boolean;
  readonly capabilities: readonly Capability[];
  /** What the catalogue knows of this model beyond capabilities (see catalog); dialects read the names they know. */
  readonly modelQuirks?: Readonly<Record<string, unknown>>;
  /** Vendor parameters to leave out, learned from an earlier refusal. */
  readonly omitParameters?: readonly string[];
  /** Continue this assistant text instead of beginning a new turn, where the vendor supports a prefilled answer. */
  readonly continueText?: string;
  /** Ask how sure the model is, where the vendor tells. */
  readonly logprobs?: boolean;
  /** Seconds of prompt-cache life to ask for, where the vendor needs marks. */
  readonly cache?: "off" | "5m" | "1h";
}

/**
 * What a dialect yields. Exactly one `end` closes a complete stream; a stream without its vendor's terminal event throws.
 * A `reasoning` event with an `origin` closes the reasoning part that its text belongs to; the part keeps it, and it
 * goes back unchanged to the same dialect, provider and model, and to nobody else.
 */
export type ProviderEvent =
  | { readonly type: "start"; readonly responseId?: string; readonly model?: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string; readonly origin?: Origin }
  | { readonly type: "tool-call"; readonly call: ToolCallPart }
  /** A piece of the form that the answer was asked for as, in its vendor's pieces; for previews alone: the call comes whole. */
  | { readonly type: "form-piece"; readonly text: string }
  | {
      readonly type: "usage";
      readonly usage: Usage;
      readonly raw: unknown;
      readonly reportedNanoUsd?: number;
      readonly serviceTier?: string;
    }
  | {
      readonly type: "end";
      readonly stopReason: StopReason;
      readonly rawStopReason: string | null;
      /** The mean log probability of the tokens written, where it was asked for and told. */
      readonly meanLogprob?: number;
      /** The vendor's or model's own words when it refused; never part of the text. */
      readonly refusal?: string;
    };

/** Streams one answer. Throws a Failure (never an SDK error); when `signal` aborts, it stops and throws kind "cancelled". */
export type StreamAnswer = (request: ProviderRequest, connection: ProviderConnection, signal: AbortSignal) => AsyncIterable<ProviderEvent>;

/** One model as a vendor's own list names it; only what the vendor states. */
export interface ListedModel {
  readonly id: string;
  readonly name?: string;
  readonly contextWindowTokens?: number;
  readonly maxOutputTokens?: number;
  readonly capabilities?: readonly Capability[];
}

export type ListModels = (connection: ProviderConnection, signal: AbortSignal) => Promise<ListedModel[]>;

export interface Dialect {
  readonly name: DialectName;
  readonly stream: StreamAnswer;
  /** The vendor refuses trailing white space in a text to be continued, so it is sent without. */
  readonly trimsContinuation?: boolean;
  /** The free request behind key/test and model/refresh. */
  readonly listModels: ListModels;
}
