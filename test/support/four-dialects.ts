// One answer in the documented stream format of each dialect, chosen by the path that its SDK asks for.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dialect } from "../../shared/custom.ts";

export const DIALECTS: readonly Dialect[] = ["openai-chat", "openai-responses", "anthropic", "google"];
export const ANSWER = "Grüße from the vendor.";

/** Ends the request with ANSWER; false when the path belongs to no dialect. */
export function answerInDialect(request: IncomingMessage, response: ServerResponse): boolean {
  const dialect = dialectOf(request.url ?? "");
  if (!dialect) return false;
  request.resume();
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of STREAMS[dialect]) response.write(event);
  response.end();
  return true;
}

/** A provider of this dialect in the settings' form, with one model, m1. */
export function providerOf(dialect: Dialect, baseUrl: string, id: string = dialect): Record<string, unknown> {
  const model = { id: "m1", contextWindowTokens: 32_000, maxOutputTokens: 1000, usdPerMillion: { input: 1, output: 2 } };
  return { id, dialect, baseUrl, needsKey: true, models: [model] };
}

/** Where each dialect's own path begins, after a base URL as users write it. */
export function baseUrlOf(dialect: Dialect, origin: string): string {
  return dialect.startsWith("openai") ? `${origin}/v1` : origin;
}

function dialectOf(path: string): Dialect | undefined {
  if (path.includes("/chat/completions")) return "openai-chat";
  if (path.includes("/responses")) return "openai-responses";
  if (path.includes("/messages")) return "anthropic";
  if (path.includes(":streamGenerateContent")) return "google";
  return undefined;
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function named(value: { readonly type: string }): string {
  return `event: ${value.type}\n${data(value)}`;
}

const CHUNK = { id: "c1", object: "chat.completion.chunk", created: 1, model: "m1" };
const MESSAGE = { id: "msg_1", type: "message", role: "assistant", model: "m1", content: [], stop_reason: null, stop_sequence: null };
const DONE_TEXT = { type: "output_text", text: ANSWER, annotations: [] };
const OUTPUT = { id: "o1", type: "message", role: "assistant", status: "completed", content: [DONE_TEXT] };
const RESPONSE = { id: "r1", object: "response", created_at: 1, model: "m1", output: [] };
const RESPONSE_USAGE = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 15,
};

export const STREAMS: Readonly<Record<Dialect, readonly string[]>> = {
  "openai-chat": [
    data({ ...CHUNK, choices: [{ index: 0, delta: { role: "assistant", content: ANSWER }, finish_reason: null }] }),
    data({ ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
    data({ ...CHUNK, choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } }),
    "data: [DONE]\n\n",
  ],
  "openai-responses": [
    named({ type: "response.created", ...{ sequence_number: 0, response: { ...RESPONSE, status: "in_progress" } } }),
    named({
      type: "response.output_item.added",
      ...{ sequence_number: 1, output_index: 0, item: { ...OUTPUT, status: "in_progress", content: [] } },
    }),
    named({
      type: "response.output_text.delta",
      ...{ sequence_number: 2, output_index: 0, content_index: 0, item_id: "o1", delta: ANSWER },
    }),
    named({ type: "response.output_item.done", ...{ sequence_number: 3, output_index: 0, item: OUTPUT } }),
    named({
      type: "response.completed",
      ...{ sequence_number: 4, response: { ...RESPONSE, status: "completed", output: [OUTPUT], usage: RESPONSE_USAGE } },
    }),
  ],
  anthropic: [
    named({ type: "message_start", ...{ message: { ...MESSAGE, usage: { input_tokens: 10, output_tokens: 1 } } } }),
    named({ type: "content_block_start", ...{ index: 0, content_block: { type: "text", text: "" } } }),
    named({ type: "content_block_delta", ...{ index: 0, delta: { type: "text_delta", text: ANSWER } } }),
    named({ type: "content_block_stop", ...{ index: 0 } }),
    named({ type: "message_delta", ...{ delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 5 } } }),
    named({ type: "message_stop" }),
  ],
  google: [
    data({ candidates: [{ content: { role: "model", parts: [{ text: ANSWER }] }, index: 0 }], modelVersion: "m1" }),
    data({
      candidates: [{ content: { role: "model", parts: [{ text: "" }] }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    }),
  ],
};
