// OpenAI's Responses as the loopback provider writes them (platform.openai.com/docs/api-reference/responses-streaming).
import { contentText, type Counts, cutInto, isRecord, named, type Wire, WORDS, type Writing } from "./wire.ts";

const HEAD = { id: "resp_chaos", object: "response", created_at: 1, model: "m", error: null, incomplete_details: null };
const MESSAGE = { id: "msg_1", type: "message", role: "assistant" };

function usageOf(counts: Counts): Record<string, unknown> | null {
  if (counts === "missing") return null;
  if (counts === "absurd")
    return { input_tokens: -5, output_tokens: 1e18, total_tokens: "many", input_tokens_details: { cached_tokens: 9e15 } };
  return {
    ...{ input_tokens: counts.input, output_tokens: counts.output, total_tokens: counts.input + counts.output },
    ...{ input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
  };
}

function write(): Writing {
  let sequence = 0;
  let whole = "";
  let isOpen = false;
  const output: unknown[] = [];
  const event = (name: string, value: Record<string, unknown>): string => {
    sequence += 1;
    return named(name, { ...value, sequence_number: sequence });
  };
  const opening = (): string[] => {
    isOpen = true;
    return [
      event("response.output_item.added", { output_index: output.length, item: { ...MESSAGE, status: "in_progress", content: [] } }),
      event("response.content_part.added", {
        ...{ item_id: MESSAGE.id, output_index: output.length, content_index: 0 },
        part: { type: "output_text", text: "", annotations: [] },
      }),
    ];
  };
  const closing = (): string[] => {
    if (!isOpen) return [];
    isOpen = false;
    const part = { type: "output_text", text: whole, annotations: [] };
    const item = { ...MESSAGE, status: "completed", content: [part] };
    const place = { item_id: MESSAGE.id, output_index: output.length, content_index: 0 };
    output.push(item);
    return [
      event("response.output_text.done", { ...place, text: whole }),
      event("response.content_part.done", { ...place, part }),
      event("response.output_item.done", { output_index: output.length - 1, item }),
    ];
  };
  return {
    begin: () => [
      event("response.created", { response: { ...HEAD, status: "in_progress", output: [], usage: null } }),
      event("response.in_progress", { response: { ...HEAD, status: "in_progress", output: [], usage: null } }),
      ...opening(),
    ],
    text(text) {
      whole += text;
      const place = { item_id: MESSAGE.id, output_index: output.length, content_index: 0 };
      return event("response.output_text.delta", { ...place, delta: text });
    },
    call(call, pieces) {
      const closed = closing();
      const item = { id: "fc_1", type: "function_call", call_id: "call_0", name: call.name, arguments: "" };
      const place = { item_id: item.id, output_index: output.length };
      const done = { ...item, arguments: call.arguments, status: "completed" };
      const frames = [
        event("response.output_item.added", { output_index: output.length, item: { ...item, status: "in_progress" } }),
        ...cutInto(call.arguments, pieces).map((piece) => event("response.function_call_arguments.delta", { ...place, delta: piece })),
        event("response.function_call_arguments.done", { ...place, arguments: call.arguments }),
        event("response.output_item.done", { output_index: output.length, item: done }),
      ];
      output.push(done);
      return [...closed, ...frames];
    },
    end(counts) {
      const closed = closing();
      return [...closed, event("response.completed", { response: { ...HEAD, status: "completed", output, usage: usageOf(counts) } })];
    },
    error: () =>
      event("error", { error: { type: "server_error", code: "server_error", message: "The server had an error.", param: null } }),
    ping: () => ": keep-alive\n\n",
  };
}

export const openaiResponses: Wire = {
  dialect: "openai-responses",
  basePath: "/v1",
  write,
  whole(text, counts) {
    const content = [{ type: "output_text", text, annotations: [] }];
    return JSON.stringify({ ...HEAD, status: "completed", output: [{ ...MESSAGE, status: "completed", content }], usage: usageOf(counts) });
  },
  refusal: (status) => JSON.stringify({ error: { ...WORDS[status], type: "error", param: null } }),
  errorBody: () => JSON.stringify({ error: { message: "Internal error", type: "server_error", code: "server_error", param: null } }),
  assistantTexts(body) {
    const input = isRecord(body) && Array.isArray(body.input) ? body.input : [];
    return input.flatMap((item) => (isRecord(item) && item.role === "assistant" ? [contentText(item.content)] : []));
  },
};
