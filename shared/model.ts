// What is known of a model: limits, capabilities, dated prices, sourced scores; "unknown" is a value, never a guess.
import * as z from "zod/mini";

/** "provider/vendor-model-id"; the vendor's id may itself contain slashes. */
export const ModelId = z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]*\/\S+$/));
export type ModelId = string;

export const Capability = z.enum(["tools", "vision", "structured", "reasoning", "pdf", "audio", "caching"]);
export type Capability = z.infer<typeof Capability>;

/**
 * Nano-dollars per million tokens, integers ($0.15 a million = 150_000_000), one figure a bucket;
 * null = the vendor does not price this bucket apart (what then holds is a rule of money/price.ts).
 */
export const Rates = z.object({
  input: z.int(),
  cacheRead: z.nullable(z.int()),
  cacheWrite5m: z.nullable(z.int()),
  cacheWrite1h: z.nullable(z.int()),
  output: z.int(),
  /** Only where a vendor bills reasoning at another rate than other output. */
  reasoning: z.optional(z.int()),
});
export type Rates = z.infer<typeof Rates>;

/**
 * A dated price. `tiers`: above `aboveInputTokens` total input tokens, those rates hold for the whole request.
 * Of several prices that are valid at a moment the last one holds.
 */
export const Price = z.object({
  rates: Rates,
  tiers: z.optional(z.array(z.object({ aboveInputTokens: z.int(), rates: Rates }))),
  serviceTiers: z.optional(z.record(z.string(), Rates)),
  perImageNanoUsd: z.optional(z.int()),
  perRequestNanoUsd: z.optional(z.int()),
  /** Identifies these very figures for repricing: source, date and a hash. */
  version: z.string(),
  source: z.string(),
  date: z.string(),
  validFrom: z.optional(z.string()),
  validUntil: z.optional(z.string()),
  /** Hours of the day (UTC, "HH:MM", the end excluded) in which this price holds, where a vendor has peak hours. */
  hoursUtc: z.optional(z.object({ from: z.string(), until: z.string() })),
});
export type Price = z.infer<typeof Price>;

export const Skill = z.enum(["general", "code", "maths", "vision"]);
export type Skill = z.infer<typeof Skill>;

/** 0 to 100 on the catalogue's own scale, with where it comes from. */
export const QualityScore = z.object({
  score: z.number(),
  source: z.string(),
  date: z.string(),
  raw: z.optional(z.string()),
});
export type QualityScore = z.infer<typeof QualityScore>;

export const ReasoningControl = z.enum(["none", "effort", "budget", "always", "toggle"]);

/** `limitsAssumed` says that the window is a stated default because nobody publishes it. */
export const ModelInfo = z.object({
  id: ModelId,
  provider: z.string(),
  model: z.string(),
  name: z.string(),
  aliases: z.array(z.string()),
  contextWindowTokens: z.int(),
  maxOutputTokens: z.int(),
  limitsAssumed: z.boolean(),
  /** There where the vendor itself has stated another window than the lists do. */
  windowLearned: z.optional(z.object({ statedTokens: z.int(), source: z.string(), date: z.string() })),
  capabilities: z.array(Capability),
  reasoningControl: ReasoningControl,
  prices: z.array(Price),
  scores: z.record(z.string(), z.union([QualityScore, z.literal("unknown")])),
  status: z.enum(["active", "deprecated", "ghost", "discovered", "custom"]),
  local: z.boolean(),
  source: z.string(),
  date: z.string(),
  quirks: z.optional(z.record(z.string(), z.unknown())),
});
export type ModelInfo = z.infer<typeof ModelInfo>;

/** A window and an answer length that nobody states; `limitsAssumed` then says so. */
export const ASSUMED_WINDOW_TOKENS = 8192;
export const ASSUMED_OUTPUT_TOKENS = 4096;

/** A model of which only the name is known: stated default limits, no capability, no price, no score. */
export function unlistedModel(id: ModelId, status: ModelInfo["status"], source: string, date: string): ModelInfo {
  return {
    id,
    provider: providerOf(id),
    model: vendorModelOf(id),
    name: vendorModelOf(id),
    aliases: [],
    contextWindowTokens: ASSUMED_WINDOW_TOKENS,
    maxOutputTokens: ASSUMED_OUTPUT_TOKENS,
    limitsAssumed: true,
    capabilities: [],
    reasoningControl: "none",
    prices: [],
    scores: {},
    status,
    local: false,
    source,
    date,
  };
}

/** True where the model reasons whether it is asked to or not: its answers are longer by that. */
export function alwaysReasons({ reasoningControl, quirks }: Pick<ModelInfo, "reasoningControl" | "quirks">): boolean {
  return reasoningControl === "always" || quirks?.reasoningOff === false;
}

export function providerOf(id: ModelId): string {
  return id.slice(0, id.indexOf("/"));
}

export function vendorModelOf(id: ModelId): string {
  return id.slice(id.indexOf("/") + 1);
}

/** Runs on this machine and nobody stated a price for it: its cost is known to be nothing, not unknown. */
export function isFree(model: Pick<ModelInfo, "local" | "prices">): boolean {
  return model.local && model.prices.length === 0;
}
