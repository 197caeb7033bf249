// What the door offers to do with a selection: the words put to the model, and what becomes of the answer. Pure.
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Range } from "vscode-languageserver-protocol";
import { attachmentAsText } from "../../../shared/attachment.ts";
import type { OpenDocument } from "./documents.ts";
import { textIn } from "./documents.ts";

/** `replace`: the code in the answer takes the selection's place; `show`: the answer is shown as it is. */
export interface ActionRow {
  readonly title: string;
  readonly kind: string;
  readonly prompt: string;
  readonly answer: "show" | "replace";
  /** Whether the answer is kept for hovering over the code. */
  readonly hover: boolean;
}

export const ACTIONS = {
  "latchkey.explain": {
    title: "Explain",
    kind: "refactor",
    prompt: "Explain this code: what it does, how, and anything surprising. Name lines when it helps.",
    answer: "show",
    hover: true,
  },
  "latchkey.fix": {
    title: "Fix",
    kind: "quickfix",
    prompt:
      "Find and fix the bugs in this code. Answer with the whole corrected code in one fenced block, ready to replace exactly these lines, with their indentation kept, and nothing else.",
    answer: "replace",
    hover: false,
  },
  "latchkey.document": {
    title: "Document",
    kind: "refactor.rewrite",
    prompt:
      "Add the documentation comments that this code lacks, in its language's own form, and change nothing else. Answer with the whole code in one fenced block, ready to replace exactly these lines, with their indentation kept.",
    answer: "replace",
    hover: false,
  },
  "latchkey.writeTests": {
    title: "Write tests",
    kind: "refactor",
    prompt: "Write tests for this code with the test library the project uses, edge cases included. Give one complete file.",
    answer: "show",
    hover: false,
  },
} as const satisfies Record<string, ActionRow>;

/** Ends whatever runs: for clients that show no progress to cancel it from. */
export const STOP = "latchkey.stop";

export type ActionId = keyof typeof ACTIONS;

export function isActionId(name: string): name is ActionId {
  return Object.hasOwn(ACTIONS, name);
}

export interface Selection {
  readonly document: OpenDocument;
  readonly range: Range;
  /** What the editor reports there. */
  readonly problems: readonly string[];
}

export function promptFor(row: ActionRow, { document, range, problems }: Selection): string {
  const text = textIn(document.text, range);
  const lines = { from: range.start.line + 1, to: lastLine(range) + 1 };
  const code = attachmentAsText({ path: pathOf(document.uri), languageId: document.languageId, text, lines });
  const reported = problems.length === 0 ? "" : `\n\nThe editor reports:\n${problems.map((problem) => `- ${problem}`).join("\n")}`;
  return `${row.prompt}${reported}\n\n${code}`;
}

/** A range that ends at the very beginning of a line does not hold that line. */
export function lastLine({ start, end }: Range): number {
  return end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
}

/** The code of the answer's first fenced block, ending as `replaced` ends; null when there is none. */
export function codeIn(answer: string, replaced: string): string | null {
  const block = /^([ \t]*)(`{3,}|~{3,})[^\n]*\n([\s\S]*?)^[ \t]*\2[`~]*[ \t]*$/m.exec(answer);
  if (!block?.[3]) return null;
  const code = block[3].replace(/\n$/, "");
  return replaced.endsWith("\n") ? `${code}\n` : code;
}

/** A file's own path, or whatever else the client calls its document. */
export function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    return uri;
  }
}

export function nameOf(uri: string): string {
  return basename(pathOf(uri)) || "buffer";
}
