// Events of a message stream, or one whole message, as neutral events; one reader an answer.
import type { StopReason } from "../../../shared/chat.ts";
import type { UsageProvenance } from "../../../shared/money.ts";
import { broken } from "../answer-body.ts";
import { answerer, bodyFailure, type FailureContext } from "../errors.ts";
import type { ProviderEvent } from "../provider.ts";
import type { AnswerReader } from "../pump.ts";
import { pushPiece, toolCall } from "../tool-arguments.ts";
import { originOf } from "../transcript.ts";
import { isObject, listOf, objectOf, parseJson, stringOf, type VendorObject } from "../vendor-json.ts";
import { anthropicUsage, mergeUsage } from "./usage.ts";

/** `pause_turn` belongs to tools that run at the vendor, which are never asked for; what came is complete in itself. */
export const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  end_turn: "end",
  stop_sequence: "end",
  pause_turn: "end",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "toolUse",
  refusal: "refused",
};

interface OpenBlock {
  readonly type: string;
  readonly block: VendorObject;
  json: string;
  signature: string;
}

/** What the SDK's raw iteration yields, or a whole body in the same form. */
export interface RawEvent {
  readonly event: string | null;
  readonly data: string | VendorObject;
}

export class MessageReader implements AnswerReader<RawEvent> {
  readonly #context: FailureContext;
  readonly #form: string | undefined;
  readonly #open = new Map<unknown, OpenBlock>();
  #usage: VendorObject | undefined;
  #stop: string | null = null;
  #refusal = "";
  #stopped = false;
  #calls = 0;

  constructor(context: FailureContext, form?: string) {
    this.#context = context;
    this.#form = form;
  }

  read({ event, data }: RawEvent, out: ProviderEvent[]): void {
    if (data === "" || data === "[DONE]") return;
    const given = typeof data === "string" ? parseJson(data) : data;
    if (!isObject(given)) {
      if (event === "ping") return;
      throw broken(this.#context.connection.provider, "an event that is not JSON");
    }
    if (event === "error" || given.type === "error" || (given.error && typeof given.type !== "string"))
      throw bodyFailure(this.#context, given);
    this.#dispatch(given, out);
  }

  #dispatch(given: VendorObject, out: ProviderEvent[]): void {
    if (given.type === "content_block_delta") this.#delta(given, out);
    else if (given.type === "content_block_start") this.#openBlock(given, out);
    else if (given.type === "content_block_stop") this.#closeBlock(given.index, out);
    else if (given.type === "message_start") this.#start(objectOf(given.message), out);
    else if (given.type === "message_delta") this.#messageDelta(given);
    else if (given.type === "message_stop") this.#stopped = true;
    else if (given.type === "message") this.#whole(given, out);
    else if (typeof given.type !== "string") throw bodyFailure(this.#context, given);
  }

  finish(out: ProviderEvent[]): void {
    if (!this.#stopped) throw broken(this.#context.connection.provider, "no end to its answer");
    for (const index of [...this.#open.keys()]) this.#closeBlock(index, out);
    this.#pushUsage(out, "reported");
    const meant = this.#stop === null ? "end" : (STOP_REASONS[this.#stop] ?? "end");
    out.push({
      type: "end",
      stopReason: meant === "end" && this.#calls > 0 ? "toolUse" : meant,
      rawStopReason: this.#stop,
      ...(this.#refusal === "" ? {} : { refusal: this.#refusal }),
    });
  }

  get complete(): boolean {
    return this.#stopped;
  }

  abandon(out: ProviderEvent[]): void {
    this.#pushUsage(out, this.#stop === null ? "estimated" : "reported");
  }

  #start(message: VendorObject, out: ProviderEvent[]): void {
    const responseId = stringOf(message.id);
    const model = stringOf(message.model);
    out.push({ type: "start", ...(responseId ? { responseId } : {}), ...(model ? { model } : {}) });
    if (isObject(message.usage)) this.#usage = mergeUsage(this.#usage ?? {}, message.usage);
  }

  #openBlock(given: VendorObject, out: ProviderEvent[]): void {
    const block = objectOf(given.content_block);
    const opened: OpenBlock = { type: stringOf(block.type), block, json: "", signature: stringOf(block.signature) };
    this.#open.set(given.index, opened);
    if (opened.type === "text" && block.text) out.push({ type: "text", text: stringOf(block.text) });
    if (opened.type === "thinking" && block.thinking) out.push({ type: "reasoning", text: stringOf(block.thinking) });
  }

  #delta(given: VendorObject, out: ProviderEvent[]): void {
    const delta = objectOf(given.delta);
    const open = this.#open.get(given.index);
    switch (delta.type) {
      case "text_delta":
        if (delta.text) out.push({ type: "text", text: stringOf(delta.text) });
        return;
      case "thinking_delta":
        if (delta.thinking) out.push({ type: "reasoning", text: stringOf(delta.thinking) });
        return;
      case "signature_delta":
        if (open) open.signature += stringOf(delta.signature);
        return;
      case "input_json_delta":
        if (open) open.json += stringOf(delta.partial_json);
        pushPiece(out, this.#form, open?.block.name, stringOf(delta.partial_json));
    }
  }

  #closeBlock(index: unknown, out: ProviderEvent[]): void {
    const open = this.#open.get(index);
    if (!open) return;
    this.#open.delete(index);
    if (open.type === "thinking" && open.signature !== "") this.#pushOrigin({ signature: open.signature }, out);
    if (open.type === "redacted_thinking") this.#pushOrigin({ raw: { ...open.block } }, out);
    if (open.type !== "tool_use") return;
    this.#calls += 1;
    const given = open.json === "" ? open.block.input : open.json;
    out.push({ type: "tool-call", call: toolCall({ id: stringOf(open.block.id), name: stringOf(open.block.name), given }) });
  }

  #pushOrigin(kept: { readonly signature?: string; readonly raw?: unknown }, out: ProviderEvent[]): void {
    out.push({ type: "reasoning", text: "", origin: originOf("anthropic", answerer(this.#context), kept) });
  }

  #messageDelta(given: VendorObject): void {
    const delta = objectOf(given.delta);
    if (typeof delta.stop_reason === "string") this.#stop = delta.stop_reason;
    this.#refusal ||= stringOf(objectOf(delta.stop_details).explanation);
    if (isObject(given.usage)) this.#usage = mergeUsage(this.#usage ?? {}, given.usage);
  }

  #whole(message: VendorObject, out: ProviderEvent[]): void {
    this.#start(message, out);
    listOf(message.content).forEach((block, index) => {
      this.#openBlock({ index, content_block: block }, out);
      this.#closeBlock(index, out);
    });
    this.#messageDelta({ delta: message });
    this.#stopped = true;
  }

  #pushUsage(out: ProviderEvent[], provenance: UsageProvenance): void {
    const raw = this.#usage;
    if (!raw) return;
    this.#usage = undefined;
    const serviceTier = stringOf(raw.service_tier);
    out.push({ type: "usage", usage: anthropicUsage(raw, provenance), raw, ...(serviceTier ? { serviceTier } : {}) });
  }
}
