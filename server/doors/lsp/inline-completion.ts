// Completion as one types: off until it has a limit of its own, and never beyond it.
import { randomUUID } from "node:crypto";
import type { InlineCompletionList, InlineCompletionParams } from "vscode-languageserver-protocol";
import { isFailure } from "../../../shared/failure.ts";
import type { House } from "../../house.ts";
import { offsetAt, type OpenDocument } from "./documents.ts";

/** The limit that switches it on: `{ "scope": "conversation", "id": "inline-completion", "period": "day", "limitUsd": 0.25 }`. */
export const INLINE_BUDGET = "inline-completion";

const NOTHING: InlineCompletionList = { items: [] };
const MOST_BEFORE = 4_000;
const MOST_AFTER = 1_000;
const MOST_OUTPUT_TOKENS = 128;

export interface InlineParts {
  readonly house: Promise<House>;
  readonly editor: string;
  readonly workspace: string | undefined;
}

export async function completeInline(
  parts: InlineParts,
  document: OpenDocument,
  { position }: InlineCompletionParams,
  signal: AbortSignal,
): Promise<InlineCompletionList> {
  const house = await parts.house;
  const { budgets } = await house.budgets();
  if (!budgets.some(({ scope, id, kind }) => scope === "conversation" && id === INLINE_BUDGET && kind === "hard")) return NOTHING;
  const offset = offsetAt(document.text, position);
  const before = document.text.slice(Math.max(0, offset - MOST_BEFORE), offset);
  const after = document.text.slice(offset, offset + MOST_AFTER);
  const prompt = `Complete the ${document.languageId} code at <CURSOR>. Answer with the text to insert there and nothing else: no fence, no comment on it.\n\n${before}<CURSOR>${after}`;
  try {
    const result = await house.send(
      {
        chatId: randomUUID(),
        messages: [{ role: "user", parts: [{ type: "text", text: prompt }] }],
        policy: "cheap",
        reasoning: "off",
        maxOutputTokens: MOST_OUTPUT_TOKENS,
        taskType: "code",
        conversationId: INLINE_BUDGET,
        conversation: { keep: false },
        ...(parts.workspace ? { workspace: parts.workspace } : {}),
        editor: { languageId: document.languageId, command: "inlineCompletion" },
      },
      { editor: parts.editor, signal, emit: () => undefined },
    );
    const insertText = unfenced(result.text);
    return result.stopReason === "end" && insertText !== "" ? { items: [{ insertText }] } : NOTHING;
  } catch (error) {
    // At its limit, or with no model at hand, it is silent: nobody asked a question.
    if (isFailure(error)) return NOTHING;
    throw error;
  }
}

function unfenced(text: string): string {
  return /^\s*```[^\n]*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
}
