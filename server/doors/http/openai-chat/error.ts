// A failure in the shape of OpenAI's errors.
import type { Refusal } from "../refusal.ts";

export function openaiError({ failure, openai }: Refusal): { error: Record<string, unknown> } {
  const { parameter, partialText, fields } = failure.details;
  return {
    error: {
      message: failure.message,
      type: openai.type,
      param: parameter ?? pathIn(fields),
      code: openai.code,
      latchkey: { kind: failure.kind, ...(partialText === undefined ? {} : { partialText }) },
    },
  };
}

/** What is not understood begins with the field's path. */
function pathIn(fields: unknown): string | null {
  const first: unknown = Array.isArray(fields) ? fields[0] : undefined;
  return typeof first === "string" ? (/^[\w.-]+/.exec(first)?.[0] ?? null) : null;
}
