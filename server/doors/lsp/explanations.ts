// The last explanations, for hovering over the code they are about; one whose code was changed is not shown.
import type { Hover, Position, Range } from "vscode-languageserver-protocol";
import { offsetAt, type OpenDocument, positionAt } from "./documents.ts";

interface Explanation {
  readonly uri: string;
  readonly code: string;
  readonly answer: string;
}

const MOST_KEPT = 50;

export class Explanations {
  #kept: Explanation[] = [];

  keep(uri: string, code: string, answer: string): void {
    if (code.trim() === "") return;
    const others = this.#kept.filter((one) => one.uri !== uri || one.code !== code);
    this.#kept = [...others, { uri, code, answer }].slice(-MOST_KEPT);
  }

  /** The newest one whose code stands around the position, wherever it has moved to. */
  at(document: OpenDocument, position: Position, markdown: boolean): Hover | null {
    const offset = offsetAt(document.text, position);
    for (const one of this.#kept.toReversed()) {
      if (one.uri !== document.uri) continue;
      const range = found(document.text, one.code, offset);
      if (range) return { range, contents: { kind: markdown ? "markdown" : "plaintext", value: one.answer } };
    }
    return null;
  }
}

function found(text: string, code: string, offset: number): Range | null {
  const from = text.lastIndexOf(code, offset);
  if (from < 0 || offset > from + code.length) return null;
  return { start: positionAt(text, from), end: positionAt(text, from + code.length) };
}
