// What one vendor's HTTP interface is to the door: how a request is read, how an answer, its stream and an error are written.
import type { ChatEventBody, ChatResult } from "../../../shared/chat.ts";
import type { ModelInfo } from "../../../shared/model.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";
import type { Refusal } from "./refusal.ts";
import type { Replay } from "./replay.ts";

/** One request, understood. */
export interface Asked {
  readonly request: ChatRequest;
  readonly stream: boolean;
  /** Where the answer ends, beside its own end. */
  readonly stops: readonly string[];
  /** Parameters that the sender gave and no model will see. */
  readonly ignored: readonly string[];
  /** Whether a stream closes with its usage (OpenAI's `include_usage`). */
  readonly includeUsage: boolean;
  /** The answer's own id in the vendor's form. */
  readonly id: string;
  readonly createdAt: Date;
  /** Fields of the request that the answer repeats. */
  readonly echo: Readonly<Record<string, unknown>>;
}

export interface Reading {
  readonly replay: Replay;
  readonly now: Date;
  readonly newId: () => string;
  /** What the headers say: conversation, workspace, policy, the most it may cost. */
  readonly options: Partial<ChatRequest>;
}

/** From the first of these on there is an answer, and a stream can no longer become an error. */
export function isAnswer(event: ChatEventBody): boolean {
  return event.type === "start" || event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "tool-call";
}

/** Tells a stream as server-sent events; each call gives the text to send now, or "". */
export interface Narrator {
  tell(event: ChatEventBody): string;
  end(result: ChatResult): string;
  fail(refusal: Refusal): string;
}

export interface Surface {
  read(body: unknown, reading: Reading): Asked;
  whole(asked: Asked, result: ChatResult, replay: Replay): unknown;
  narrate(asked: Asked, replay: Replay): Narrator;
  errorBody(refusal: Refusal, requestId: string): unknown;
  statusOf(refusal: Refusal): number;
}

export type ModelRow = Pick<ModelInfo, "id" | "provider" | "model" | "aliases" | "name" | "contextWindowTokens" | "maxOutputTokens"> & {
  readonly available: boolean;
};
