// The shape of a prompt as a short row of bounded numbers, each with a name that can be said to a person. Topics are not in it.
import type { Anatomy } from './anatomy.ts';
import { count, deviation, log, mean, share } from './measure.ts';
import { problemFeatures } from './problem.ts';
import { programFeatures } from './program.ts';
import { WORD_CLASSES, type WordClass } from './vocabulary.ts';
import { readWords, type Words } from './words.ts';



/** Sentence ends that are not inside a number. */
const sentenceCount = (text: string): number => Math.max(1, count(text, /[.!?](?=\s|$)/g));

function wordFeatures({ words, numbers }: Words, text: string): Record<string, number> {
  const lengths = words.map((word) => word.length);
  const total = words.length;
  const sentences = sentenceCount(text);
  return {
    'stem words': log(total),
    'stem sentences': log(sentences),
    'words per sentence': log(share(total, sentences)),
    'word length': mean(lengths),
    'word length spread': deviation(lengths),
    'long words': share(lengths.filter((length) => length >= 8).length, total),
    'very long words': share(lengths.filter((length) => length >= 11).length, total),
    'single letters': share(words.filter((word) => word.length === 1 && word !== 'a' && word !== 'i').length, total),
    'distinct words': share(new Set(words).size, Math.sqrt(Math.max(1, total))),
    'numerals': log(numbers.length),
    'numeral share': share(numbers.length, total + numbers.length),
    'distinct numerals': log(new Set(numbers).size),
    'commas per sentence': log(share(count(text, /[,;:]/g), sentences)),
  };
}

function numberFeatures({ numbers }: Words, text: string): Record<string, number> {
  const sizes = numbers.map((text_) => Math.min(12, log(Number(text_))));
  return {
    'largest numeral': sizes.reduce((most, size) => Math.max(most, size), 0),
    'mean numeral': mean(sizes),
    'numeral spread': deviation(sizes),
    'decimals': log(numbers.filter((text_) => text_.includes('.')).length),
    'percent': log(count(text, /%|\bpercent/gi)),
    'money': log(count(text, /[$€£]\s?\d/g)),
    'fractions': log(count(text, /\d\s?\/\s?\d/g)),
  };
}

function signFeatures(text: string): Record<string, number> {
  const length = Math.max(1, text.length);
  return {
    'operators': log(count(text, /[+*/^=<>×÷−≤≥≈√∑∫]/g)),
    'backslashes': log(count(text, /\\/g)),
    'dollar maths': log(count(text, /\$[^$\d\s]/g)),
    'brackets': log(count(text, /[()[\]{}]/g)),
    'quotes': log(count(text, /["“”«»]/g)),
    'blanks': Math.min(1, count(text, /_/g)),
    'symbol share': share(count(text, /[^\p{L}\p{N}\s]/gu), length),
    'non-ascii share': share(count(text, /[^\x00-\x7f]/g), length),
    'question marks': log(count(text, /\?/g)),
    'ends as question': Number(/\?["”')\]]*\s*$/.test(text.slice(-40))),
    'ends open': Number(!/[.?!:]["”')\]]*\s*$/.test(text.slice(-40))),
  };
}

const QUESTION_WORDS = ['what', 'which', 'who', 'when', 'where', 'why', 'how'] as const;

function questionFeatures(words: readonly string[]): Record<string, number> {
  const features: Record<string, number> = {};
  for (const asked of QUESTION_WORDS) features[`asks ${asked}`] = Number(words.includes(asked));
  const pairs = new Set(words.map((word, index) => `${word} ${words[index + 1] ?? ''}`));
  features['asks how many'] = Number(pairs.has('how many') || pairs.has('how much'));
  features['asks which of'] = Number(pairs.has('which of') || pairs.has('the following'));
  features['opens as question'] = Number(QUESTION_WORDS.some((asked) => words[0] === asked));
  return features;
}

function classFeatures(words: readonly string[]): Record<string, number> {
  const features: Record<string, number> = {};
  for (const name of Object.keys(WORD_CLASSES) as WordClass[]) {
    const members = WORD_CLASSES[name];
    features[`${name} words`] = share(words.filter((word) => members.has(word)).length, Math.sqrt(Math.max(1, words.length)));
  }
  return features;
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
    'options': Math.min(12, options.length),
    'has options': Number(options.length > 0),
    'option words': mean(lengths),
    'option length spread': deviation(lengths),
    'numeric options': share(read.filter((option) => option.numbers.length > 0).length, options.length),
    'symbol options': share(options.filter((option) => /[=^\\/+*<>{}]/.test(option)).length, options.length),
    'options alike': mean(neighbours),
    'options echo stem': mean(sets.map((set) => overlap(set, stem))),
    'all or none option': Number(options.some((option) => /\b(?:all|none|both|neither) of (?:the|these)\b|\bnone\b/i.test(option.slice(0, 80)))),
    'roman options': Number(options.some((option) => /^(?:I|II|III|IV)\b/.test(option))),
    'option word length': mean(read.flatMap((option) => option.words.map((word) => word.length))),
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
    'program words': log(count(stem, /\b(?:function|python|javascript|typescript|java|list|array|string|tuple|dictionary|integer|algorithm|code|program|class|script|regex|sql|html)s?\b/gi)),
  };
}
