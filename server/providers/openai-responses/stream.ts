// Events of a response stream, or one whole response, as neutral events; one reader an answer.
import type { StopReason } from "../../../shared/chat.ts";
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

/** `incomplete_details.reason`; a complete response has none. */
export const INCOMPLETE_REASONS: Readonly<Record<string, StopReason>> = {
  max_output_tokens: "length",
  max_tokens: "length",
  content_filter: "refused",
};

export class ResponseReader implements AnswerReader<NamedEvent> {
  readonly #context: FailureContext;
  readonly #form: string | undefined;
  #started = false;
  #streamedText = false;
  #streamedReasoning = false;
  #summaryPart: unknown;
  #refusal = "";
  readonly #calls = new Map<string, VendorObject>();
  #sentCalls = 0;
  #sentItems = 0;
  #usage: VendorObject | undefined;
  #last: VendorObject | undefined;
  readonly #likelihood = new Likelihood();

  constructor(context: FailureContext, form?: string) {
    this.#context = context;
    this.#form = form;
  }

  read({ event, data: given }: NamedEvent, out: ProviderEvent[]): void {
    if (!isObject(given)) return;
    const { type } = given;
    if (type === "response.output_text.delta") this.#pushText(stringOf(given.delta), out, given.logprobs);
    else if (type === "response.reasoning_summary_text.delta" || type === "response.reasoning_text.delta") this.#pushReasoning(given, out);
    else if (type === "response.function_call_arguments.delta") this.#readPiece(given, out);
    else if (type === "response.refusal.delta") this.#refusal += stringOf(given.delta);
    else if (type === "response.output_item.added" || type === "response.output_item.done") this.#readItem(given, out);
    else if (type === "error" || event === "error" || (given.error && !isObject(given.response))) throw bodyFailure(this.#context, given);
    else if (isObject(given.response)) this.#readResponse(given.response, type, out);
    else if (given.object === "response" || Array.isArray(given.output)) this.#readWhole(given, out);
    else if (typeof type !== "string") throw bodyFailure(this.#context, given);
  }

  finish(out: ProviderEvent[]): void {
    const last = this.#last;
    if (!last) throw broken(this.#context.connection.provider, "no end to its answer");
    for (const item of this.#calls.values()) this.#pushCall(item, out);
    this.#pushUsage(out, "reported");
    const reason = stringOf(objectOf(last.incomplete_details).reason);
    const status = stringOf(last.status) || "completed";
    if (status === "cancelled") throw broken(this.#context.connection.provider, "an answer that was cancelled there");
    const meant = reason === "" ? "end" : (INCOMPLETE_REASONS[reason] ?? "length");
    out.push({
      type: "end",
      stopReason: meant !== "end" ? meant : this.#refusal !== "" ? "refused" : this.#sentCalls > 0 ? "toolUse" : "end",
      rawStopReason: reason || status,
      ...this.#likelihood.told,
      ...(this.#refusal === "" ? {} : { refusal: this.#refusal }),
    });
  }

  get complete(): boolean {
    return this.#last !== undefined;
  }

  abandon(out: ProviderEvent[]): void {
    this.#pushUsage(out, this.#last ? "reported" : "estimated");
  }

  #pushText(text: string, out: ProviderEvent[], logprobs?: unknown): void {
    if (text === "") return;
    this.#likelihood.add(logprobs);
    this.#streamedText = true;
    out.push({ type: "text", text });
  }

  /** Each part of a summary is a paragraph of its own. */
  #pushReasoning(given: VendorObject, out: ProviderEvent[]): void {
    const text = stringOf(given.delta);
    if (text === "") return;
    const part = `${given.item_id}/${given.summary_index ?? given.content_index}`;
    if (this.#streamedReasoning && this.#summaryPart !== part) out.push({ type: "reasoning", text: "\n\n" });
    this.#streamedReasoning = true;
    this.#summaryPart = part;
    out.push({ type: "reasoning", text });
  }

  #readItem(given: VendorObject, out: ProviderEvent[]): void {
    const item = objectOf(given.item);
    const done = given.type === "response.output_item.done";
    if (item.type === "function_call") {
      const key = stringOf(item.id) || stringOf(item.call_id) || String(given.output_index);
      if (!done) this.#calls.set(key, item);
      else {
        this.#calls.delete(key);
        this.#pushCall(item, out);
      }
    }
    if (item.type === "reasoning" && done) this.#pushReasoningItem(item, out);
  }

  /** The item it belongs to was told before, with its name. */
  #readPiece(given: VendorObject, out: ProviderEvent[]): void {
    const item = this.#calls.get(stringOf(given.item_id)) ?? this.#calls.get(String(given.output_index));
    pushPiece(out, this.#form, item?.name, stringOf(given.delta));
  }

  #pushCall(item: VendorObject, out: ProviderEvent[]): void {
    this.#sentCalls += 1;
    const id = stringOf(item.call_id) || stringOf(item.id) || `call_${this.#sentCalls}`;
    out.push({ type: "tool-call", call: toolCall({ id, name: stringOf(item.name), given: item.arguments }) });
  }

  /** Without its encrypted content an item cannot be sent back: nothing is stored at the vendor. */
  #pushReasoningItem(item: VendorObject, out: ProviderEvent[]): void {
    if (typeof item.encrypted_content !== "string") return;
    const { id, summary, encrypted_content } = item;
    this.#sentItems += 1;
    const raw = { type: "reasoning", id, summary: summary ?? [], encrypted_content };
    out.push({ type: "reasoning", text: "", origin: originOf("openai-responses", answerer(this.#context), { raw }) });
  }

  #readResponse(response: VendorObject, type: unknown, out: ProviderEvent[]): void {
    this.#start(response, out);
    if (isObject(response.usage)) this.#usage = response.usage;
    if (type === "response.failed" || response.status === "failed") throw bodyFailure(this.#context, response);
    if (type !== "response.completed" && type !== "response.incomplete" && type !== "response.cancelled" && type !== "response.done")
      return;
    this.#last = response;
    this.#readOutput(response, out);
  }

  #readWhole(response: VendorObject, out: ProviderEvent[]): void {
    this.#start(response, out);
    if (isObject(response.usage)) this.#usage = response.usage;
    if (response.status === "failed") throw bodyFailure(this.#context, response);
    this.#last = response;
    this.#readOutput(response, out);
  }

  /** What was not streamed piece by piece is read from the whole. */
  #readOutput(response: VendorObject, out: ProviderEvent[]): void {
    const items = this.#sentItems === 0;
    const calls = this.#sentCalls === 0 && this.#calls.size === 0;
    const [text, reasoning, refusal] = [!this.#streamedText, !this.#streamedReasoning, this.#refusal === ""];
    for (const item of listOf(response.output).map(objectOf)) {
      if (item.type === "function_call" && calls) this.#pushCall(item, out);
      if (item.type === "reasoning" && reasoning) {
        [...listOf(item.summary), ...listOf(item.content)].forEach((part, index) => {
          this.#pushReasoning({ delta: objectOf(part).text, item_id: item.id, summary_index: index }, out);
        });
      }
      if (item.type === "reasoning" && items) this.#pushReasoningItem(item, out);
      for (const part of item.type === "message" ? listOf(item.content).map(objectOf) : []) {
        if (text) this.#pushText(stringOf(part.text), out, part.logprobs);
        if (refusal) this.#refusal += stringOf(part.refusal);
      }
    }
  }

  #start(response: VendorObject, out: ProviderEvent[]): void {
    if (this.#started) return;
    this.#started = true;
    const responseId = stringOf(response.id);
    const model = stringOf(response.model);
    out.push({ type: "start", ...(responseId ? { responseId } : {}), ...(model ? { model } : {}) });
  }

  #pushUsage(out: ProviderEvent[], provenance: UsageProvenance): void {
    const raw = this.#usage;
    if (!raw) return;
    this.#usage = undefined;
    const reported = reportedNanoUsd(raw);
    const serviceTier = stringOf(this.#last?.service_tier);
    out.push({
      type: "usage",
      usage: { ...openaiUsage(raw, this.#context.connection.quirks), provenance },
      raw,
      ...(reported === undefined ? {} : { reportedNanoUsd: reported }),
      ...(serviceTier ? { serviceTier } : {}),
    });
  }
}
