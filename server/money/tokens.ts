// How many tokens a text is: an estimate by script in linear time, an exact count in pieces where a tokenizer is loaded.

/**
 * Tokens of o200k_base per feature, fitted on 2026-11-23 by least squares of the relative error over 602 samples
 * of 3,000 characters (code, JSON, logs, prose in 40 languages): median error 5 %, nine in ten within 15 %, where
 * characters / 4 has 16 % and 44 %.
 */
const WEIGHT = {
  word: 0.982,
  letterPastSix: 0.245,
  digitGroup: 1.719,
  punctuation: 0.532,
  morePunctuation: 0.219,
  newline: 0.629,
  spaces: 1.193,
  accented: 1.38,
  greek: 0.423,
  cyrillic: 0.334,
  rightToLeft: 0.431,
  indic: 0.435,
  kana: 0.687,
  han: 0.901,
  hangul: 0.81,
  other: 1.07,
} as const;

const KIND = { none: 0, letter: 1, digit: 2, punctuation: 3, space: 4, newline: 5, script: 6 } as const;

/** One pass over the UTF-16 units; the same text always gives the same figure. */
export function estimateTokens(text: string): number {
  let sum = 0;
  let last: number = KIND.none;
  let run = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const kind = unit < ASCII ? (KINDS[unit] ?? 0) : kindOf(unit);
    run = kind === last ? run + 1 : 1;
    last = kind;
    if (kind === KIND.punctuation) sum += run === 1 ? WEIGHT.punctuation : WEIGHT.morePunctuation;
    else sum += kind === KIND.script ? scriptWeight(unit) : plainWeight(kind, run, unit);
  }
  return Math.ceil(sum);
}

const ASCII = 128;

function kindOf(unit: number): number {
  if (unit >= 128) return unit < 0x370 || (unit >= 0x1e00 && unit < 0x2000) ? KIND.letter : KIND.script;
  if ((unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90)) return KIND.letter;
  if (unit >= 48 && unit <= 57) return KIND.digit;
  if (unit === 10 || unit === 13) return KIND.newline;
  return unit === 32 || unit === 9 ? KIND.space : KIND.punctuation;
}

/** Of ASCII, looked up: code and logs are made of little else. */
const KINDS = Uint8Array.from({ length: ASCII }, (_, unit) => kindOf(unit));

function plainWeight(kind: number, run: number, unit: number): number {
  switch (kind) {
    case KIND.letter:
      return (
        (run === 1 ? WEIGHT.word : run > 6 && unit < 128 ? WEIGHT.letterPastSix : 0) + (unit >= 128 && unit < 0x370 ? WEIGHT.accented : 0)
      );
    case KIND.digit:
      return run % 3 === 1 ? WEIGHT.digitGroup : 0;
    case KIND.newline:
      return run === 1 ? WEIGHT.newline : 0;
    default:
      return run === 2 ? WEIGHT.spaces : 0;
  }
}

function scriptWeight(unit: number): number {
  if (unit < 0x400) return WEIGHT.greek;
  if (unit < 0x530) return WEIGHT.cyrillic;
  if (unit < 0x900) return WEIGHT.rightToLeft;
  if (unit < 0x1100) return WEIGHT.indic;
  if (unit < 0x1200 || (unit >= 0xac00 && unit < 0xd7b0)) return WEIGHT.hangul;
  if (unit >= 0x3040 && unit < 0x3100) return WEIGHT.kana;
  if ((unit >= 0x3400 && unit < 0xa000) || (unit >= 0xf900 && unit < 0xfb00)) return WEIGHT.han;
  return WEIGHT.other;
}

/** Byte-pair encoders take quadratic time on runs of one character; a piece this long bounds it, for 0.15 % more tokens at the most. */
const PIECE_CHARACTERS = 4096;
/** The longest that one text may hold up the event loop; what is not counted by then is taken from what was. */
const PATIENCE_MS = 20;

/** Cuts before the last newline of each piece, so that few words are torn. */
export function cutInPieces(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const hard = Math.min(text.length, start + PIECE_CHARACTERS);
    // Looked for in the second half alone: in a text of one line, a search back to its beginning would be made for each piece.
    const half = start + PIECE_CHARACTERS / 2 + 1;
    const newline = hard === text.length ? -1 : text.slice(half, hard + 1).lastIndexOf("\n");
    const end = newline < 0 ? hard : half + newline;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** Exact while time lasts; for the rest the estimate, corrected by what the pieces counted so far really were. */
export function countTokens(text: string, count: (piece: string) => number): number {
  const pieces = cutInPieces(text);
  const deadline = performance.now() + PATIENCE_MS;
  let exact = 0;
  let estimated = 0;
  let rest = 0;
  let isLate = false;
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[(index * STRIDE) % pieces.length] ?? "";
    isLate ||= performance.now() > deadline;
    if (isLate) rest += estimateTokens(piece);
    else {
      exact += count(piece);
      estimated += estimateTokens(piece);
    }
  }
  return Math.ceil(exact + rest * (exact / Math.max(1, estimated)));
}

/** A prime step visits every piece once, spread over the whole text from the beginning. */
const STRIDE = 7919;

/** Counts that are remembered by text, so that the next turn of a conversation counts only what is new. */
export class TokenMemory {
  readonly #known = new Map<string, number>();
  #characters = 0;

  /** Drops everything that was counted by another rule. */
  clear(): void {
    this.#known.clear();
    this.#characters = 0;
  }

  count(text: string, rule: (text: string) => number): number {
    if (text.length < SHORT_CHARACTERS) return rule(text);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const tokens = rule(text);
    if (this.#characters > MEMORY_CHARACTERS) this.clear();
    this.#known.set(text, tokens);
    this.#characters += text.length;
    return tokens;
  }
}

const SHORT_CHARACTERS = 256;
const MEMORY_CHARACTERS = 8_000_000;
