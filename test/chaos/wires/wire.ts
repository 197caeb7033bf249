// What the loopback provider needs of a dialect: its paths, its frames, its ways of refusing, as the vendors document them.
import type { Dialect } from "../../../shared/custom.ts";

/** Tokens as the provider counts them; "missing" leaves usage out, "absurd" sends figures that cannot be. */
export type Counts = { readonly input: number; readonly output: number } | "missing" | "absurd";

export interface ToolCall {
  readonly name: string;
  /** JSON, sent in pieces. */
  readonly arguments: string;
}

/** One answer in the making, frame by frame. */
export interface Writing {
  /** Lifecycle frames before anything of the answer. */
  begin(): string[];
  text(text: string): string;
  /** A tool call in several frames, its arguments cut. */
  call(call: ToolCall, pieces: number): string[];
  /** Everything that closes a complete answer, usage included. */
  end(counts: Counts): string[];
  /** An error in the middle of the stream. */
  error(): string;
  /** What keeps a connection alive and says nothing. */
  ping(): string;
}

export interface Wire {
  readonly dialect: Dialect;
  /** After the address of the server and the provider's own path. */
  readonly basePath: string;
  write(counts: Counts): Writing;
  /** The same answer as one JSON document, as servers send that ignore streaming; null where none do. */
  whole(text: string, counts: Counts): string | null;
  /** The body of a refusal with this status. */
  refusal(status: number): string;
  /** An error object as the whole body of a successful response. */
  errorBody(): string;
  /** Texts of assistant messages in a request: the last is what is to be continued. */
  assistantTexts(body: unknown): string[];
}

/** What vendors say with each status; wording as in their documentation of errors. */
export const WORDS: Readonly<Record<number, { readonly code: string; readonly message: string }>> = {
  401: { code: "invalid_api_key", message: "Incorrect API key provided." },
  402: { code: "insufficient_balance", message: "Insufficient Balance" },
  403: { code: "forbidden", message: "Your key may not use this endpoint." },
  404: { code: "model_not_found", message: "The model does not exist." },
  408: { code: "timeout", message: "The request timed out." },
  409: { code: "conflict", message: "The resource is locked for now." },
  413: { code: "request_too_large", message: "Request exceeds the maximum size." },
  429: { code: "rate_limit_exceeded", message: "Rate limit reached." },
  500: { code: "server_error", message: "The server had an error." },
  502: { code: "bad_gateway", message: "Bad gateway." },
  503: { code: "service_unavailable", message: "The service is unavailable." },
  529: { code: "overloaded_error", message: "Overloaded" },
};

/** Cuts a text into so many parts, none empty where that can be. */
export function cutInto(text: string, pieces: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / Math.max(1, pieces)));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
}

export function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export function named(event: string, value: Record<string, unknown>): string {
  return `event: ${event}\ndata: ${JSON.stringify({ type: event, ...value })}\n\n`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text of a message whose content is a string or a list of parts with `text`. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isRecord(part) && typeof part.text === "string" ? part.text : "")).join("");
}
