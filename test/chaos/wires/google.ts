// Gemini's streamGenerateContent as the loopback provider writes it (ai.google.dev/api/generate-content).
import { contentText, type Counts, data, isRecord, type Wire, WORDS, type Writing } from "./wire.ts";

const STATUS: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

function usageOf(counts: Counts): Record<string, unknown> | undefined {
  if (counts === "missing") return undefined;
  if (counts === "absurd")
    return { promptTokenCount: -5, candidatesTokenCount: 1e18, totalTokenCount: "many", cachedContentTokenCount: 9e15 };
  return { promptTokenCount: counts.input, candidatesTokenCount: counts.output, totalTokenCount: counts.input + counts.output };
}

function answer(parts: unknown[], more: Record<string, unknown> = {}, finishReason?: string): Record<string, unknown> {
  const candidate = { content: { role: "model", parts }, index: 0, ...(finishReason && { finishReason }) };
  return { candidates: [candidate], modelVersion: "m", responseId: "chaos", ...more };
}

function write(): Writing {
  return {
    begin: () => [],
    text: (text) => data(answer([{ text }])),
    // A call is one part of one chunk: this dialect does not cut arguments.
    call: (call) => [data(answer([{ functionCall: { name: call.name, args: JSON.parse(call.arguments) as unknown } }]))],
    end(counts) {
      const usageMetadata = usageOf(counts);
      return [data(answer([{ text: "" }], usageMetadata ? { usageMetadata } : {}, "STOP"))];
    },
    error: () => data({ error: { code: 503, message: "The model is overloaded. Please try again later.", status: "UNAVAILABLE" } }),
    ping: () => ": keep-alive\n\n",
  };
}

export const google: Wire = {
  dialect: "google",
  basePath: "",
  write,
  whole(text, counts) {
    const usageMetadata = usageOf(counts);
    return JSON.stringify(answer([{ text }], usageMetadata ? { usageMetadata } : {}, "STOP"));
  },
  refusal: (status) =>
    JSON.stringify({ error: { code: status, message: WORDS[status]?.message ?? "", status: STATUS[status] ?? "UNKNOWN" } }),
  errorBody: () => JSON.stringify({ error: { code: 500, message: "Internal error", status: "INTERNAL" } }),
  assistantTexts(body) {
    const contents = isRecord(body) && Array.isArray(body.contents) ? body.contents : [];
    return contents.flatMap((content) => (isRecord(content) && content.role === "model" ? [contentText(content.parts)] : []));
  },
};
