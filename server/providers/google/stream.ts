// Chunks of generateContent as neutral events; one reader an answer. A chunk and a whole answer have the same form.
import { randomUUID } from "node:crypto";
import type { Origin, StopReason } from "../../../shared/chat.ts";
import { Failure } from "../../../shared/failure.ts";
import type { Usage, UsageProvenance } from "../../../shared/money.ts";
import { broken } from "../answer-body.ts";
import { answerer, bodyFailure, type FailureContext } from "../errors.ts";
import type { ProviderEvent } from "../provider.ts";
import type { AnswerReader } from "../pump.ts";
import { toolCall } from "../tool-arguments.ts";
import { originOf } from "../transcript.ts";
import { countOf, isObject, listOf, objectOf, stringOf, type VendorObject } from "../vendor-json.ts";

/** "spoilt" = the model made a call that cannot be read; asking again can help. Unknown words end an answer normally. */
export const FINISH_REASONS: Readonly<Record<string, StopReason | "spoilt">> = {
  STOP: "end",
  MAX_TOKENS: "length",
  CONTINUATION: "length",
  SAFETY: "refused",
  RECITATION: "refused",
  LANGUAGE: "refused",
  BLOCKLIST: "refused",
  PROHIBITED_CONTENT: "refused",
  SPII: "refused",
  IMAGE_SAFETY: "refused",
  IMAGE_PROHIBITED_CONTENT: "refused",
  IMAGE_RECITATION: "refused",
  MODEL_ARMOR: "refused",
  MALFORMED_FUNCTION_CALL: "spoilt",
  MALFORMED_RESPONSE: "spoilt",
  UNEXPECTED_TOOL_CALL: "spoilt",
  TOO_MANY_TOOL_CALLS: "spoilt",
  MISSING_THOUGHT_SIGNATURE: "spoilt",
};

export class GenerateReader implements AnswerReader<unknown> {
  readonly #context: FailureContext;
  #started = false;
  #finish: string | null = null;
  #blocked: string | null = null;
  #calls = 0;
  #usage: VendorObject | undefined;
  #meanLogprob: number | undefined;

  constructor(context: FailureContext) {
    this.#context = context;
  }

  read(given: unknown, out: ProviderEvent[]): void {
    if (!isObject(given)) return;
    this.#start(given, out);
    if (isObject(given.usageMetadata)) this.#usage = this.#usage ? { ...this.#usage, ...given.usageMetadata } : given.usageMetadata;
    if (given.error) throw bodyFailure(this.#context, given);
    const candidate = objectOf(listOf(given.candidates)[0]);
    for (const part of listOf(objectOf(candidate.content).parts)) this.#readPart(objectOf(part), out);
    // There may be more after the first finish reason (code execution); the last one counts.
    if (typeof candidate.finishReason === "string" && candidate.finishReason !== "FINISH_REASON_UNSPECIFIED")
      this.#finish = candidate.finishReason;
    // The mean over the whole answer, which some models tell unasked.
    if (typeof candidate.avgLogprobs === "number" && candidate.avgLogprobs < 0) this.#meanLogprob = candidate.avgLogprobs;
    const { blockReason } = objectOf(given.promptFeedback);
    if (typeof blockReason === "string" && blockReason !== "BLOCK_REASON_UNSPECIFIED") this.#blocked = blockReason;
  }

  finish(out: ProviderEvent[]): void {
    const { provider } = this.#context.connection;
    const raw = this.#blocked ?? this.#finish;
    if (raw === null) throw broken(provider, "no end to its answer");
    this.#pushUsage(out, "reported");
    const meant = this.#blocked !== null ? "refused" : (FINISH_REASONS[raw] ?? "end");
    if (meant === "spoilt") {
      throw new Failure("outputInvalid", `${provider} ended the answer with ${raw}: the model's tool call could not be read.`, {
        provider,
        inStream: true,
      });
    }
    const stopReason = meant === "end" && this.#calls > 0 ? "toolUse" : meant;
    out.push({
      ...({ type: "end", stopReason, rawStopReason: raw } as const),
      ...(this.#meanLogprob === undefined ? {} : { meanLogprob: this.#meanLogprob }),
    });
  }

  /** Never known before the end: a finish reason may be followed by more (case gemini-stream-two-terminals). */
  readonly complete = false;

  abandon(out: ProviderEvent[]): void {
    this.#pushUsage(out, this.#finish === null && this.#blocked === null ? "estimated" : "reported");
  }

  #start(chunk: VendorObject, out: ProviderEvent[]): void {
    if (this.#started) return;
    this.#started = true;
    const responseId = stringOf(chunk.responseId);
    const model = stringOf(chunk.modelVersion);
    out.push({ type: "start", ...(responseId ? { responseId } : {}), ...(model ? { model } : {}) });
  }

  /** A thought is not text; a signature on text is kept apart, one on a call with the call. */
  #readPart(part: VendorObject, out: ProviderEvent[]): void {
    const text = stringOf(part.text);
    const signature = stringOf(part.thoughtSignature);
    if (isObject(part.functionCall)) {
      this.#pushCall(part.functionCall, signature, out);
      return;
    }
    if (text !== "") out.push(part.thought === true ? { type: "reasoning", text } : { type: "text", text });
    if (signature !== "") out.push({ type: "reasoning", text: "", origin: this.#origin({ signature }) });
  }

  #pushCall(call: VendorObject, signature: string, out: ProviderEvent[]): void {
    this.#calls += 1;
    const ownId = stringOf(call.id);
    const origin = this.#origin({ ...(signature === "" ? {} : { signature }), ...(ownId === "" ? {} : { raw: { id: ownId } }) });
    const id = ownId || `call_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
    out.push({ type: "tool-call", call: toolCall({ id, name: stringOf(call.name), given: call.args, origin }) });
  }

  #origin(kept: { readonly signature?: string; readonly raw?: unknown }): Origin {
    return originOf("google", answerer(this.#context), kept);
  }

  #pushUsage(out: ProviderEvent[], provenance: UsageProvenance): void {
    const raw = this.#usage;
    if (!raw) return;
    this.#usage = undefined;
    const serviceTier = stringOf(raw.serviceTier);
    out.push({ type: "usage", usage: googleUsage(raw, provenance), raw, ...(serviceTier ? { serviceTier } : {}) });
  }
}

/** The prompts of tools come on top of the prompt, thoughts on top of the candidates; cached tokens are a part of the prompt. */
export function googleUsage(raw: VendorObject, provenance: UsageProvenance): Usage {
  const input = (countOf(raw.promptTokenCount) ?? 0) + (countOf(raw.toolUsePromptTokenCount) ?? 0);
  const reasoningTokens = countOf(raw.thoughtsTokenCount) ?? 0;
  const cacheReadTokens = Math.min(input, countOf(raw.cachedContentTokenCount) ?? 0);
  return {
    inputTokens: input - cacheReadTokens,
    cacheReadTokens,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: (countOf(raw.candidatesTokenCount) ?? 0) + reasoningTokens,
    reasoningTokens,
    provenance,
  };
}
