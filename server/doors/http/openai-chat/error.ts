// A failure in the shape of OpenAI's errors.
import type { Refusal } from "../refusal.ts";

export function openaiError({ failure, openai }: Refusal): { error: Record<string, unknown> } {
  const { parameter, partialText } = failure.details;
  return {
    error: {
      message: failure.message,
      type: openai.type,
      param: parameter ?? null,
      code: openai.code,
      latchkey: { kind: failure.kind, ...(partialText === undefined ? {} : { partialText }) },
    },
  };
}
