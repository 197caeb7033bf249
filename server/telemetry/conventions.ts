// Names of OpenTelemetry's GenAI conventions (semantic-conventions 1.45.0, incubating), and what an attempt says under them; pure.
import type { Attempt, Message, Part } from "../../shared/chat.ts";
import { totalInputTokens } from "../../shared/money.ts";
import type { ChatRequest } from "../../shared/protocol.ts";

export type Attributes = Record<string, string | number | boolean | string[]>;

/** Under `latchkey.` what the conventions have no name for. */
export const METRIC = {
  tokens: "gen_ai.client.token.usage",
  duration: "gen_ai.client.operation.duration",
  firstChunk: "gen_ai.client.operation.time_to_first_chunk",
  cost: "latchkey.cost",
} as const;

/** The conventions' own bucket boundaries. */
export const TOKEN_BUCKETS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
export const SECOND_BUCKETS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

/** The conventions' names of providers; any other goes by its own. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "gcp.gemini",
  "azure-openai": "azure.ai.openai",
  mistral: "mistral_ai",
  xai: "x_ai",
};

export function vendorAttributes({ model, provider }: Attempt): Attributes {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": PROVIDER_NAMES[provider] ?? provider,
    "gen_ai.request.model": model.slice(provider.length + 1),
    "gen_ai.response.model": model.slice(provider.length + 1),
  };
}

export function attemptAttributes(request: ChatRequest, attempt: Attempt): Attributes {
  const { usage, cost, outcome, failure, firstTokenMs } = attempt;
  return {
    ...vendorAttributes(attempt),
    "gen_ai.request.stream": true,
    ...(request.maxOutputTokens === undefined ? {} : { "gen_ai.request.max_tokens": request.maxOutputTokens }),
    ...(request.temperature === undefined ? {} : { "gen_ai.request.temperature": request.temperature }),
    "gen_ai.usage.input_tokens": totalInputTokens(usage),
    "gen_ai.usage.output_tokens": usage.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": usage.cacheReadTokens,
    "gen_ai.usage.cache_creation.input_tokens": usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoningTokens,
    ...(firstTokenMs === null ? {} : { "gen_ai.response.time_to_first_chunk": firstTokenMs / 1000 }),
    "latchkey.usage.provenance": usage.provenance,
    "latchkey.cost.provenance": cost.provenance,
    ...(cost.nanoUsd === null ? {} : { "latchkey.cost.usd": cost.nanoUsd / 1e9 }),
    "latchkey.attempt.outcome": outcome,
    ...(failure ? { "error.type": failure.kind } : {}),
  };
}

/** Messages in the conventions' JSON form; pictures are named, never carried. */
export function messagesJson(messages: readonly Message[], finishReason?: string): string {
  const shown = messages.map(({ role, parts }) => ({
    role,
    parts: parts.map(partShown),
    ...(finishReason ? { finish_reason: finishReason } : {}),
  }));
  return JSON.stringify(shown);
}

function partShown(part: Part): Record<string, unknown> {
  switch (part.type) {
    case "text":
      return { type: "text", content: part.text };
    case "reasoning":
      return { type: "reasoning", content: part.text };
    case "image":
      return { type: "blob", modality: "image", mime_type: part.mediaType ?? null };
    case "toolCall":
      return { type: "tool_call", id: part.id, name: part.name, arguments: part.arguments };
    case "toolResult":
      return {
        type: "tool_call_response",
        id: part.id,
        response: part.parts.map((each) => (each.type === "text" ? each.text : "(image)")).join(""),
      };
  }
}
