// Splits text into lower-case words and numbers; casing and spacing never reach what is learned.

export interface Words {
  words: readonly string[];
  /** Numerals as written, thousands separators dropped. */
  numbers: readonly string[];
}

// Scripts written without spaces count a character as a word; a LaTeX command is a sign, not a word, and is read to be passed over.
const TOKEN =
  /[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\\[A-Za-z]{1,40}|\p{L}[\p{L}\p{M}]*(?:['’]\p{L}{1,3})?|\d[\d,]*(?:\.\d+)?/gu;

/** A sampled stem of English prose holds about 1,200; more is not prose, and says no more. */
export const MOST_WORDS = 1_500;

export function readWords(text: string): Words {
  const words: string[] = [];
  const numbers: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (words.length + numbers.length >= MOST_WORDS) break;
    const first = token.charCodeAt(0);
    if (first >= 48 && first <= 57) numbers.push(token.replaceAll(",", ""));
    else if (first !== 92) words.push(token.toLowerCase());
  }
  return { words, numbers };
}

/** FNV-1a over UTF-16 units: the same on every machine, and lone surrogates are just numbers. */
export function hash(text: string, seed = 0): number {
  let value = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
