// A prompt unlike anything learned from gets a stated guess instead of a prediction: work asked for, less for open writing. Set by hand, not trained.
import type { Anatomy } from "./anatomy.ts";
import { WORD_CLASSES } from "./vocabulary.ts";
import { readWords } from "./words.ts";

const REASONS = new Set([...WORD_CLASSES.condition, ...WORD_CLASSES.quantifier, ...WORD_CLASSES.magnitude, ...WORD_CLASSES.comparison]);

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** About 250 words: more text to read is not more to work out. */
const LONG = 5.5;

/** Centred on a gain of about 0.1, the middle of what training saw; the learned general line moves it, open writing and small talk lower it. */
export function priorOf({ stem, code }: Anatomy, general: number): number {
  const { words, numbers } = readWords(stem);
  const root = Math.sqrt(Math.max(1, words.length));
  const reasons = words.filter((word) => REASONS.has(word)).length / root;
  const creates = words.slice(0, 40).filter((word) => WORD_CLASSES.create.has(word)).length;
  const length = Math.min(LONG, Math.log1p(words.length + numbers.length)) - 3;
  const work =
    -2.2 +
    0.3 * length +
    0.5 * Math.min(2, reasons) +
    0.4 * Number(numbers.length > 0) +
    0.6 * Number(code.length > 0) -
    0.6 * Math.min(2, creates);
  return logistic(work + 0.5 * Math.max(-1, Math.min(1, general)));
}
