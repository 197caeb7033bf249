// OpenAI's chat completions as the loopback provider writes them (platform.openai.com/docs/api-reference/chat-streaming).
import { contentText, type Counts, cutInto, data, isRecord, type Wire, WORDS, type Writing } from "./wire.ts";

const HEAD = { id: "chatcmpl-chaos", created: 1, model: "m" };

function chunk(choices: unknown[], more: Record<string, unknown> = {}): string {
  return data({ ...HEAD, object: "chat.completion.chunk", choices, ...more });
}

function delta(given: Record<string, unknown>, reason: string | null = null): string {
  return chunk([{ index: 0, delta: given, finish_reason: reason }]);
}

function usageOf(counts: Counts): Record<string, unknown> | null {
  if (counts === "missing") return null;
  if (counts === "absurd") {
    return { prompt_tokens: -5, completion_tokens: 1e18, total_tokens: "many", prompt_tokens_details: { cached_tokens: 9e15 } };
  }
  return { prompt_tokens: counts.input, completion_tokens: counts.output, total_tokens: counts.input + counts.output };
}

function write(): Writing {
  let calls = 0;
  return {
    begin: () => [delta({ role: "assistant", content: "", refusal: null })],
    text: (text) => delta({ content: text }),
    call(call, pieces) {
      const index = calls;
      calls += 1;
      const opening = { index, id: `call_${index}`, type: "function", function: { name: call.name, arguments: "" } };
      const rest = cutInto(call.arguments, pieces).map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] }));
      return [delta({ tool_calls: [opening] }), ...rest];
    },
    end(counts) {
      const usage = usageOf(counts);
      return [delta({}, calls > 0 ? "tool_calls" : "stop"), ...(usage ? [chunk([], { usage })] : []), "data: [DONE]\n\n"];
    },
    error: () => data({ error: { message: "The server had an error while processing your request.", type: "server_error", code: null } }),
    ping: () => ": keep-alive\n\n",
  };
}

export const openaiChat: Wire = {
  dialect: "openai-chat",
  basePath: "/v1",
  write,
  whole: (text, counts) => {
    const usage = usageOf(counts);
    const message = { role: "assistant", content: text, refusal: null };
    return JSON.stringify({
      ...HEAD,
      object: "chat.completion",
      choices: [{ index: 0, message, finish_reason: "stop" }],
      ...(usage && { usage }),
    });
  },
  refusal: (status) => JSON.stringify({ error: { ...WORDS[status], type: "error", param: null } }),
  errorBody: () => JSON.stringify({ error: { message: "Internal error", type: "server_error", code: "server_error" } }),
  assistantTexts(body) {
    const messages = isRecord(body) && Array.isArray(body.messages) ? body.messages : [];
    return messages.flatMap((message) => (isRecord(message) && message.role === "assistant" ? [contentText(message.content)] : []));
  },
};
