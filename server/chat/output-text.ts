// The JSON that an answer holds: a Markdown fence and words around it are left out, nothing is ever mended; pure.
import type { Part } from "../../shared/chat.ts";

export type ReadOutput = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

const FENCE = /^\s*```[a-z0-9]*[ \t]*\r?\n([\s\S]*?)\r?\n?[ \t]*```\s*$/i;
const FENCE_INSIDE = /```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n[ \t]*```/gi;

/** The whole text as JSON, else what stands in its one fence; two fences are no answer but a choice. */
export function jsonIn(text: string): ReadOutput {
  const whole = text.replace(/^\uFEFF/, "").trim();
  if (whole === "") return { ok: false, problem: "the answer is empty" };
  const direct = parsed(FENCE.exec(whole)?.[1] ?? whole);
  if (direct.ok) return direct;
  const fenced = [...whole.matchAll(FENCE_INSIDE)];
  const only = fenced.length === 1 ? parsed(fenced[0]?.[1] ?? "") : direct;
  return only.ok ? only : direct;
}

function parsed(text: string): ReadOutput {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, problem: `the answer is not valid JSON: ${error instanceof Error ? error.message : "it cannot be read"}` };
  }
}

/** Where the answer stands: in the call of the form that the schema was offered as, else in the text. */
export function outputIn(parts: readonly Part[], text: string, form: string): ReadOutput {
  const calls = parts.filter((part) => part.type === "toolCall" && part.name === form);
  const call = calls.at(-1);
  if (call?.type !== "toolCall") return jsonIn(text);
  if (call.rawArguments !== undefined) return parsed(call.rawArguments);
  return { ok: true, value: call.arguments };
}
