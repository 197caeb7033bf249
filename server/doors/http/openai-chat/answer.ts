// An answer as a chat completion, whole; the cost stands beside the usage.
import type { ChatResult, StopReason, ToolCallPart } from "../../../../shared/chat.ts";
import { NANO_PER_USD, totalInputTokens } from "../../../../shared/money.ts";
import { argumentsOf } from "../request-parts.ts";
import type { Asked } from "../surface.ts";

export const FINISH: Readonly<Record<StopReason, string>> = {
  end: "stop",
  length: "length",
  toolUse: "tool_calls",
  refused: "content_filter",
  cancelled: "stop",
  budget: "length",
  broken: "stop",
};

export function completion(asked: Asked, result: ChatResult): unknown {
  const calls = result.parts.filter((part) => part.type === "toolCall");
  const reasoning = result.parts.map((part) => (part.type === "reasoning" ? part.text : "")).join("");
  return {
    id: asked.id,
    object: "chat.completion",
    created: seconds(asked.createdAt),
    model: result.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: result.text === "" && calls.length > 0 ? null : result.text,
          refusal: result.stopReason === "refused" ? (result.failure?.message ?? result.text) : null,
          ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
          ...(calls.length === 0 ? {} : { tool_calls: calls.map(callOnWire) }),
        },
        logprobs: null,
        finish_reason: FINISH[result.stopReason],
      },
    ],
    usage: usageOnWire(result),
    latchkey: summary(result),
  };
}

export function callOnWire(call: ToolCallPart) {
  return { id: call.id, type: "function", function: { name: call.name, arguments: argumentsOf(call) } };
}

/** `cost` is in US dollars, as OpenRouter writes it; null when the price is unknown. */
export function usageOnWire({ usage, cost }: ChatResult) {
  const input = totalInputTokens(usage);
  return {
    prompt_tokens: input,
    completion_tokens: usage.outputTokens,
    total_tokens: input + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    cost: usdOf(cost.nanoUsd),
  };
}

/** What the vendors' forms have no place for. */
export function summary(result: ChatResult) {
  const { chatId, model, cost, stopReason, notice, route, attempts } = result;
  return {
    chatId,
    model,
    costUsd: usdOf(cost.nanoUsd),
    costProvenance: cost.provenance,
    priceDate: cost.priceDate,
    stopReason,
    attempts: attempts.length,
    because: route.because,
    ...(notice ? { notice } : {}),
  };
}

export function usdOf(nanoUsd: number | null): number | null {
  return nanoUsd === null ? null : nanoUsd / NANO_PER_USD;
}

export function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
