// An answer in a schema: a layer around the spine that checks what came, asks once for a repair, then asks the next model.
import type { ValidateFunction } from "ajv";
import type { Attempt, ChatEventBody, ChatResult, Message, Part } from "../../shared/chat.ts";
import { Failure, isFailure } from "../../shared/failure.ts";
import { formatUsd } from "../../shared/money.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import { admit } from "./admit.ts";
import { totalsOf } from "./ending.ts";
import { outputIn } from "./output-text.ts";
import { formName } from "./output-mode.ts";
import { OutputSchemas } from "./output-schemas.ts";
import { PartialOutput } from "./partial-output.ts";
import type { Caller, SpineParts } from "./parts.ts";
import { createSend, type Send } from "./send.ts";

export function createStructured(parts: SpineParts): Send {
  const plain = createSend(parts);
  const schemas = new OutputSchemas();
  return async (request, caller) => {
    if (!request.output) return plain(request, caller);
    const admitted = admit(request);
    const validate = await schemas.compile(request.output.schema);
    return new Rounds(parts, admitted, caller, validate).run();
  };
}

/** Ends where the model was stopped or would not answer: what there is, is handed over as it is and never checked. */
const ENDS: readonly ChatResult["stopReason"][] = ["cancelled", "broken", "refused"];
/** Ends where the answer is not whole: never accepted, even when it happens to fit, and never mended. */
const CUTS: readonly ChatResult["stopReason"][] = ["length", "budget"];

/** What came of one round. */
type Checked = { readonly output: unknown } | { readonly problem: string; readonly wasCut: boolean };

class Rounds {
  readonly #parts: SpineParts;
  readonly #request: ChatRequest;
  readonly #caller: Caller;
  readonly #validate: ValidateFunction;
  readonly #form: string;
  readonly #startedAt: Date;
  readonly #attempts: Attempt[] = [];
  readonly #failed: string[] = [];
  #route: ChatResult["route"] | null = null;
  #rounds = 0;
  /** The answer that did not fit. */
  #last: { readonly answer: ChatResult; readonly problem: string } | null = null;

  constructor(parts: SpineParts, request: ChatRequest, caller: Caller, validate: ValidateFunction) {
    this.#parts = parts;
    this.#request = request;
    this.#caller = caller;
    this.#validate = validate;
    this.#form = formName(request.output ?? { schema: {} }, request.tools);
    this.#startedAt = parts.now();
  }

  async run(): Promise<ChatResult> {
    let request = this.#request;
    let isRepair = false;
    for (;;) {
      const answer = await this.#ask(request, isRepair);
      const checked = answer === null || ENDS.includes(answer.stopReason) ? null : this.#check(answer);
      if (answer && (checked === null || "output" in checked)) return this.#finish(answer, checked);
      if (answer && checked && "problem" in checked) {
        this.#last = { answer, problem: checked.problem };
        if (!isRepair && !checked.wasCut && this.#left().attempts > 0) {
          request = repairOf(this.#request, answer, checked.problem);
          isRepair = true;
          continue;
        }
        if (!this.#mayAskAnother(checked.wasCut)) throw this.#invalid(answer.model, checked.problem);
      }
      this.#failed.push(this.#last?.answer.model ?? "");
      request = this.#request;
      isRepair = false;
    }
  }

  /** Who chose the model, or said how long the answer may be, would get the same again. */
  #mayAskAnother(wasCut: boolean): boolean {
    const model = this.#request.model ?? this.#parts.settings().model;
    if (model !== "auto" || (wasCut && this.#request.maxOutputTokens !== undefined)) return false;
    return this.#left().attempts > 0;
  }

  #left(): { attempts: number; ms: number } {
    const settings = this.#parts.settings();
    const totalMs = settings["timeouts.totalMs"];
    const passedMs = this.#parts.now().getTime() - this.#startedAt.getTime();
    return { attempts: settings["attempts.max"] - this.#attempts.length, ms: totalMs === 0 ? 0 : Math.max(1, totalMs - passedMs) };
  }

  /** One round through the spine, which knows of no rounds: its settings say what this chat has left. Null: ask another. */
  async #ask(request: ChatRequest, isRepair: boolean): Promise<ChatResult | null> {
    this.#rounds += 1;
    const { attempts, ms } = this.#left();
    const settings = this.#parts.settings();
    const within = {
      ...settings,
      "routing.banned": [...settings["routing.banned"], ...this.#failed],
      "attempts.max": attempts,
      "timeouts.totalMs": ms,
    };
    const send = createSend({ ...this.#parts, settings: () => within, purpose: isRepair ? "repair" : (this.#parts.purpose ?? "chat") });
    try {
      // A soft limit asks before the first round, not between a draft that is paid and its correction.
      const asked: ChatRequest = this.#last === null ? request : { ...request, overSoftLimit: "proceed" };
      const result = await send(asked, this.#listener(isRepair));
      this.#attempts.push(...result.attempts);
      this.#route ??= result.route;
      return result;
    } catch (error) {
      if (this.#last === null || !isFailure(error)) throw error;
      this.#attempts.push(...((error.details.attempts ?? []) as Attempt[]));
      if (error.kind === "cancelled") return { ...this.#last.answer, stopReason: "cancelled" };
      if (isRepair && this.#mayAskAnother(false) && othersMayAnswer(error)) return null;
      throw this.#failureOf(error, this.#last.answer.model);
    }
  }

  /** The failure of a later round, with what the earlier ones tried and cost. */
  #failureOf(error: Failure, model: string): Failure {
    const details = { ...error.details, attempts: this.#attempts, cost: totalsOf(this.#attempts).cost };
    if (!othersMayAnswer(error)) return new Failure(error.kind, error.message, details, { cause: error });
    const then = error.kind === "noCandidate" ? "No other model can take it." : `After that: ${error.message}`;
    const spent = details.cost.nanoUsd === null ? "" : ` The answers cost ${formatUsd(details.cost.nanoUsd)}.`;
    const message = `No answer matched the schema that was asked for. ${model}: ${this.#last?.problem}. ${then}${spent}`;
    return new Failure("outputInvalid", message, details, { cause: error });
  }

  /** All rounds are one chat to whoever listens: one route, one end; a draft that did not fit is void. */
  #listener(isRepair: boolean): Caller {
    const round = this.#rounds;
    const before = this.#last?.answer.model;
    const preview = new PartialOutput(round, this.#parts.now);
    const show = (text: string, told?: Promise<void>) => {
      const partial = preview.push(text);
      return partial === null ? told : this.#caller.emit(partial);
    };
    const emit = (event: ChatEventBody): Promise<void> | undefined => {
      switch (event.type) {
        case "route":
          if (round === 1) return this.#caller.emit(event);
          return isRepair ? undefined : this.#announce(event.route.candidates[0]?.model ?? null);
        case "start": {
          const told = this.#caller.emit(event);
          if (before === undefined) return told;
          return this.#caller.emit({ type: "seam", from: before, to: event.model, at: 0, restarted: true });
        }
        case "tool-call": {
          if (event.call.name !== this.#form) return this.#caller.emit(event);
          const text = event.call.rawArguments ?? JSON.stringify(event.call.arguments);
          // A vendor that gives the form whole shows it whole.
          if (preview.isEmpty) void show(text);
          return this.#caller.emit({ type: "text-delta", text });
        }
        case "text-delta":
          return show(event.text, this.#caller.emit(event));
        case "usage":
        case "end":
          return undefined;
        default:
          return this.#caller.emit(event);
      }
    };
    let attempt = "";
    const formPiece = (text: string, attemptId: string) => {
      if (attempt !== attemptId) preview.restart();
      attempt = attemptId;
      return show(text);
    };
    return { ...this.#caller, emit, formPiece };
  }

  #announce(to: string | null): Promise<void> | undefined {
    const from = this.#last?.answer.model ?? "";
    const reason = `${from} did not answer in the schema that was asked for.`;
    return this.#caller.emit({ type: "fallback", from, to, reason, kind: "outputInvalid" });
  }

  /** Null where there is nothing to check: the model calls a tool of the caller's, and answers later. */
  #check(answer: ChatResult): Checked | null {
    const calls = answer.parts.filter((part) => part.type === "toolCall");
    if (calls.length > 0 && calls.every((call) => call.name !== this.#form)) return null;
    if (CUTS.includes(answer.stopReason)) return { problem: "the answer was cut off before its end", wasCut: true };
    const read = outputIn(answer.parts, answer.text, this.#form);
    if (!read.ok) return { problem: read.problem, wasCut: false };
    if (this.#validate(read.value)) return { output: read.value };
    const errors = (this.#validate.errors ?? []).slice(0, 8);
    return {
      problem: errors.map((error) => `${error.instancePath || "the answer"} ${error.message ?? error.keyword}`).join("; "),
      wasCut: false,
    };
  }

  #invalid(model: string, problem: string): Failure {
    const { cost } = totalsOf(this.#attempts);
    const message = `The answer did not match the schema that was asked for after ${this.#rounds} rounds; ${model}: ${problem}.`;
    return new Failure("outputInvalid", message, { model, problem, rounds: this.#rounds, attempts: this.#attempts, cost });
  }

  async #finish(answer: ChatResult, checked: { readonly output: unknown } | null): Promise<ChatResult> {
    const { usage, cost } = totalsOf(this.#attempts);
    const parts = answer.parts.map((part) => this.#asText(part));
    const wasForm = parts.some((part, at) => part !== answer.parts[at]);
    const stopReason = wasForm && answer.stopReason === "toolUse" ? "end" : answer.stopReason;
    const text = wasForm ? parts.map((part) => (part.type === "text" ? part.text : "")).join("") : answer.text;
    await this.#caller.emit({ type: "usage", usage, cost });
    await this.#caller.emit({ type: "end", stopReason, ...(answer.notice ? { notice: answer.notice } : {}) });
    const output = checked === null ? {} : { output: checked.output };
    const route = this.#route ?? answer.route;
    return { ...answer, ...{ parts, text, stopReason, usage, cost, route }, attempts: this.#attempts, rounds: this.#rounds, ...output };
  }

  /** A form that was filled in is the answer, however it was asked for. */
  #asText(part: Part): Part {
    if (part.type !== "toolCall" || part.name !== this.#form) return part;
    return { type: "text", text: part.rawArguments ?? JSON.stringify(part.arguments) };
  }
}

/** It was the model or its provider that failed, not the request, the purse or the person. */
function othersMayAnswer(failure: Failure): boolean {
  return failure.kind === "noCandidate" || failure.kind === "allFailed" || failure.row.tryNext === "yes";
}

/** The same chat, with what came and what the validator says of it; asked of the model that gave it. */
function repairOf(request: ChatRequest, answer: ChatResult, problem: string): ChatRequest {
  const given = answer.parts
    .map((part) => (part.type === "toolCall" ? (part.rawArguments ?? JSON.stringify(part.arguments)) : ""))
    .join("");
  const said = [answer.text, given].filter((text) => text !== "").join("\n") || "(nothing)";
  const ask = `That does not match the JSON Schema: ${problem}. Answer again with the whole JSON value, corrected, and nothing else.`;
  const more: Message[] = [
    { role: "assistant", parts: [{ type: "text", text: said }] },
    { role: "user", parts: [{ type: "text", text: ask }] },
  ];
  return { ...request, model: answer.model, messages: [...request.messages, ...more] };
}
