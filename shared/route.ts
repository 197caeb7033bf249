// The routing decision as data: tier and why, every candidate's score in parts, every exclusion with its reason.
import * as z from "zod/mini";

export const Complexity = z.enum(["simple", "moderate", "complex", "advanced"]);
export type Complexity = z.infer<typeof Complexity>;

/** Ordered, so that levels can be compared by index and never as strings. */
export const COMPLEXITY_ORDER: readonly Complexity[] = ["simple", "moderate", "complex", "advanced"];

export const CognitiveTier = z.enum(["micro", "standard", "versatile", "heavy", "complex"]);
export type CognitiveTier = z.infer<typeof CognitiveTier>;

export const TaskType = z.enum(["code", "analysis", "reasoning", "chat", "general", "agentic", "pdf_ocr"]);
export type TaskType = z.infer<typeof TaskType>;

export const Policy = z.enum(["cheap", "balanced", "best"]);
export type Policy = z.infer<typeof Policy>;

/** One reason for the tier: what was seen and how many points it gave. */
export const Signal = z.object({ name: z.string(), points: z.number(), detail: z.optional(z.string()) });
export type Signal = z.infer<typeof Signal>;

export const CandidateEstimate = z.object({
  p50NanoUsd: z.nullable(z.int()),
  worstNanoUsd: z.nullable(z.int()),
  inputTokens: z.optional(z.int()),
  outputTokensP50: z.optional(z.int()),
  outputTokensWorst: z.optional(z.int()),
  cachedShare: z.optional(z.number()),
});
export type CandidateEstimate = z.infer<typeof CandidateEstimate>;

/** `parts` explains `score`: quality, price, cache, policy, health and what else moved it, by name. */
export const Candidate = z.object({
  model: z.string(),
  score: z.number(),
  parts: z.record(z.string(), z.number()),
  estimate: CandidateEstimate,
  notes: z.optional(z.array(z.string())),
});
export type Candidate = z.infer<typeof Candidate>;

export const Exclusion = z.object({ model: z.string(), reason: z.string(), rule: z.optional(z.string()) });
export type Exclusion = z.infer<typeof Exclusion>;

/** How the images of a prompt reach the model that answers: it sees them itself, or another describes them for it. */
export const VisionRoute = z.object({
  way: z.enum(["single", "coordinated"]),
  /** Who describes, in the coordinated way. */
  describer: z.optional(z.string()),
  images: z.int(),
  /** Of those, the ones whose description is kept already and costs nothing. */
  known: z.int(),
  /** What the descriptions cost; the model that answers comes on top. */
  p50NanoUsd: z.nullable(z.int()),
  worstNanoUsd: z.nullable(z.int()),
  /** How many questions about an image the model that answers may ask back, and what each costs at the most. */
  lookBacks: z.optional(z.int()),
  lookBackWorstNanoUsd: z.optional(z.nullable(z.int())),
  because: z.string(),
});
export type VisionRoute = z.infer<typeof VisionRoute>;

export const RouteDecision = z.object({
  tier: Complexity,
  cognitiveTier: z.optional(CognitiveTier),
  taskType: z.optional(TaskType),
  signals: z.array(Signal),
  policy: Policy,
  /** The model asked for, when it was pinned; it is honoured and still explained. */
  pinned: z.optional(z.string()),
  candidates: z.array(Candidate),
  /** How many more candidates there are than an answer's route lists; route/preview lists all. */
  moreCandidates: z.optional(z.int()),
  excluded: z.array(Exclusion),
  /** One sentence for people: why the first candidate is first. */
  because: z.string(),
  vision: z.optional(VisionRoute),
  /** True when no price or no score was known and the static table decided. */
  degraded: z.optional(z.boolean()),
});
export type RouteDecision = z.infer<typeof RouteDecision>;
