// What a quote needs of a model whatever the prompt: its prices in force, its token rule, its caps; looked up once a day, at peak hours once a minute.
import { alwaysReasons, type ModelInfo, type Price } from "../../shared/model.ts";
import { type ImageRule, imageRuleOf } from "./image-tokens.ts";
import type { ReasoningFacts } from "./output-length.ts";
import { type FullRates, priceAt, pricesOfDay, ratesFor } from "./price.ts";
import { type TokenRule, tokenRuleOf } from "./token-rules.ts";

export interface ModelFacts extends ReasoningFacts {
  readonly model: ModelInfo;
  /** As the model says them: models have many forms, these facts have one, and reading them is the most of a quote's work. */
  readonly id: string;
  readonly contextWindowTokens: number;
  readonly maxOutputTokens: number;
  readonly rule: TokenRule;
  readonly perImage: ImageRule;
  /** The price in force, where its rates depend on the input's length; null where `rates` hold for all. */
  readonly tiered: Price | null;
  /** Null: no price is known. */
  readonly rates: FullRates | null;
  readonly perRequestNanoUsd: number;
  readonly perImageNanoUsd: number;
  /** What else may be billed today, where a vendor has peak hours; null, as nearly everywhere, is nothing. */
  readonly otherPrices: readonly Price[] | null;
  /** Since when these prices hold, and until when. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly leastCachedTokens: number;
  /** Its vendor is asked to cache, so what is not read from the cache is written to it, at the price of that. */
  readonly marksCache: boolean;
  readonly learned: Learned;
}

/** Tokens as billed against tokens as estimated, both fading; shared with whoever learns, so that a quote need not look it up. */
export interface Learned {
  observed: number;
  base: number;
}

interface Kept {
  readonly facts: ModelFacts;
  /** Who was asked for after it the last time: a decision asks for the whole catalogue, each time in the same order. */
  next: Kept | null;
}

export interface FactsOptions {
  readonly leastCachedTokens: (model: ModelInfo) => number;
  readonly learnedOf: (model: string) => Learned;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Facts by model, forgotten with the list of models that they belong to. */
export class FactsMemory {
  readonly #options: FactsOptions;
  readonly #kept = new WeakMap<ModelInfo, Kept>();
  #last: Kept | null = null;

  constructor(options: FactsOptions) {
    this.#options = options;
  }

  of(model: ModelInfo, nowMs: number): ModelFacts {
    const last = this.#last;
    let kept = last?.next?.facts.model === model ? last.next : this.#kept.get(model);
    if (kept === undefined || nowMs < kept.facts.fromMs || nowMs >= kept.facts.untilMs) {
      kept = { facts: factsOf(model, nowMs, this.#options), next: kept?.next ?? null };
      this.#kept.set(model, kept);
    }
    if (last !== null && last.next !== kept) last.next = kept;
    this.#last = kept;
    return kept.facts;
  }
}

function factsOf(model: ModelInfo, nowMs: number, options: FactsOptions): ModelFacts {
  const now = new Date(nowMs);
  const price = priceAt(model, now);
  const dayPrices = pricesOfDay(model, now);
  // Peak hours begin and end by the minute; every other price holds for the day.
  const stepMs = dayPrices.length > 1 ? MINUTE_MS : DAY_MS;
  const fromMs = Math.floor(nowMs / stepMs) * stepMs;
  const otherPrices = dayPrices.filter((other) => other !== price);
  return {
    model,
    id: model.id,
    contextWindowTokens: model.contextWindowTokens,
    maxOutputTokens: model.maxOutputTokens,
    rule: tokenRuleOf(model),
    perImage: imageRuleOf(model),
    tiered: price?.tiers === undefined ? null : price,
    rates: price === null ? null : ratesFor(price, 0),
    perRequestNanoUsd: price?.perRequestNanoUsd ?? 0,
    perImageNanoUsd: price?.perImageNanoUsd ?? 0,
    otherPrices: otherPrices.length > 0 ? otherPrices : null,
    fromMs,
    untilMs: fromMs + stepMs,
    leastCachedTokens: options.leastCachedTokens(model),
    marksCache: model.capabilities.includes("caching"),
    reasonsUnasked: alwaysReasons(model),
    reasonsNever: model.reasoningControl === "none",
    learned: options.learnedOf(model.id),
  };
}
