// Whether a prompt looks like anything the weights were learned from; where it does not, the router should go by its own tiers instead.
import type { Anatomy } from "./anatomy.ts";
import type { Features } from "./predict.ts";
import { WORD_CLASSES } from "./vocabulary.ts";
import { readWords } from "./words.ts";

export type Doubt = "empty" | "open request" | "not English" | "too short" | "too long" | "unusual shape";

export interface Familiarity {
  /** 0 to 1: how far the learned part may be believed for this prompt. */
  confidence: number;
  abstains: boolean;
  doubts: readonly Doubt[];
}

const COMMON = new Set([
  ...WORD_CLASSES.article,
  ...WORD_CLASSES.preposition,
  ...WORD_CLASSES.conjunction,
  ...WORD_CLASSES.person,
  ..."is are was were be been has have had do does did what which who how many much".split(" "),
]);

/** English prose has 35 to 50 % of these; formulas and names leave fewer, other languages next to none. */
const LEAST_COMMON_SHARE = 0.12;
const LANGUAGE_NEEDS_WORDS = 6;
const SHORTEST_WORDS = 4;
/** The longest stem in training has 349 words, counted on 2026-11-23. */
const LONGEST_WORDS = 600;
const ODD_DEVIATIONS = 2.9;
const ODD_SHARE = 0.3;

function doubtsOf({ stem, options, code }: Anatomy, { kind, row }: Features): Doubt[] {
  const { words, numbers } = readWords(stem);
  if (words.length + numbers.length + options.length + code.length === 0) return ["empty"];
  const doubts: Doubt[] = [];
  if (kind === "open") doubts.push("open request");
  const latin = words.filter((word) => /^[a-z'’]+$/.test(word));
  const common = words.filter((word) => COMMON.has(word)).length;
  if (latin.length < words.length / 2 || (words.length >= LANGUAGE_NEEDS_WORDS && common < LEAST_COMMON_SHARE * words.length))
    doubts.push("not English");
  if (words.length + numbers.length < SHORTEST_WORDS && code.length + options.length === 0) doubts.push("too short");
  if (words.length > LONGEST_WORDS) doubts.push("too long");
  if (row.filter((value) => Math.abs(value) >= ODD_DEVIATIONS).length > ODD_SHARE * row.length) doubts.push("unusual shape");
  return doubts;
}

/** Held-out rows of a known kind are believed by half at most: the best achievable order of single prompts is weak. */
const BELIEF: Readonly<Record<Features["kind"], number>> = { choice: 0.5, program: 0.5, programming: 0.5, problem: 0.5, open: 0.1 };

export function familiarityOf(anatomy: Anatomy, features: Features): Familiarity {
  const doubts = doubtsOf(anatomy, features);
  return { confidence: doubts.length === 0 ? BELIEF[features.kind] : BELIEF.open / doubts.length, abstains: doubts.length > 0, doubts };
}
