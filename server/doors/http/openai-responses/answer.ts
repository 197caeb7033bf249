// The response object of OpenAI's Responses interface, at any moment of its life.
import type { ChatResult, StopReason } from "../../../../shared/chat.ts";
import { totalInputTokens } from "../../../../shared/money.ts";
import { seconds, summary, usdOf } from "../openai-chat/answer.ts";
import type { Asked } from "../surface.ts";
import { OutputItems } from "./items.ts";

const INCOMPLETE: Readonly<Partial<Record<StopReason, string>>> = {
  length: "max_output_tokens",
  budget: "max_output_tokens",
  refused: "content_filter",
};

/** Before there is an answer, or when there is none. */
export function begunResponse(asked: Asked, model: string, status: "in_progress" | "failed", error: unknown = null) {
  return {
    id: asked.id,
    object: "response",
    created_at: seconds(asked.createdAt),
    status,
    error,
    incomplete_details: null,
    model,
    output: [] as readonly unknown[],
    usage: null as unknown,
    ...asked.echo,
  };
}

export function finishedResponse(asked: Asked, result: ChatResult, output: readonly unknown[]) {
  const reason = INCOMPLETE[result.stopReason];
  return {
    ...begunResponse(asked, result.model, "in_progress"),
    status: reason ? "incomplete" : "completed",
    incomplete_details: reason ? { reason } : null,
    output,
    output_text: result.text,
    usage: usageOnWire(result),
    latchkey: summary(result),
  };
}

export function wholeItems(result: ChatResult): OutputItems {
  const items = new OutputItems(() => undefined);
  for (const part of result.parts) {
    if (part.type === "text") items.text(part.text);
    else if (part.type === "reasoning") items.reasoning(part.text);
    else if (part.type === "toolCall") items.call(part);
  }
  items.close();
  return items;
}

function usageOnWire({ usage, cost }: ChatResult) {
  const input = totalInputTokens(usage);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: input + usage.outputTokens,
    cost: usdOf(cost.nanoUsd),
  };
}
