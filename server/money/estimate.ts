// The quote: what a prompt will cost on each model, at the median and at the worst; counted once, asked once a model, learned from use.
import type { ImagePart } from "../../shared/chat.ts";
import { alwaysReasons, type ModelInfo, type Price } from "../../shared/model.ts";
import { type NanoUsd, totalInputTokens, type Usage } from "../../shared/money.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import { imageRuleOf, type ImageSize, imageTokens } from "./image-tokens.ts";
import type { AttemptRow } from "./ledger/ledger.ts";
import { OutputLengths, priorOutputTokens } from "./output-length.ts";
import { type FullRates, priceAt, pricesOfDay, ratesFor } from "./price.ts";
import { type PromptSize, promptSize } from "./prompt-size.ts";
import { type TokenRule, tokenRuleOf } from "./token-rules.ts";
import { countTokens, estimateTokens, TokenMemory } from "./tokens.ts";

/** The quote of one model for one prompt. */
export interface ModelQuote {
  readonly inputTokens: number;
  readonly outputTokensP50: number;
  readonly outputTokensWorst: number;
  readonly cachedShare: number;
  readonly p50NanoUsd: NanoUsd | null;
  readonly worstNanoUsd: NanoUsd | null;
  /** The count before what was learned of this model: `observe` compares it with the bill. */
  readonly baseTokens: number;
}

/** The model whose prompt cache holds the beginning of a conversation, and how much of it. */
export interface Warm {
  readonly model: string;
  readonly tokens: number;
}

export interface EstimatorOptions {
  readonly now: () => Date;
  /** The least that a model's vendor caches. */
  readonly leastCachedTokens?: (model: ModelInfo) => number;
  /** Reads an image's size from its bytes; null when it cannot. */
  readonly imageSize?: (image: ImagePart) => ImageSize | null;
  /** The size as a vendor gets it, after scaling down. */
  readonly fittedSize?: (provider: string, size: ImageSize) => ImageSize;
}

export interface Estimator {
  quote(draft: ChatDraft, warm?: Warm): (model: ModelInfo) => ModelQuote;
  /** Tokens of produced text, when a vendor reports none. */
  outputTokens(producedLength: number, model: ModelInfo): number;
  /** What a vendor reported against what was estimated: corrects later quotes. */
  observe(model: ModelInfo, estimate: { readonly inputTokens: number; readonly baseTokens?: number }, usage: Usage, task?: string): void;
  /** Learns from the ledger's rows; older ones first. */
  learn(rows: readonly AttemptRow[]): void;
  /** Resolves when the tokenizer is loaded; until somebody asks, none is. */
  ready(): Promise<void>;
}

/** Output caps for callers who state none: long enough for a file, short enough that one prompt does not hold a day's budget. */
const DEFAULT_OUTPUT_TOKENS = 16_384;
const DEFAULT_REASONING_OUTPUT_TOKENS = 32_768;
/** Characters a token of output, for counting what was produced without a report: code and prose lie between 3 and 4.5. */
const OUTPUT_CHARACTERS = 3.6;
/** Where no vendor's word is known; of what is long enough, part is usually lost at block boundaries. */
const LEAST_CACHED_TOKENS = 1024;
const CACHE_HIT_SHARE = 0.9;
/** The worst case allows for a wrong count: the tokenizer's own error, or that of the estimate by script. */
const MARGIN = { exact: 1.03, estimated: 1.3, tokens: 32 } as const;
/** Observed tokens count against this many of the prior. */
const PRIOR_TOKENS = 1500;
const FADING = 0.97;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface Known {
  readonly rule: TokenRule;
  readonly perImage: ReturnType<typeof imageRuleOf>;
  price: Price | null;
  rates: FullRates | null;
  /** What else may be billed today, where a vendor has peak hours. */
  readonly otherPrices: readonly Price[];
  /** When these prices were looked up for, and until when they hold. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly leastCachedTokens: number;
  /** Its vendor is asked to cache, so what is not read from the cache is written to it, at the price of that. */
  readonly marksCache: boolean;
}

interface Learned {
  observed: number;
  base: number;
}

export function createEstimator(options: EstimatorOptions): Estimator {
  return new LearningEstimator(options);
}

class LearningEstimator implements Estimator {
  readonly #options: EstimatorOptions;
  readonly #known = new WeakMap<ModelInfo, Known>();
  readonly #learned = new Map<string, Learned>();
  readonly #lengths = new OutputLengths();
  readonly #memory = new TokenMemory();
  #count: ((piece: string) => number) | null = null;
  #loading: Promise<void> | null = null;

  constructor(options: EstimatorOptions) {
    this.#options = options;
  }

  quote(draft: ChatDraft, warm?: Warm): (model: ModelInfo) => ModelQuote {
    const exact = this.#count;
    const size = promptSize(draft, (text) =>
      this.#memory.count(text, exact === null ? estimateTokens : (whole) => countTokens(whole, exact)),
    );
    const sizes = size.images.map((image) => this.#options.imageSize?.(image) ?? null);
    const now = this.#options.now().getTime();
    return (model) => this.#quoteOf(model, draft, size, sizes, warm?.model === model.id ? warm.tokens : 0, now);
  }

  #quoteOf(
    model: ModelInfo,
    draft: ChatDraft,
    size: PromptSize,
    images: readonly (ImageSize | null)[],
    keptTokens: number,
    nowMs: number,
  ): ModelQuote {
    const known = this.#knownOf(model, nowMs);
    const { rule } = known;
    const added = size.toolTokens > 0 ? size.toolTokens * rule.tools.factor + rule.tools.once : 0;
    const schema = size.schemaTokens > 0 ? size.schemaTokens * rule.schema.factor + rule.schema.once : 0;
    const text = size.textTokens * rule.factor + added + schema + rule.perPrompt + rule.perMessage * size.messages;
    let pictures = 0;
    for (const image of images)
      pictures += imageTokens(known.perImage, image && (this.#options.fittedSize?.(model.provider, image) ?? image));
    const inputTokens = Math.ceil(text * this.#factorOf(model.id) + pictures);
    const isExact = rule.exact && this.#count !== null;
    const inputWorst = Math.ceil(inputTokens * (isExact ? MARGIN.exact : MARGIN.estimated)) + MARGIN.tokens;
    const outputTokensWorst = outputCap(model, draft, inputTokens);
    const prior = priorOutputTokens(model, draft.taskType, draft.reasoning);
    const outputTokensP50 = Math.min(outputTokensWorst, Math.round(this.#lengths.median(model.id, draft.taskType, prior)));
    const cached = Math.min(keptTokens, size.prefixTokens * rule.factor * CACHE_HIT_SHARE);
    const cachedShare = cached >= known.leastCachedTokens ? Math.min(1, cached / inputTokens) : 0;
    const isWritten = known.marksCache && inputTokens >= known.leastCachedTokens;
    const flat = known.price === null ? 0 : (known.price.perRequestNanoUsd ?? 0) + (known.price.perImageNanoUsd ?? 0) * images.length;
    const rates = ratesOf(known, inputTokens);
    const worstRates = ratesOf(known, inputWorst);
    let most = worstRates === null ? 0 : worst(worstRates, inputWorst, outputTokensWorst);
    for (const price of known.otherPrices) most = Math.max(most, worst(ratesFor(price, inputWorst), inputWorst, outputTokensWorst));
    return {
      inputTokens,
      outputTokensP50,
      outputTokensWorst,
      cachedShare,
      p50NanoUsd: rates === null ? null : Math.round(median(rates, inputTokens, outputTokensP50, cachedShare, isWritten)) + flat,
      worstNanoUsd: worstRates === null ? null : Math.ceil(most) + flat,
      baseTokens: Math.ceil(text),
    };
  }

  outputTokens(producedLength: number): number {
    return Math.ceil(producedLength / OUTPUT_CHARACTERS);
  }

  observe(model: ModelInfo, estimate: { readonly inputTokens: number; readonly baseTokens?: number }, usage: Usage, task?: string): void {
    this.#lengths.observe(model.id, task, usage.outputTokens);
    const pictures = estimate.baseTokens === undefined ? 0 : estimate.inputTokens - estimate.baseTokens * this.#factorOf(model.id);
    this.#compare(model.id, estimate.baseTokens ?? estimate.inputTokens, totalInputTokens(usage) - Math.max(0, Math.round(pictures)));
  }

  learn(rows: readonly AttemptRow[]): void {
    for (const row of rows) {
      if (row.state !== "settled" || row.usage.provenance !== "reported" || row.outcome !== "ok") continue;
      this.#lengths.observe(row.model, row.taskType, row.usage.outputTokens);
      if (row.baseTokens !== null && row.images === 0) this.#compare(row.model, row.baseTokens, totalInputTokens(row.usage));
    }
  }

  ready(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    // The .vsix ships without the vocabulary (docs/decisions/2026-11-23-vsix-without-vocabulary.md): the estimate then stays.
    const tokenizer = await import("gpt-tokenizer/encoding/o200k_base").catch(() => null);
    if (tokenizer === null) return;
    this.#count = (piece) => tokenizer.countTokens(piece, { disallowedSpecial: new Set() });
    this.#memory.clear();
  }

  #factorOf(model: string): number {
    const learned = this.#learned.get(model);
    return learned === undefined ? 1 : (learned.observed + PRIOR_TOKENS) / (learned.base + PRIOR_TOKENS);
  }

  /** A ratio of sums, older prompts fading; a figure beyond five times is a vendor's slip or tools of its own, not a tokenizer. */
  #compare(model: string, base: number, observed: number): void {
    if (base <= 0 || observed <= 0 || observed > 5 * base || base > 5 * observed) return;
    const learned = this.#learned.get(model) ?? { observed: 0, base: 0 };
    this.#learned.set(model, { observed: learned.observed * FADING + observed, base: learned.base * FADING + base });
  }

  #knownOf(model: ModelInfo, nowMs: number): Known {
    const known = this.#known.get(model);
    if (known !== undefined && nowMs >= known.fromMs && nowMs < known.untilMs) return known;
    const now = new Date(nowMs);
    const price = priceAt(model, now);
    const dayPrices = pricesOfDay(model, now);
    // Peak hours begin and end by the minute; every other price holds for the day.
    const stepMs = dayPrices.length > 1 ? MINUTE_MS : DAY_MS;
    const fromMs = Math.floor(nowMs / stepMs) * stepMs;
    const fresh = {
      rule: tokenRuleOf(model),
      perImage: imageRuleOf(model),
      price,
      rates: price === null ? null : ratesFor(price, 0),
      otherPrices: dayPrices.filter((other) => other !== price),
      ...{ fromMs, untilMs: fromMs + stepMs },
      leastCachedTokens: this.#options.leastCachedTokens?.(model) ?? LEAST_CACHED_TOKENS,
      marksCache: model.capabilities.includes("caching"),
    };
    this.#known.set(model, fresh);
    return fresh;
  }
}

function ratesOf(known: Known, inputTokens: number): FullRates | null {
  return known.price?.tiers === undefined ? known.rates : ratesFor(known.price, inputTokens);
}

function outputCap(model: ModelInfo, draft: ChatDraft, inputTokens: number): number {
  const reasons = alwaysReasons(model) || (draft.reasoning !== undefined && draft.reasoning !== "off");
  const asked = draft.maxOutputTokens ?? (reasons ? DEFAULT_REASONING_OUTPUT_TOKENS : DEFAULT_OUTPUT_TOKENS);
  return Math.max(1, Math.min(asked, model.maxOutputTokens, Math.max(1, model.contextWindowTokens - inputTokens)));
}

/** Quotes are taken for thousands of models a decision, so in floating point: right to a nano-dollar in a million dollars. */
function median(rates: FullRates, input: number, output: number, cachedShare: number, isWritten: boolean): number {
  const fresh = isWritten ? rates.cacheWrite5m : rates.input;
  return (input * (1 - cachedShare) * fresh + input * cachedShare * rates.cacheRead + output * rates.output) / 1e6;
}

function worst(rates: FullRates, input: number, output: number): number {
  return (input * Math.max(rates.input, rates.cacheWrite5m) + output * Math.max(rates.output, rates.reasoning)) / 1e6;
}
