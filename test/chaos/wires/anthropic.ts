// Anthropic's messages as the loopback provider writes them (docs.anthropic.com/en/api/messages-streaming).
import { contentText, type Counts, cutInto, isRecord, named, type Wire, WORDS, type Writing } from "./wire.ts";

const HEAD = { id: "msg_chaos", type: "message", role: "assistant", model: "m", stop_sequence: null };
const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error",
};

function inputUsage(counts: Counts): Record<string, unknown> | undefined {
  if (counts === "missing") return undefined;
  if (counts === "absurd")
    return { input_tokens: -5, cache_read_input_tokens: "lots", cache_creation_input_tokens: 1e18, output_tokens: 1 };
  return { input_tokens: counts.input, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 };
}

function outputUsage(counts: Counts): Record<string, unknown> | undefined {
  if (counts === "missing") return undefined;
  return { output_tokens: counts === "absurd" ? 1e18 : counts.output };
}

function write(counts: Counts): Writing {
  let index = 0;
  let isOpen = false;
  let calls = 0;
  const closing = (): string[] => {
    if (!isOpen) return [];
    isOpen = false;
    index += 1;
    return [named("content_block_stop", { index: index - 1 })];
  };
  return {
    begin() {
      isOpen = true;
      const usage = inputUsage(counts);
      return [
        named("message_start", { message: { ...HEAD, content: [], stop_reason: null, ...(usage && { usage }) } }),
        named("content_block_start", { index, content_block: { type: "text", text: "" } }),
        named("ping", {}),
      ];
    },
    text: (text) => named("content_block_delta", { index, delta: { type: "text_delta", text } }),
    call(call, pieces) {
      calls += 1;
      const block = { type: "tool_use", id: `toolu_${calls}`, name: call.name, input: {} };
      const parts = cutInto(call.arguments, pieces);
      return [
        ...closing(),
        named("content_block_start", { index, content_block: block }),
        ...parts.map((piece) => named("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: piece } })),
        named("content_block_stop", { index }),
      ];
    },
    end(counts) {
      const usage = outputUsage(counts);
      const delta = { stop_reason: calls > 0 ? "tool_use" : "end_turn", stop_sequence: null };
      return [...closing(), named("message_delta", { delta, ...(usage && { usage }) }), named("message_stop", {})];
    },
    error: () => named("error", { error: { type: "overloaded_error", message: "Overloaded" } }),
    ping: () => named("ping", {}),
  };
}

export const anthropic: Wire = {
  dialect: "anthropic",
  basePath: "",
  write,
  whole(text, counts) {
    const usage = { ...inputUsage(counts), ...outputUsage(counts) };
    return JSON.stringify({ ...HEAD, content: [{ type: "text", text }], stop_reason: "end_turn", ...(counts !== "missing" && { usage }) });
  },
  refusal: (status) =>
    JSON.stringify({ type: "error", error: { type: TYPES[status] ?? "api_error", message: WORDS[status]?.message ?? "" } }),
  errorBody: () => JSON.stringify({ type: "error", error: { type: "api_error", message: "Internal error" } }),
  assistantTexts(body) {
    const messages = isRecord(body) && Array.isArray(body.messages) ? body.messages : [];
    return messages.flatMap((message) => (isRecord(message) && message.role === "assistant" ? [contentText(message.content)] : []));
  },
};
