// What can be seen in a prompt without understanding it: tokens, repetition, fences, code shape, words; pure and linear in its length.
import { CUES, type CueKind, OPENERS } from "./cues.ts";

export interface Features {
  /** Estimated tokens of everything, by script: four characters a token, two thirds of a token an ideograph. */
  readonly tokens: number;
  /** The same without what is said again: repetition is not difficulty. */
  readonly distinctTokens: number;
  readonly fencedLines: number;
  /** Code that stands in the prose without a fence. */
  readonly looseCodeLines: number;
  readonly hasDiff: boolean;
  readonly hasStackTrace: boolean;
  readonly questions: number;
  readonly listItems: number;
  readonly paths: number;
  /** Numbers in the prose: three and a question make a worded problem. */
  readonly quantities: number;
  readonly opensSimply: boolean;
  /** Distinct cue words seen outside fences and outside negated clauses. */
  readonly cues: ReadonlyMap<CueKind, ReadonlySet<string>>;
}

const EXACT = new Map<string, CueKind[]>();
const STEMS = new Map<string, CueKind[]>();
/** What stems begin with: for every other word there is nothing to look up. */
const STEM_INITIALS = new Set<number>();
let longestStem = 0;
let longestIdeograms = 0;
for (const [kind, words] of Object.entries(CUES) as [CueKind, readonly string[]][]) {
  for (const word of words) {
    const stem = word.endsWith("*");
    const table = stem ? STEMS : EXACT;
    const key = stem ? word.slice(0, -1) : word;
    if (!table.get(key)?.includes(kind)) table.set(key, [...(table.get(key) ?? []), kind]);
    if (stem) STEM_INITIALS.add(key.charCodeAt(0));
    if (stem) longestStem = Math.max(longestStem, key.length);
    else if (isUnspaced(key)) longestIdeograms = Math.max(longestIdeograms, key.length);
  }
}

/** Scripts without spaces between words, where a cue is found inside a run of characters. */
function isUnspaced(word: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(word);
}

const WORD = /[\p{L}\p{M}\p{N}_]+(?:['’+#-][\p{L}\p{M}\p{N}_+#]*)*/gu;
/** Of a longer text the beginning and the end are read word by word: that is where people say what they want. */
const HEAD_CHARACTERS = 24_576;
const TAIL_CHARACTERS = 8192;
/** A word that long is a blob or a rule of dashes: it counts as this many characters. */
const LONGEST_WORD = 48;
/** The same for a run of ideographs between two marks of punctuation. */
const LONGEST_RUN = 256;

export function featuresOf(text: string): Features {
  const split = splitFences(text);
  const { fencedLines } = split;
  const [prose, fencedText] = [sampled(split.prose), sampled(split.fencedText)];
  const sample = sampled(text);
  const lines = prose.split("\n");
  const words = wordsIn(sample);
  return {
    tokens: estimateTokens(text),
    distinctTokens: Math.floor((distinctTokensOf(sample, words) * text.length) / Math.max(1, sample.length)),
    fencedLines,
    looseCodeLines: looseCode(lines),
    hasDiff: /^(?:diff --git |@@ -\d+|\+\+\+ |--- a\/)/m.test(sample),
    hasStackTrace: hasStackTrace(prose) || hasStackTrace(fencedText),
    questions: count(prose, /[?？؟]/g),
    listItems: lines.filter((line) => /^\s{0,8}(?:[-*•]|\d{1,3}[.)])\s/.test(line)).length,
    paths: prose.includes("/") ? count(prose, /(?<![\w/-])(?:[\w-]{1,64}\/){1,16}[\w-]{1,64}\.[a-z]{1,5}\b/g) : 0,
    quantities: count(prose, /(?<![\w.,])\d+(?:[.,]\d+)?(?![\w-])/g),
    opensSimply: opensSimply(prose),
    cues: cuesOf(prose, prose === sample ? words : wordsIn(prose)),
  };
}

interface Word {
  readonly word: string;
  readonly at: number;
}

function wordsIn(text: string): Word[] {
  const words: Word[] = [];
  const pattern = new RegExp(WORD);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) words.push({ word: match[0], at: match.index });
  return words;
}

/** `text` is a sample at most: see `sampled`. */
function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function sampled(text: string): string {
  if (text.length <= HEAD_CHARACTERS + TAIL_CHARACTERS) return text;
  return `${text.slice(0, HEAD_CHARACTERS)}\n${text.slice(-TAIL_CHARACTERS)}`;
}

export function estimateTokens(text: string): number {
  let wide = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) >= 0x2e80) wide++;
  return Math.floor((text.length - wide) / 4 + wide * 0.67);
}

/** What a fence says of itself when no code is in it. */
const PROSE_TAGS: ReadonlySet<string> = new Set(["plaintext", "text", "txt", "markdown", "md"]);
const LEAST_CODE_LINES = 3;

/** Everything between ``` or ~~~ lines is code, also when the last fence is not closed, unless it is marked as prose. */
function splitFences(text: string): { prose: string; fencedLines: number; fencedText: string } {
  if (!text.includes("```") && !text.includes("~~~")) return { prose: text, fencedLines: 0, fencedText: "" };
  const prose: string[] = [];
  const fenced: string[] = [];
  const quoted: string[] = [];
  let closer: string | null = null;
  let isProse = false;
  for (const line of text.split("\n")) {
    const [, mark, tag = ""] = /^\s{0,3}(```|~~~)[`~]*\s*([\w-]*)/.exec(line) ?? [];
    if (mark && closer === null) [closer, isProse] = [mark, PROSE_TAGS.has(tag.toLowerCase())];
    else if (mark && mark === closer) closer = null;
    else (closer === null ? prose : isProse ? quoted : fenced).push(line);
  }
  // An attached note is no code, nor is it the request; a source whose ending nobody knows is attached under the same name.
  if (looseCode(quoted) >= LEAST_CODE_LINES) fenced.push(...quoted.splice(0));
  const inline = prose.join("\n").split("```");
  const kept = inline.filter((_, index) => index % 2 === 0).join(" ");
  const within = inline.filter((_, index) => index % 2 === 1);
  const fencedText = [...fenced, ...within, ...quoted].join("\n");
  return { prose: kept, fencedLines: [...fenced, ...within].filter((line) => line.trim() !== "").length, fencedText };
}

/** Share of word triples that occur for the first time: near 1 in prose, near 0 in repetition. */
function distinctTokensOf(text: string, words: readonly Word[]): number {
  const seen = new Set<number>();
  let [before, between, characters, wide, triples] = [0, 0, 0, 0, 0];
  for (const { word } of words) {
    const isWide = word.charCodeAt(0) >= 0x2e80;
    const hash = hashOf(word);
    const triple = (Math.imul(before, 31) + Math.imul(between, 17) + hash) | 0;
    if (!seen.has(triple)) {
      seen.add(triple);
      triples += 1;
      if (isWide) wide += Math.min(word.length, LONGEST_RUN);
      else characters += Math.min(word.length, LONGEST_WORD) + 1;
    }
    before = between;
    between = hash;
  }
  // Punctuation and spaces belong to the words around them: code has as much of them as of letters.
  const share = words.length === 0 ? 0 : triples / words.length;
  const punctuation = Math.max(0, text.length - characters - wide) * share * (words.length > 2 ? 0.5 : 0);
  return (characters + punctuation) / 4 + wide * 0.67;
}

function hashOf(word: string): number {
  let hash = 2166136261;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 16777619);
  return hash;
}

const CODE_LINE =
  /[;{}]\s*$|^\s*(?:def|class|func|fn|import|from|return|if|for|while|const|let|var|public|private|#include|package|use|@\w+)\b.*[:({;=]|=>|^\s*<\/?[a-z][^>]{0,80}>\s*$|^\s*\w[\w.]{0,40}\([^)]{0,80}\)\s*$/;

function looseCode(lines: readonly string[]): number {
  return lines.filter((line) => line.length < 400 && CODE_LINE.test(line)).length;
}

function hasStackTrace(text: string): boolean {
  if (text.includes("Traceback (most recent call last)")) return true;
  return count(text, /^\s{1,8}at [\w$.<>[\] ]{1,120}\(|^\s{2,8}File "[^"\n]{1,200}", line \d/gm) >= 2;
}

function opensSimply(prose: string): boolean {
  const start = prose.trimStart().slice(0, 40).toLowerCase();
  return OPENERS.some((opener) => start.startsWith(opener));
}

/** A comma or a full stop ends what a "not" reaches. */
const CLAUSE_END = /[.,;:!?\n，。；！？、]/;

function cuesOf(prose: string, words: readonly Word[]): Map<CueKind, Set<string>> {
  const found = new Map<CueKind, Set<string>>();
  const add = (kind: CueKind, word: string) => {
    const known = found.get(kind);
    if (known) known.add(word);
    else found.set(kind, new Set([word]));
  };
  let negated = false;
  let end = 0;
  for (const { word: written, at } of words) {
    const word = written.toLowerCase().replace("’", "'").replace(/[-']$/, "");
    if (negated && CLAUSE_END.test(prose.slice(end, at))) negated = false;
    end = at + written.length;
    for (const [kind, cue] of kindsOf(word)) {
      if (kind === "negation") {
        negated = true;
        add(kind, cue);
      } else if (!negated || kind === "greeting" || kind === "light") add(kind, cue);
    }
  }
  return found;
}

function kindsOf(word: string): [CueKind, string][] {
  const kinds: [CueKind, string][] = (EXACT.get(word) ?? []).map((kind) => [kind, word]);
  const longest = STEM_INITIALS.has(word.charCodeAt(0)) ? Math.min(word.length, longestStem) : 0;
  for (let length = longest; length >= 3; length--) {
    const stem = word.slice(0, length);
    for (const kind of STEMS.get(stem) ?? []) kinds.push([kind, stem]);
  }
  return word.charCodeAt(0) >= 0x2e80 && isUnspaced(word) ? [...kinds, ...insideRun(word)] : kinds;
}

function insideRun(run: string): [CueKind, string][] {
  const kinds: [CueKind, string][] = [];
  for (let start = 0; start < Math.min(run.length, 2000); start++) {
    for (let length = 1; length <= longestIdeograms && start + length <= run.length; length++) {
      const part = run.slice(start, start + length);
      for (const kind of EXACT.get(part) ?? []) kinds.push([kind, part]);
    }
  }
  return kinds;
}
