// The finish reasons of the vendors that speak chat completions, and what each means here.
import type { StopReason } from "../../../shared/chat.ts";

/** "failed" = the vendor gave up in the middle: the answer is not complete, whatever the word. */
export const FINISH_REASONS: Readonly<Record<string, StopReason | "failed">> = {
  stop: "end",
  eos: "end", // Together, older models
  end_turn: "end",
  stop_sequence: "end",
  complete: "end",
  length: "length",
  max_tokens: "length",
  model_length: "length", // Mistral
  max_output_tokens: "length",
  model_context_window_exceeded: "length", // z.ai
  tool_calls: "toolUse",
  tool_use: "toolUse",
  function_call: "toolUse",
  content_filter: "refused",
  safety: "refused",
  sensitive: "refused", // z.ai
  refusal: "refused",
  error: "failed", // Mistral, OpenRouter
  network_error: "failed", // z.ai
  insufficient_system_resource: "failed", // DeepSeek
  abort: "failed", // vLLM
};

/** Words nobody has seen yet end an answer normally; a call or a refusal that came says more than the word. */
export function stopReasonOf(raw: string | null, seen: { calls: boolean; refusal: boolean }): StopReason | "failed" {
  const meaning = raw === null ? "end" : (FINISH_REASONS[raw.toLowerCase()] ?? "end");
  if (meaning !== "end") return meaning;
  if (seen.refusal) return "refused";
  return seen.calls ? "toolUse" : "end";
}
