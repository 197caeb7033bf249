// The shape of a prompt as a short row of bounded numbers, each with a name that can be said to a person. Topics are not in it.
import type { Anatomy } from "./anatomy.ts";
import { count, deviation, log, mean, share } from "./measure.ts";
import { problemFeatures } from "./problem.ts";
import { programFeatures } from "./program.ts";
import { QUESTION_WORDS, WORD_CLASSES } from "./vocabulary.ts";
import { readWords, type Words } from "./words.ts";

/** Sentence ends that are not inside a number. */
const sentenceCount = (text: string): number => Math.max(1, count(text, /[.!?](?=\s|$)/g));

function wordFeatures({ words, numbers }: Words, text: string): Record<string, number> {
  const lengths = words.map((word) => word.length);
  const total = words.length;
  const sentences = sentenceCount(text);
  return {
    "stem words": log(total),
    "stem sentences": log(sentences),
    "words per sentence": log(share(total, sentences)),
    "word length": mean(lengths),
    "word length spread": deviation(lengths),
    "long words": share(lengths.filter((length) => length >= 8).length, total),
    "very long words": share(lengths.filter((length) => length >= 11).length, total),
    "single letters": share(words.filter((word) => word.length === 1 && word !== "a" && word !== "i").length, total),
    "distinct words": share(new Set(words).size, Math.sqrt(Math.max(1, total))),
    numerals: log(numbers.length),
    "numeral share": share(numbers.length, total + numbers.length),
    "distinct numerals": log(new Set(numbers).size),
  };
}

function numberFeatures({ numbers }: Words, text: string): Record<string, number> {
  const sizes = numbers.map((text_) => Math.min(12, log(Number(text_))));
  return {
    "largest numeral": sizes.reduce((most, size) => Math.max(most, size), 0),
    "mean numeral": mean(sizes),
    "numeral spread": deviation(sizes),
    decimals: log(numbers.filter((text_) => text_.includes(".")).length),
    percent: log(count(text, /%|\bpercent/gi)),
    money: log(count(text, /[$€£]\s?\d/g)),
    fractions: log(count(text, /\d\s?\/\s?\d/g)),
  };
}

/** Which class a sign below U+0080 belongs to; the rest are looked up by name. */
const SIGNS: Readonly<Record<string, string>> = {
  operators: "+*/^=<>×÷−≤≥≈√∑∫",
  backslashes: "\\",
  brackets: "()[]{}",
  quotes: '"“”«»',
  blanks: "_",
  "question marks": "?",
  separators: ",;:",
};
const SIGN_NAMES = Object.keys(SIGNS);
const SIGN_OF = new Map(SIGN_NAMES.flatMap((name, index) => [...(SIGNS[name] ?? "")].map((sign) => [sign.charCodeAt(0), index] as const)));

/** One pass over the text: how often each class of sign, any sign at all, and any unit outside ASCII occurs. */
function countSigns(text: string): { of: Record<string, number>; symbols: number; foreign: number } {
  const counts = new Uint32Array(SIGN_NAMES.length);
  let symbols = 0;
  let foreign = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 128) foreign += 1;
    else if (code > 32 && !((code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122))) symbols += 1;
    else continue;
    const sign = SIGN_OF.get(code);
    if (sign !== undefined) counts[sign] = (counts[sign] ?? 0) + 1;
  }
  return { of: Object.fromEntries(SIGN_NAMES.map((name, index) => [name, counts[index] ?? 0])), symbols, foreign };
}

function signFeatures(text: string): Record<string, number> {
  const { of, symbols, foreign } = countSigns(text);
  const length = Math.max(1, text.length);
  return {
    operators: log(of.operators ?? 0),
    backslashes: log(of.backslashes ?? 0),
    "dollar maths": log(count(text, /\$[^$\d\s]/g)),
    brackets: log(of.brackets ?? 0),
    quotes: log(of.quotes ?? 0),
    blanks: Math.min(1, of.blanks ?? 0),
    "symbol share": share(symbols, length),
    "non-ascii share": share(foreign, length),
    "question marks": log(of["question marks"] ?? 0),
    "ends as question": Number(/\?["”')\]]*\s*$/.test(text.slice(-40))),
    "ends open": Number(!/[.?!:]["”')\]]*\s*$/.test(text.slice(-40))),
    "commas per sentence": log(share(of.separators ?? 0, sentenceCount(text))),
  };
}

function questionFeatures(words: readonly string[]): Record<string, number> {
  const features: Record<string, number> = {};
  for (const asked of QUESTION_WORDS) features[`asks ${asked}`] = Number(words.includes(asked));
  const follows = (first: string, ...second: string[]): boolean =>
    words.some((word, index) => word === first && second.includes(words[index + 1] ?? ""));
  features["asks how many"] = Number(follows("how", "many", "much"));
  features["asks which of"] = Number(follows("which", "of") || follows("the", "following"));
  features["opens as question"] = Number(QUESTION_WORDS.some((asked) => words[0] === asked));
  return features;
}

const CLASS_NAMES = Object.keys(WORD_CLASSES);
const CLASSES_OF = new Map<string, number[]>();
for (const [index, members] of Object.values(WORD_CLASSES).entries()) {
  for (const word of members) CLASSES_OF.set(word, [...(CLASSES_OF.get(word) ?? []), index]);
}

function classFeatures(words: readonly string[]): Record<string, number> {
  const counts = new Uint32Array(CLASS_NAMES.length);
  for (const word of words) for (const index of CLASSES_OF.get(word) ?? []) counts[index] = (counts[index] ?? 0) + 1;
  const root = Math.sqrt(Math.max(1, words.length));
  return Object.fromEntries(CLASS_NAMES.map((name, index) => [`${name} words`, (counts[index] ?? 0) / root]));
}

function overlap(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of left) shared += Number(right.has(word));
  return share(shared, Math.max(1, Math.min(left.size, right.size)));
}

function optionFeatures(options: readonly string[], stem: ReadonlySet<string>): Record<string, number> {
  const read = options.map((option) => readWords(option));
  const lengths = read.map((option) => log(option.words.length + option.numbers.length));
  const sets = read.map((option) => new Set(option.words));
  const neighbours = sets.slice(1).map((set, index) => overlap(set, sets[index] ?? new Set()));
  return {
    options: Math.min(12, options.length),
    "has options": Number(options.length > 0),
    "option words": mean(lengths),
    "option length spread": deviation(lengths),
    "numeric options": share(read.filter((option) => option.numbers.length > 0).length, options.length),
    "symbol options": share(options.filter((option) => /[=^\\/+*<>{}]/.test(option)).length, options.length),
    "options alike": mean(neighbours),
    "options echo stem": mean(sets.map((set) => overlap(set, stem))),
    "all or none option": Number(
      options.some((option) => /\b(?:all|none|both|neither) of (?:the|these)\b|\bnone\b/i.test(option.slice(0, 80))),
    ),
    "roman options": Number(options.some((option) => /^(?:I|II|III|IV)\b/.test(option))),
    "option word length": mean(read.flatMap((option) => option.words.map((word) => word.length))),
  };
}

/** Every feature by name, in an order that never changes: the weights are read by position. */
export function shape({ stem, options, code }: Anatomy): Record<string, number> {
  const words = readWords(stem);
  return {
    ...wordFeatures(words, stem),
    ...numberFeatures(words, stem),
    ...signFeatures(stem),
    ...questionFeatures(words.words),
    ...classFeatures(words.words),
    ...optionFeatures(options, new Set(words.words)),
    ...problemFeatures(words),
    ...programFeatures(code),
    "program words": log(
      count(
        stem,
        /\b(?:function|python|javascript|typescript|java|list|array|string|tuple|dictionary|integer|algorithm|code|program|class|script|regex|sql|html)s?\b/gi,
      ),
    ),
  };
}
