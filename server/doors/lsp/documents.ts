// The texts that the client has open, kept as it changes them; positions are LSP's, in UTF-16 units.
import type {
  DidChangeTextDocumentParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
  Position,
  Range,
} from "vscode-languageserver-protocol";

export interface OpenDocument {
  readonly uri: string;
  readonly languageId: string;
  readonly version: number;
  readonly text: string;
}

export class Documents {
  readonly #open = new Map<string, OpenDocument>();

  find(uri: string): OpenDocument | undefined {
    return this.#open.get(uri);
  }

  opened({ textDocument }: DidOpenTextDocumentParams): void {
    const { uri, languageId, version, text } = textDocument;
    this.#open.set(uri, { uri, languageId, version, text });
  }

  changed({ textDocument, contentChanges }: DidChangeTextDocumentParams): void {
    const document = this.#open.get(textDocument.uri);
    if (!document) return;
    const text = contentChanges.reduce(
      (before, change) => ("range" in change ? replaced(before, change.range, change.text) : change.text),
      document.text,
    );
    this.#open.set(document.uri, { ...document, version: textDocument.version, text });
  }

  closed({ textDocument }: DidCloseTextDocumentParams): void {
    this.#open.delete(textDocument.uri);
  }
}

export function textIn(text: string, range: Range): string {
  return text.slice(offsetAt(text, range.start), offsetAt(text, range.end));
}

/** A position behind the end of its line or of the text means that end, as LSP says. */
export function offsetAt(text: string, position: Position): number {
  let start = 0;
  for (let line = 0; line < position.line; line += 1) {
    const next = endOfLine(text, start);
    if (next >= text.length) return text.length;
    start = text.startsWith("\r\n", next) ? next + 2 : next + 1;
  }
  return Math.min(start + position.character, endOfLine(text, start));
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const breaks = [...before.matchAll(/\r\n|\n|\r/g)];
  const last = breaks.at(-1);
  return { line: breaks.length, character: offset - (last ? last.index + last[0].length : 0) };
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) return at;
  }
  return text.length;
}

function replaced(text: string, range: Range, by: string): string {
  return text.slice(0, offsetAt(text, range.start)) + by + text.slice(offsetAt(text, range.end));
}
