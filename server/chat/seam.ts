// Joins a continuation to the text that was shown: what the continuation repeats is left out, and nothing else is; pure.

/**
 * The rule. A model that is asked to go on may repeat the end of what was shown. Of all beginnings of the
 * continuation (after any white space) that equal an end of the shown text, the longest that is surely a repetition
 * is left out, with that white space. It is surely one when it begins at a word of the shown text, the shown text does
 * not already end with it twice (then repeating is the text's own manner), and it holds enough letters and digits,
 * one a letter: 3 when the shown text ends inside a line with no space after it, so that keeping both would glue two
 * words into one; 5 when a space lies between; 12 when the shown text ends with a whole line, since lines of code and
 * lists do repeat. Failing that, only white space that both sides have is left out: spaces inside a line always, line
 * breaks only when the vendor was sent the text without them.
 */
export interface Seam {
  /** The part of what came that is surely new; the rest is held until it is known. */
  push(text: string): string;
  /** The rest, once nothing more comes. */
  finish(): string;
}

const ENOUGH_INSIDE_A_LINE = 3;
const ENOUGH_ACROSS_A_SPACE = 5;
const ENOUGH_ACROSS_LINES = 12;

/** A repetition that begins further back is found only when it begins at the very beginning. */
const LONGEST_TAIL = 4_000;
/** More white space than this is not waited out. */
const LONGEST_GAP = 200;

const WORD = /[\p{L}\p{N}\p{M}_]/u;
const LETTER = /\p{L}/u;
/** Scripts without spaces between words: every sign may begin one. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** `trimmed`: the vendor was sent the shown text without its trailing white space, so it may begin by repeating that. */
export function createSeam(shown: string, options: { readonly trimmed?: boolean } = {}): Seam {
  return new Joint(shown, options.trimmed ?? false);
}

class Joint implements Seam {
  readonly #shown: string;
  readonly #trimmed: boolean;
  #held = "";
  /** Where in `held` the first sign that is no white space stands; null until one came. */
  #from: number | null = null;
  /** Starts in the shown text from which everything held so far could still be a repetition. */
  #starts: number[] = [];
  /** Lengths of the ends of the shown text with which the continuation begins. */
  readonly #complete: number[] = [];
  #open = false;

  constructor(shown: string, trimmed: boolean) {
    this.#shown = shown;
    this.#trimmed = trimmed;
    this.#open = shown === "";
  }

  push(text: string): string {
    if (this.#open || text === "") return text;
    const checked = this.#held.length;
    this.#held += text;
    if (this.#from === null && !this.#begin()) return this.#held.length > LONGEST_GAP ? this.finish() : "";
    this.#narrow(Math.max(checked, this.#from ?? 0));
    return this.#starts.length > 0 ? "" : this.finish();
  }

  finish(): string {
    this.#open = true;
    const held = this.#held;
    this.#held = "";
    return held.slice(this.#repeated(held));
  }

  #begin(): boolean {
    const from = this.#held.search(/\S/);
    if (from < 0) return false;
    this.#from = from;
    const first = this.#held[from] ?? "";
    const length = this.#shown.length;
    for (let at = Math.max(0, length - LONGEST_TAIL); at < length; at += 1) if (this.#shown[at] === first) this.#starts.push(at);
    if (length > LONGEST_TAIL && this.#shown.trimStart()[0] === first) this.#starts.push(length - this.#shown.trimStart().length);
    return true;
  }

  /** Keeps the starts that agree with what came from `checked` on; those that reached the shown text's end are complete. */
  #narrow(checked: number): void {
    const fresh = this.#held.slice(checked);
    this.#starts = this.#starts.filter((start) => {
      const at = start + checked - (this.#from ?? 0);
      const left = this.#shown.length - at;
      if (left > fresh.length) return this.#shown.startsWith(fresh, at);
      if (fresh.startsWith(this.#shown.slice(at))) this.#complete.push(this.#shown.length - start);
      return false;
    });
  }

  /** How much of the beginning of `held` repeats what was shown. */
  #repeated(held: string): number {
    const from = this.#from ?? held.length;
    const lengths = this.#complete.toSorted((left, right) => right - left);
    const longest = lengths.find((length) => isRepetition(this.#shown, length, from > 0));
    return longest === undefined ? repeatedSpace(this.#shown, held.slice(0, from), this.#trimmed) : from + longest;
  }
}

/** Whether the last `length` signs of `shown`, which the continuation begins with, are surely repeated. */
function isRepetition(shown: string, length: number, afterGap: boolean): boolean {
  const start = shown.length - length;
  const repeated = shown.slice(start);
  if (!beginsWord(shown, start)) return false;
  if (shown.endsWith(repeated + repeated)) return false;
  const signs = [...repeated].filter((sign) => WORD.test(sign));
  return signs.some((sign) => LETTER.test(sign)) && signs.length >= enough(shown, afterGap);
}

function enough(shown: string, afterGap: boolean): number {
  const space = shown.slice(shown.trimEnd().length);
  if (space.includes("\n")) return ENOUGH_ACROSS_LINES;
  return space !== "" || afterGap ? ENOUGH_ACROSS_A_SPACE : ENOUGH_INSIDE_A_LINE;
}

function beginsWord(shown: string, start: number): boolean {
  const before = shown[start - 1];
  const sign = shown[start] ?? "";
  return before === undefined || !WORD.test(before) || UNSPACED.test(sign) || !WORD.test(sign);
}

function repeatedSpace(shown: string, gap: string, trimmed: boolean): number {
  const space = shown.slice(shown.trimEnd().length);
  if (!trimmed && /[\r\n]/.test(space + gap)) return 0;
  for (let length = Math.min(space.length, gap.length); length > 0; length -= 1) {
    if (space.endsWith(gap.slice(0, length))) return length;
  }
  return 0;
}
