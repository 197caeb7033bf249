// Every number that routing decides by, as data with its reason; no rule of its own.
import type { Complexity, CognitiveTier, Policy, TaskType } from "../../shared/route.ts";

/** Points per feature. Vocabularies, fence and length are the original's; structure and editor signals are ours. */
export const POINTS = {
  light: -2,
  moderate: 1,
  technical: 3,
  proof: 3,
  code: 3,
  weakCode: 1,
  advanced: 5,
  weakAdvanced: 2,
  fence: 3,
  looseCode: 3,
  trace: 1,
  constraints: 1,
  manyParts: 1,
  quantities: 1,
  severalFiles: 1,
} as const;

/** Distinct tokens from which a prompt counts as longer. */
export const LENGTH_POINTS: readonly { readonly tokens: number; readonly points: number }[] = [
  { tokens: 2000, points: 3 },
  { tokens: 500, points: 2 },
  { tokens: 100, points: 1 },
];

/** What the caller says of the task. "agentic" and "pdf_ocr" say what is needed, not how hard it is. */
export const TASK_POINTS: Readonly<Record<TaskType, number>> = {
  code: 2,
  analysis: 2,
  reasoning: 2,
  chat: -1,
  general: -1,
  agentic: 0,
  pdf_ocr: 0,
};

/** What an editor command asks for, by a word of its name; used where no task type is given. */
export const COMMAND_TASKS: Readonly<Record<string, TaskType>> = {
  fix: "code",
  refactor: "code",
  rewrite: "code",
  implement: "code",
  tests: "code",
  test: "code",
  optimize: "code",
  complete: "code",
  review: "analysis",
  explain: "analysis",
  diff: "analysis",
  chat: "chat",
};

/** At most this score is simple, moderate, complex; above the last it is advanced. */
export const LEVEL_LIMITS: readonly { readonly level: Complexity; readonly atMost: number }[] = [
  { level: "simple", atMost: 0 },
  { level: "moderate", atMost: 1 },
  { level: "complex", atMost: 4 },
  { level: "advanced", atMost: Number.POSITIVE_INFINITY },
];

export const COGNITIVE_LIMITS: readonly { readonly tier: CognitiveTier; readonly tokens: number; readonly score: number }[] = [
  { tier: "micro", tokens: 100, score: 0 },
  { tier: "standard", tokens: 500, score: 2 },
  { tier: "versatile", tokens: 2000, score: 5 },
  { tier: "heavy", tokens: 5000, score: 8 },
  { tier: "complex", tokens: Number.POSITIVE_INFINITY, score: Number.POSITIVE_INFINITY },
];

/**
 * The least quality per level. The original's 0, 80, 88, 94 stand unchanged: our scale (rating as a share of the
 * board's best) puts the models that both know within a few points of the original's figures, see
 * docs/decisions/2026-11-23-quality-scale.md.
 */
export const QUALITY_FLOORS: Readonly<Record<Complexity, number>> = { simple: 0, moderate: 80, complex: 88, advanced: 94 };

/**
 * What a point of quality may cost: score = (quality / 100) ^ exponent ÷ cost. 2 is the original's; at 95, one more
 * point is then worth 2 % of the price. Harder prompts gain more from a better model, so there it is worth more:
 * with 12 one point is worth 13 %, with 24 29 %, with 600 a factor of five hundred: quality decides, and price
 * only between models that no board can tell apart.
 */
export const QUALITY_EXPONENTS: Readonly<Record<Policy, Readonly<Record<Complexity, number>>>> = {
  cheap: { simple: 2, moderate: 2, complex: 2, advanced: 2 },
  balanced: { simple: 2, moderate: 6, complex: 12, advanced: 24 },
  best: { simple: 600, moderate: 600, complex: 600, advanced: 600 },
};

/**
 * Below this expected cost, in nano-dollars, price no longer decides. A greeting goes to the cheapest; for a hard
 * prompt a fiftieth of a cent is not worth a worse answer: five thousand of them cost a dollar.
 */
export const LEAST_COSTS_NANO_USD: Readonly<Record<Policy, Readonly<Record<Complexity, number>>>> = {
  cheap: { simple: 10_000, moderate: 10_000, complex: 10_000, advanced: 10_000 },
  balanced: { simple: 10_000, moderate: 50_000, complex: 200_000, advanced: 200_000 },
  best: { simple: 200_000, moderate: 200_000, complex: 200_000, advanced: 200_000 },
};

/** A conversation stays where its prompt cache is warm unless another model is better by more than this. */
export const WARM_FACTOR = 1.15;

/** A provider close to its rate limit loses at most three quarters of its score. */
export const LEAST_HEADROOM_FACTOR = 0.25;

/** Where reasoning is asked for, a model that cannot reason counts half. */
export const NO_REASONING_FACTOR = 0.5;

/** A cascade tries the cheaper model first only when it costs at most this share of the one it would spare. */
export const CASCADE_SHARE = 1 / 3;

/** Its answer is sampled a second time only where that costs at most this share: ten comparisons cost one escalation. */
export const SECOND_SAMPLE_SHARE = 1 / 10;

/** Below this mean token probability, or this agreement of two samples, a cheap answer is asked again of the better model. */
export const LEAST_CONFIDENCE = 0.6;
export const LEAST_AGREEMENT = 0.4;

/** With the task "pdf_ocr" a model that takes whole documents counts for more: its maker has trained it on pages. */
export const DOCUMENT_FACTOR = 1.25;
