// An answer as a message of Anthropic's interface, whole; the cost stands beside the usage.
import type { Part, StopReason, ToolCallPart } from "../../../../shared/chat.ts";
import type { Usage } from "../../../../shared/money.ts";
import { summary, usdOf } from "../openai-chat/answer.ts";
import type { Refusal } from "../refusal.ts";
import type { StoppedResult } from "../stops.ts";
import type { Asked } from "../surface.ts";

const STOP: Readonly<Record<StopReason, string>> = {
  end: "end_turn",
  length: "max_tokens",
  toolUse: "tool_use",
  refused: "refusal",
  cancelled: "end_turn",
  budget: "max_tokens",
  broken: "end_turn",
};

/** `newSignature` names each stretch of reasoning, so that it is known when it comes back. */
export function messageOf(asked: Asked, result: StoppedResult, newSignature: () => string): unknown {
  return {
    ...head(asked, result.model),
    content: contentOf(result.parts, newSignature),
    ...stopOf(result),
    usage: { ...usageOnWire(result.usage), cost: usdOf(result.cost.nanoUsd) },
    latchkey: summary(result),
  };
}

export function stopOf({ stopReason, stoppedAt }: StoppedResult) {
  return stoppedAt === undefined
    ? { stop_reason: STOP[stopReason], stop_sequence: null }
    : { stop_reason: "stop_sequence", stop_sequence: stoppedAt };
}

export function head(asked: Asked, model: string) {
  return { id: asked.id, type: "message", role: "assistant", model, content: [], stop_reason: null, stop_sequence: null, container: null };
}

function contentOf(parts: readonly Part[], newSignature: () => string): unknown[] {
  const blocks: { type: string; text?: string; thinking?: string }[] = [];
  for (const part of parts) {
    const last = blocks.at(-1);
    if (part.type === "reasoning" && last?.type === "thinking") last.thinking += part.text;
    else if (part.type === "reasoning" && part.text !== "") {
      blocks.push(Object.assign({ type: "thinking", thinking: part.text }, { signature: newSignature() }));
    } else if (part.type === "text") blocks.push(Object.assign({ type: "text", text: part.text }, { citations: null }));
    else if (part.type === "toolCall") blocks.push(toolUse(part));
  }
  return blocks;
}

export function toolUse(call: ToolCallPart) {
  return { type: "tool_use", id: call.id, name: call.name, input: call.arguments, caller: { type: "direct" } };
}

export function usageOnWire(usage: Usage) {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite5mTokens, ephemeral_1h_input_tokens: usage.cacheWrite1hTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    server_tool_use: null,
    service_tier: null,
  };
}

export function anthropicError({ failure, anthropic }: Refusal, requestId: string) {
  const { partialText } = failure.details;
  const latchkey = { kind: failure.kind, ...(partialText === undefined ? {} : { partialText }) };
  return { type: "error", error: { type: anthropic.type, message: failure.message, latchkey }, request_id: requestId };
}
