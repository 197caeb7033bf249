// One chat over HTTP, whole or streamed: a client that hangs up stops it, and what fails before the first word is an HTTP error.
import type { ChatEventBody, ChatResult } from "../../../shared/chat.ts";
import { Failure, type FailureKind, FAILURES } from "../../../shared/failure.ts";
import type { Send } from "../../chat/send.ts";
import { createEventStream, type EventStream } from "../../rpc/event-stream.ts";
import { usdOf } from "./openai-chat/answer.ts";
import { createEventBody } from "./event-body.ts";
import { withWay } from "../soft-limit.ts";
import { failureOf, type Refusal, refusalOf, retryHeaders } from "./refusal.ts";
import type { Replay } from "./replay.ts";
import { shapedAnswer, waitsForWhole } from "./shaped-answer.ts";
import { type Asked, isAnswer, type Narrator, type Surface } from "./surface.ts";

export interface AnswerParts {
  readonly send: Send;
  readonly replay: Replay;
  /** The client's name in the ledger. */
  readonly editor: string;
  /** Ends when the client hangs up or the door closes. */
  readonly signal: AbortSignal;
  readonly logBug: (error: unknown) => void;
}

/** After this long without a word a stream begins anyway: proxies and clients give up on a silent connection. */
const SILENCE_MS = 15_000;

export async function wholeAnswer(surface: Surface, asked: Asked, parts: AnswerParts): Promise<Response> {
  const { send, editor, signal, replay } = parts;
  try {
    const result = await send(asked.request, { editor, signal, emit: () => undefined });
    const shaped = shapedAnswer(asked.request, result);
    throwIncomplete(shaped);
    return json(200, surface.whole(asked, shaped, replay), { ...answerHeaders(asked), ...costHeaders(shaped) });
  } catch (error) {
    return errorResponse(surface, refused(error, parts), asked.request.chatId, answerHeaders(asked));
  }
}

/** Resolves once there is something to say: the head of a stream, or an error with its status. */
export function streamedAnswer(surface: Surface, asked: Asked, parts: AnswerParts): Promise<Response> {
  return new Promise((resolve) => new Streamed(surface, asked, parts, resolve).run());
}

class Streamed {
  readonly #surface: Surface;
  readonly #asked: Asked;
  readonly #parts: AnswerParts;
  readonly #resolve: (response: Response) => void;
  readonly #narrator: Narrator;
  readonly #gone = new AbortController();
  readonly #body = createEventBody(() => this.#gone.abort());
  readonly #timer: NodeJS.Timeout;
  /** Deltas that come close together leave as one, the first at once, as on stdio. */
  readonly #events: EventStream;
  #held: ChatEventBody[] = [];
  #model = "";
  #open = false;

  constructor(surface: Surface, asked: Asked, parts: AnswerParts, resolve: (response: Response) => void) {
    this.#surface = surface;
    this.#asked = asked;
    this.#parts = parts;
    this.#resolve = resolve;
    this.#narrator = surface.narrate(asked, parts.replay);
    // What the stream stamps on (chatId, seq) is of our own wire; the narrators do not look at it.
    const sink = { send: (event: unknown) => this.#write(event as ChatEventBody), ready: () => this.#body.ready() };
    this.#events = createEventStream(asked.request.chatId, sink, () => performance.now());
    this.#timer = setTimeout(() => this.#begin(), SILENCE_MS);
  }

  run(): void {
    const { send, editor, signal } = this.#parts;
    const either = AbortSignal.any([signal, this.#gone.signal]);
    send(this.#asked.request, { editor, signal: either, emit: (event) => this.#tell(event) }).then(
      (result) => this.#finish(result),
      (error: unknown) => this.#fail(error),
    );
  }

  #tell(event: ChatEventBody): Promise<void> | undefined {
    if (event.type === "start") this.#model = event.model;
    if (waitsForWhole(this.#asked.request, event)) return undefined;
    if (isAnswer(event)) this.#begin();
    return this.#events.emit(event);
  }

  #write(event: ChatEventBody): void {
    if (event.type === "tool-call") this.#held.push(event);
    else if (event.type === "seam" && event.restarted) this.#held = [];
    else this.#body.write((isAnswer(event) ? this.#calls() : "") + this.#narrator.tell(event));
  }

  /** Calls leave when something follows them: those of an answer that is begun anew must not have been made twice. */
  #calls(): string {
    const calls = this.#held;
    this.#held = [];
    return calls.map((call) => this.#narrator.tell(call)).join("");
  }

  #finish(result: ChatResult): void {
    this.#events.close();
    try {
      const shaped = shapedAnswer(this.#asked.request, result);
      throwIncomplete(shaped);
      if (this.#asked.request.output && shaped.text !== "")
        this.#body.write(this.#narrator.tell({ type: "text-delta", text: shaped.text }));
      this.#body.write(this.#calls() + this.#narrator.end(shaped));
      this.#model ||= shaped.model;
      this.#close();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#events.close();
    const refusal = refused(error, this.#parts);
    if (!this.#open) {
      clearTimeout(this.#timer);
      this.#resolve(errorResponse(this.#surface, refusal, this.#asked.request.chatId, answerHeaders(this.#asked)));
      return;
    }
    this.#body.write(this.#narrator.fail(refusal));
    this.#close();
  }

  #close(): void {
    this.#begin();
    this.#body.close();
  }

  #begin(): void {
    if (this.#open) return;
    this.#open = true;
    clearTimeout(this.#timer);
    const headers = {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      // nginx holds back what it proxies unless told.
      "x-accel-buffering": "no",
      ...answerHeaders(this.#asked),
      ...(this.#model ? { "x-latchkey-model": this.#model } : {}),
    };
    this.#resolve(new Response(this.#body.readable, { headers }));
  }
}

/** Nobody can be asked over HTTP: a soft limit refuses, and says with which header its owner lets it be passed. */
function refused(error: unknown, { logBug }: Pick<AnswerParts, "logBug">): Refusal {
  return refusalOf(failureOf(withWay(error, "To send it anyway, add the header x-latchkey-over-soft-limit: proceed."), logBug));
}

/** These interfaces have no word for an answer that broke off: it is an error, and what came is in it. */
function throwIncomplete(result: ChatResult): void {
  const { stopReason, failure, text, cost } = result;
  if (stopReason === "cancelled") throw new Failure("cancelled", "The chat was stopped.", { partialText: text });
  if (stopReason !== "broken") return;
  const kind: FailureKind = failure && failure.kind in FAILURES ? (failure.kind as FailureKind) : "providerUnavailable";
  throw new Failure(kind, failure?.message ?? "The answer broke off before its end.", { partialText: text, cost });
}

export function errorResponse(surface: Surface, refusal: Refusal, requestId: string, headers: Record<string, string> = {}): Response {
  return json(surface.statusOf(refusal), surface.errorBody(refusal, requestId), { ...headers, ...retryHeaders(refusal) });
}

function answerHeaders({ request, ignored }: Asked): Record<string, string> {
  return {
    "x-request-id": request.chatId,
    "request-id": request.chatId,
    "x-latchkey-chat-id": request.chatId,
    ...(ignored.length > 0 ? { "x-latchkey-ignored": ignored.join(", ") } : {}),
  };
}

function costHeaders({ model, cost }: ChatResult): Record<string, string> {
  const usd = usdOf(cost.nanoUsd);
  return {
    "x-latchkey-model": model,
    "x-latchkey-cost-usd": usd === null ? "unpriced" : usd.toFixed(9),
    "x-latchkey-cost-provenance": cost.provenance,
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}
