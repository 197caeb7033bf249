// What a quote needs of a model whatever the prompt: its prices in force, its token rule, its caps; pure.
import { alwaysReasons, type ModelInfo, type Price } from "../../shared/model.ts";
import { type ImageRule, imageRuleOf } from "./image-tokens.ts";
import type { ReasoningFacts } from "./output-length.ts";
import { type FullRates, priceAt, pricesOfDay, ratesFor } from "./price.ts";
import { type TokenRule, tokenRuleOf } from "./token-rules.ts";

export interface ModelFacts extends ReasoningFacts {
  readonly model: ModelInfo;
  readonly rule: TokenRule;
  readonly perImage: ImageRule;
  /** The price in force, where its rates depend on the input's length; null where `rates` hold for all. */
  readonly tiered: Price | null;
  /** Null: no price is known. */
  readonly rates: FullRates | null;
  readonly perRequestNanoUsd: number;
  readonly perImageNanoUsd: number;
  /** What else may be billed today, where a vendor has peak hours. */
  readonly otherPrices: readonly Price[];
  /** Since when these prices hold, and until when. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Its vendor is asked to cache, so what is not read from the cache is written to it, at the price of that. */
  readonly marksCache: boolean;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function modelFacts(model: ModelInfo, nowMs: number): ModelFacts {
  const now = new Date(nowMs);
  const price = priceAt(model, now);
  const dayPrices = pricesOfDay(model, now);
  // Peak hours begin and end by the minute; every other price holds for the day.
  const stepMs = dayPrices.length > 1 ? MINUTE_MS : DAY_MS;
  const fromMs = Math.floor(nowMs / stepMs) * stepMs;
  return {
    model,
    rule: tokenRuleOf(model),
    perImage: imageRuleOf(model),
    tiered: price?.tiers === undefined ? null : price,
    rates: price === null ? null : ratesFor(price, 0),
    perRequestNanoUsd: price?.perRequestNanoUsd ?? 0,
    perImageNanoUsd: price?.perImageNanoUsd ?? 0,
    otherPrices: dayPrices.filter((other) => other !== price),
    fromMs,
    untilMs: fromMs + stepMs,
    marksCache: model.capabilities.includes("caching"),
    reasonsUnasked: alwaysReasons(model),
    reasonsNever: model.reasoningControl === "none",
  };
}
