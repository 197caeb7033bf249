// Splits growing Markdown into blocks that will not change any more and one that still may; each character is looked at few times.
import { Lexer } from "marked";

export interface Block {
  readonly kind: "markdown" | "code";
  /** The Markdown source, or the code inside a fence. */
  readonly text: string;
  readonly language: string;
}

export interface Growth {
  readonly settled: readonly Block[];
  /** What is still growing; null when nothing is left over. */
  readonly open: Block | null;
}

interface Fence {
  readonly mark: string;
  readonly language: string;
  readonly codeStart: number;
}

/** What is looked at together: a list or table that is longer is shown in parts, so that no piece of work grows with the answer. */
const WINDOW_LENGTH = 8000;

const OPENING = /^\n*( {0,3})(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*\n/;

/** A class because it remembers how far it has read. */
export class BlockStream {
  #rest = "";
  #fence: Fence | null = null;
  /** Where in #rest the search for the closing fence goes on. */
  #searched = 0;
  #definitions = "";
  /** A carriage return at the end of a piece: its line feed may follow. */
  #carry = "";

  /** Link definitions seen so far; a block before them may have named them. */
  get definitions(): string {
    return this.#definitions;
  }

  push(text: string): Growth {
    const piece = this.#carry + text;
    this.#carry = piece.endsWith("\r") ? "\r" : "";
    this.#rest += (this.#carry ? piece.slice(0, -1) : piece).replace(/\r\n?/g, "\n");
    const settled: Block[] = [];
    while (this.#step(settled));
    return { settled, open: this.#openBlock() };
  }

  /** Nothing more comes: everything left is settled. */
  end(): Block[] {
    const open = this.#openBlock();
    this.#rest = "";
    this.#fence = null;
    return open ? [open] : [];
  }

  #step(settled: Block[]): boolean {
    if (this.#fence) return this.#closeFence(settled, this.#fence);
    return this.#openFence() || this.#settleParagraphs(settled);
  }

  #openFence(): boolean {
    const opening = OPENING.exec(this.#rest);
    if (!opening) return false;
    this.#fence = { mark: opening[2] ?? "```", language: opening[3] ?? "", codeStart: opening[0].length };
    this.#searched = opening[0].length;
    return true;
  }

  #closeFence(settled: Block[], fence: Fence): boolean {
    const sign = fence.mark[0] ?? "`";
    const closing = new RegExp(`^ {0,3}${sign === "~" ? "~" : "`"}{${fence.mark.length},}[ \\t]*(?:\\n|$)`, "gm");
    closing.lastIndex = this.#searched;
    const found = closing.exec(this.#rest);
    // A line that has not ended may still become something else than a closing fence.
    if (!found?.[0].endsWith("\n")) {
      this.#searched = Math.max(fence.codeStart, this.#rest.lastIndexOf("\n") + 1);
      return false;
    }
    settled.push({ kind: "code", text: withoutLastNewline(this.#rest.slice(fence.codeStart, found.index)), language: fence.language });
    this.#rest = this.#rest.slice(found.index + found[0].length);
    this.#fence = null;
    return this.#rest !== "";
  }

  /** All but the last block of the complete lines is settled: only the last one can still grow. */
  #settleParagraphs(settled: Block[]): boolean {
    const window = this.#rest.slice(0, this.#rest.lastIndexOf("\n", WINDOW_LENGTH - 1) + 1);
    const tokens = window === "" ? [] : new Lexer().blockTokens(window, []);
    const whole = tokens.reduce((sum, { raw }) => sum + raw.length, 0) === window.length;
    let last = tokens.length - 1;
    while (last >= 0 && tokens[last]?.type === "space") last -= 1;
    const done = whole ? tokens.slice(0, Math.max(0, last)) : [];
    if (done.length === 0) return this.#cut(settled, window, tokens[0]?.type === "table");
    for (const token of done) {
      if (token.type === "space") continue;
      if (token.type === "def") this.#definitions += token.raw.endsWith("\n") ? token.raw : `${token.raw}\n`;
      else if (token.type === "code" && "lang" in token) settled.push({ kind: "code", text: token.text, language: languageIn(token.lang) });
      else settled.push({ kind: "markdown", text: token.raw, language: "" });
    }
    this.#rest = this.#rest.slice(done.reduce((sum, { raw }) => sum + raw.length, 0));
    return true;
  }

  /** One block fills the window and goes on: its beginning is settled; a table's heads are repeated over what follows. */
  #cut(settled: Block[], window: string, isTable: boolean): boolean {
    if (this.#rest.length <= WINDOW_LENGTH) return false;
    const at = cutIn(window || this.#rest.slice(0, WINDOW_LENGTH));
    const heads = isTable ? (/^[^\n]*\n[^\n]*\n/.exec(window)?.[0] ?? "") : "";
    settled.push({ kind: "markdown", text: this.#rest.slice(0, at), language: "" });
    this.#rest = (heads.length < at ? heads : "") + this.#rest.slice(at);
    return true;
  }

  #openBlock(): Block | null {
    if (this.#fence) {
      const { codeStart, language } = this.#fence;
      return { kind: "code", text: withoutClosing(this.#rest.slice(codeStart), this.#fence), language };
    }
    return this.#rest.trim() === "" ? null : { kind: "markdown", text: this.#rest, language: "" };
  }
}

/** Before a line that begins at the left, since what is indented belongs to what is above it; else between two words. */
function cutIn(text: string): number {
  for (let at = text.lastIndexOf("\n", text.length - 2); at > text.length / 2; at = text.lastIndexOf("\n", at - 1)) {
    if (!/\s/.test(text[at + 1] ?? "")) return at + 1;
  }
  if (text.endsWith("\n")) return text.length;
  const space = text.lastIndexOf(" ") + 1;
  if (space > text.length / 2) return space;
  return /[\ud800-\udbff]$/.test(text) ? text.length - 1 : text.length;
}

function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/** At the very end the closing fence may lack its line end. */
function withoutClosing(code: string, { mark }: Fence): string {
  const lastLine = code.slice(code.lastIndexOf("\n") + 1);
  const closes = lastLine.trim().startsWith(mark) && lastLine.trim().replaceAll(mark[0] ?? "`", "") === "";
  return withoutLastNewline(closes ? code.slice(0, code.length - lastLine.length) : code);
}

function languageIn(lang: unknown): string {
  return typeof lang === "string" ? (lang.trim().split(/\s/, 1)[0] ?? "") : "";
}
