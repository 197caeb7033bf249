// Chunks of a chat completion, or one whole completion, as neutral events; one reader an answer.
import type { UsageProvenance } from "../../../shared/money.ts";
import { broken } from "../answer-body.ts";
import { answerer, bodyFailure, type FailureContext } from "../errors.ts";
import { Likelihood } from "../likelihood.ts";
import { openaiUsage, reportedNanoUsd } from "../openai-usage.ts";
import type { ProviderEvent } from "../provider.ts";
import type { AnswerReader, NamedEvent } from "../pump.ts";
import { pushPiece, toolCall } from "../tool-arguments.ts";
import { originOf } from "../transcript.ts";
import { isObject, listOf, objectOf, stringOf, type VendorObject } from "../vendor-json.ts";
import { stopReasonOf } from "./stop-reasons.ts";

interface BegunCall {
  id: string;
  name: string;
  given: string;
}

export class ChatReader implements AnswerReader<NamedEvent> {
  readonly #context: FailureContext;
  readonly #form: string | undefined;
  readonly #answer: { readonly whole: boolean; readonly tail: () => string };
  readonly #calls = new Map<string, BegunCall>();
  #details: unknown[] = [];
  #reasoningField: "reasoning_content" | undefined;
  #started = false;
  #finish: string | null = null;
  #message = false;
  #refusal = "";
  #usage: VendorObject | undefined;
  #serviceTier: string | undefined;
  readonly #likelihood = new Likelihood();

  /** `tail` tells at the end whether the body closed with `[DONE]`, which the SDK keeps to itself. */
  constructor(context: FailureContext, answer: { readonly whole: boolean; readonly tail: () => string }, form?: string) {
    this.#context = context;
    this.#form = form;
    this.#answer = answer;
  }

  read({ event, data: chunk }: NamedEvent, out: ProviderEvent[]): void {
    if (!isObject(chunk)) return;
    this.#start(chunk, out);
    this.#noteUsage(chunk);
    const choice = firstChoice(chunk);
    if (choice) this.#readChoice(choice, out);
    if (event === "error" && !chunk.error) throw bodyFailure(this.#context, chunk);
    const error = chunk.error ?? objectOf(choice).error ?? (choice ? undefined : errorWithoutWrapper(chunk, this.#answer.whole));
    if (error !== undefined && error !== null && error !== "") {
      throw bodyFailure(this.#context, isObject(error) || typeof error === "string" ? { ...chunk, error } : chunk);
    }
  }

  finish(out: ProviderEvent[]): void {
    if (this.#finish === null && !this.#message && !this.#answer.tail().includes("[DONE]")) {
      throw broken(this.#context.connection.provider, "no end to its answer");
    }
    this.#closeReasoning(out);
    let at = 0;
    for (const { id, name, given } of this.#calls.values()) {
      if (name !== "") out.push({ type: "tool-call", call: toolCall({ id: id || `call_${at}`, name, given }) });
      at += 1;
    }
    this.#pushUsage(out, "reported");
    const stopReason = stopReasonOf(this.#finish, { calls: this.#calls.size > 0, refusal: this.#refusal !== "" });
    if (stopReason === "failed") throw broken(this.#context.connection.provider, `an answer that it gave up (${this.#finish})`);
    out.push({
      type: "end",
      stopReason,
      rawStopReason: this.#finish,
      ...this.#likelihood.told,
      ...(this.#refusal === "" ? {} : { refusal: this.#refusal }),
    });
  }

  get complete(): boolean {
    return this.#finish !== null || this.#message;
  }

  abandon(out: ProviderEvent[]): void {
    this.#pushUsage(out, this.#finish === null ? "estimated" : "reported");
  }

  #start(chunk: VendorObject, out: ProviderEvent[]): void {
    if (this.#started) return;
    this.#started = true;
    const responseId = stringOf(chunk.id);
    const model = stringOf(chunk.model);
    out.push({ type: "start", ...(responseId ? { responseId } : {}), ...(model ? { model } : {}) });
  }

  #readChoice(choice: VendorObject, out: ProviderEvent[]): void {
    const delta = isObject(choice.delta) ? choice.delta : choice.message;
    if (choice.message && !choice.delta) this.#message = true;
    if (isObject(delta)) {
      this.#readReasoning(delta, out);
      this.#readContent(delta.content, out);
      if (typeof delta.refusal === "string") this.#refusal += delta.refusal;
      if (delta.tool_calls) for (const call of listOf(delta.tool_calls)) this.#readCall(objectOf(call), out);
      if (isObject(delta.function_call)) this.#readCall({ index: 0, function: delta.function_call }, out);
    }
    if (choice.logprobs) this.#likelihood.add(objectOf(choice.logprobs).content);
    if (typeof choice.finish_reason === "string" && choice.finish_reason !== "") this.#finish = choice.finish_reason;
  }

  /** A string, or Mistral's list of typed parts, in which thinking is not text. */
  #readContent(content: unknown, out: ProviderEvent[]): void {
    if (typeof content === "string") {
      if (content !== "") this.#pushText(content, out);
      return;
    }
    for (const given of listOf(content)) {
      const part = objectOf(given);
      if (part.type === "thinking" || part.type === "reasoning") this.#readThinking(part, out);
      else if (typeof part.text === "string" && part.text !== "") this.#pushText(part.text, out);
    }
  }

  #pushText(text: string, out: ProviderEvent[]): void {
    this.#closeReasoning(out);
    out.push({ type: "text", text });
  }

  #readThinking(part: VendorObject, out: ProviderEvent[]): void {
    const text =
      typeof part.thinking === "string"
        ? part.thinking
        : listOf(part.thinking)
            .map((inner) => stringOf(objectOf(inner).text))
            .join("");
    const said = text || stringOf(part.text);
    if (said !== "") out.push({ type: "reasoning", text: said });
  }

  /** `reasoning_content` (DeepSeek, Moonshot, xAI, z.ai), `reasoning` (OpenRouter, Groq, Together, Ollama), else `reasoning_details`. */
  #readReasoning(delta: VendorObject, out: ProviderEvent[]): void {
    let text = stringOf(delta.reasoning_content);
    if (text !== "") this.#reasoningField = "reasoning_content";
    else text = stringOf(delta.reasoning);
    if (Array.isArray(delta.reasoning_details)) {
      for (const detail of delta.reasoning_details) {
        this.#keepDetail(detail);
        if (text === "") text = stringOf(objectOf(detail).text) || stringOf(objectOf(detail).summary);
      }
    }
    if (text !== "") out.push({ type: "reasoning", text });
  }

  /** Deltas of one detail are one detail: the vendor wants it back as it would have sent it whole. */
  #keepDetail(given: unknown): void {
    const detail = objectOf(given);
    const last = this.#details.at(-1);
    if (
      isObject(last) &&
      last.type === detail.type &&
      last.index === detail.index &&
      typeof last.text === "string" &&
      typeof detail.text === "string"
    ) {
      this.#details[this.#details.length - 1] = { ...last, ...detail, text: last.text + detail.text };
    } else this.#details.push(detail);
  }

  #readCall(call: VendorObject, out: ProviderEvent[]): void {
    const named = objectOf(call.function);
    const id = stringOf(call.id);
    const key = keyOf(call.index, id, this.#calls);
    let begun = this.#calls.get(key);
    if (!begun) {
      begun = { id: "", name: "", given: "" };
      this.#calls.set(key, begun);
    }
    begun.id ||= id;
    begun.name ||= stringOf(named.name) || stringOf(call.name);
    const given = named.arguments ?? call.arguments;
    const piece = typeof given === "string" ? given : isObject(given) ? JSON.stringify(given) : "";
    begun.given += piece;
    pushPiece(out, this.#form, begun.name, piece);
  }

  #noteUsage(chunk: VendorObject): void {
    const usage = chunk.usage ?? objectOf(chunk.x_groq).usage ?? objectOf(firstChoice(chunk)).usage;
    if (isObject(usage)) this.#usage = this.#usage ? { ...this.#usage, ...usage } : usage;
    if (typeof chunk.service_tier === "string") this.#serviceTier = chunk.service_tier;
  }

  #pushUsage(out: ProviderEvent[], provenance: UsageProvenance): void {
    const raw = this.#usage;
    if (!raw) return;
    this.#usage = undefined;
    const reported = reportedNanoUsd(raw);
    out.push({
      type: "usage",
      usage: { ...openaiUsage(raw, this.#context.connection.quirks), provenance },
      raw,
      ...(reported === undefined ? {} : { reportedNanoUsd: reported }),
      ...(this.#serviceTier === undefined ? {} : { serviceTier: this.#serviceTier }),
    });
  }

  /** Called when something else begins: the origin belongs to the reasoning before it. */
  #closeReasoning(out: ProviderEvent[]): void {
    if (this.#reasoningField === undefined && this.#details.length === 0) return;
    const raw = this.#reasoningField ? { field: this.#reasoningField } : { field: "reasoning_details", details: this.#details };
    out.push({ type: "reasoning", text: "", origin: originOf("openai-chat", answerer(this.#context), { raw }) });
    this.#reasoningField = undefined;
    this.#details = [];
  }
}

function firstChoice(chunk: VendorObject): VendorObject | undefined {
  if (!Array.isArray(chunk.choices)) return undefined;
  for (const choice of chunk.choices) if (isObject(choice) && !choice.index) return choice;
  return undefined;
}

/** Without an index a new id begins a new call and a missing id continues the last one. */
function keyOf(index: unknown, id: string, calls: ReadonlyMap<string, BegunCall>): string {
  if (typeof index === "number") return String(index);
  if (id !== "") return id;
  return [...calls.keys()].at(-1) ?? "0";
}

/** MiniMax, Cloudflare and FastAPI servers answer 200 with the error at the top. */
function errorWithoutWrapper(chunk: VendorObject, whole: boolean): unknown {
  const code = objectOf(chunk.base_resp).status_code;
  if (typeof code === "number" && code !== 0) return chunk.base_resp;
  if (Array.isArray(chunk.choices) || isObject(chunk.usage)) return undefined;
  const isError = whole || chunk.object === "error" || chunk.type === "error";
  return isError ? (chunk.message ?? chunk.detail ?? chunk.errors ?? chunk.msg) : undefined;
}
