// The quote: what a prompt will cost on each model, at the median and at the worst; counted once, asked once a model, learned from use.
import type { ImagePart } from "../../shared/chat.ts";
import type { ModelInfo, Price } from "../../shared/model.ts";
import { type NanoUsd, totalInputTokens, type Usage } from "../../shared/money.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import { type ImageSize, imageTokens } from "./image-tokens.ts";
import type { AttemptRow } from "./ledger/ledger.ts";
import { FactsMemory, type Learned, type ModelFacts } from "./model-facts.ts";
import { OutputLengths, priorOutputTokens } from "./output-length.ts";
import { type FullRates, ratesFor } from "./price.ts";
import { type PromptSize, promptSize } from "./prompt-size.ts";
import type { TokenRule } from "./token-rules.ts";
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
const NO_PRICES: readonly Price[] = [];

export function createEstimator(options: EstimatorOptions): Estimator {
  return new LearningEstimator(options);
}

class LearningEstimator implements Estimator {
  readonly #options: EstimatorOptions;
  readonly #facts: FactsMemory;
  readonly #learned = new Map<string, Learned>();
  readonly #lengths = new OutputLengths();
  readonly #memory = new TokenMemory();
  #count: ((piece: string) => number) | null = null;
  #loading: Promise<void> | null = null;

  constructor(options: EstimatorOptions) {
    this.#options = options;
    this.#facts = new FactsMemory({
      leastCachedTokens: (model) => options.leastCachedTokens?.(model) ?? LEAST_CACHED_TOKENS,
      learnedOf: (model) => this.#learnedOf(model),
    });
  }

  quote(draft: ChatDraft, warm?: Warm): (model: ModelInfo) => ModelQuote {
    const exact = this.#count;
    const size = promptSize(draft, (text) =>
      this.#memory.count(text, exact === null ? estimateTokens : (whole) => countTokens(whole, exact)),
    );
    const images = size.images.map((image) => this.#options.imageSize?.(image) ?? null);
    const now = this.#options.now().getTime();
    const asked: Asked = { draft, size, images, isExact: exact !== null };
    let counted: Counted | undefined;
    const byRule = new Map<TokenRule, Counted>();
    return (model) => {
      const facts = this.#facts.of(model, now);
      // Models come by provider, so the rule is nearly always that of the model before.
      if (counted?.rule !== facts.rule) {
        counted = byRule.get(facts.rule) ?? countedBy(facts.rule, asked);
        byRule.set(facts.rule, counted);
      }
      return this.#quoteOf(facts, asked, counted, warm?.model === facts.id ? warm.tokens : 0);
    };
  }

  /** Hot: asked for every model of a catalogue for one prompt, so it looks nothing up that the facts can hold. */
  #quoteOf(facts: ModelFacts, { draft, images }: Asked, counted: Counted, keptTokens: number): ModelQuote {
    const { learned } = facts;
    const factor = (learned.observed + PRIOR_TOKENS) / (learned.base + PRIOR_TOKENS);
    const inputTokens = Math.ceil(counted.text * factor + (images.length === 0 ? 0 : this.#pictures(facts, images)));
    const inputWorst = Math.ceil(inputTokens * counted.margin) + MARGIN.tokens;
    const outputTokensWorst = outputCap(facts, draft, inputTokens);
    const prior = priorOutputTokens(facts, draft.taskType, draft.reasoning);
    const outputTokensP50 = Math.min(outputTokensWorst, Math.round(this.#lengths.median(facts.id, draft.taskType, prior)));
    const cached = keptTokens === 0 ? 0 : Math.min(keptTokens, counted.prefix);
    const cachedShare = cached >= facts.leastCachedTokens ? Math.min(1, cached / inputTokens) : 0;
    const isWritten = facts.marksCache && inputTokens >= facts.leastCachedTokens;
    const flat = facts.perRequestNanoUsd + facts.perImageNanoUsd * images.length;
    const rates = ratesOf(facts, inputTokens);
    const worstRates = ratesOf(facts, inputWorst);
    let most = worstRates === null ? 0 : worst(worstRates, inputWorst, outputTokensWorst);
    for (const other of facts.otherPrices ?? NO_PRICES)
      most = Math.max(most, worst(ratesFor(other, inputWorst), inputWorst, outputTokensWorst));
    return {
      inputTokens,
      outputTokensP50,
      outputTokensWorst,
      cachedShare,
      p50NanoUsd: rates === null ? null : Math.round(median(rates, inputTokens, outputTokensP50, cachedShare, isWritten)) + flat,
      worstNanoUsd: worstRates === null ? null : Math.ceil(most) + flat,
      baseTokens: counted.baseTokens,
    };
  }

  #pictures({ model, perImage }: ModelFacts, images: Asked["images"]): number {
    const { fittedSize } = this.#options;
    return images.reduce((sum, image) => sum + imageTokens(perImage, image && (fittedSize?.(model.provider, image) ?? image)), 0);
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
    const { observed, base } = this.#learnedOf(model);
    return (observed + PRIOR_TOKENS) / (base + PRIOR_TOKENS);
  }

  #learnedOf(model: string): Learned {
    const known = this.#learned.get(model);
    if (known !== undefined) return known;
    const nothing = { observed: 0, base: 0 };
    this.#learned.set(model, nothing);
    return nothing;
  }

  /** A ratio of sums, older prompts fading; a figure beyond five times is a vendor's slip or tools of its own, not a tokenizer. */
  #compare(model: string, base: number, observed: number): void {
    if (base <= 0 || observed <= 0 || observed > 5 * base || base > 5 * observed) return;
    const learned = this.#learnedOf(model);
    learned.observed = learned.observed * FADING + observed;
    learned.base = learned.base * FADING + base;
  }
}

/** One prompt as it is to be quoted. */
interface Asked {
  readonly draft: ChatDraft;
  readonly size: PromptSize;
  readonly images: readonly (ImageSize | null)[];
  /** The tokenizer is loaded. */
  readonly isExact: boolean;
}

/** What one prompt counts by one rule: the same for every model of the rule. */
interface Counted {
  readonly rule: TokenRule;
  readonly text: number;
  readonly baseTokens: number;
  /** Of what a warm cache may hold, the most that is believed to be read from it. */
  readonly prefix: number;
  readonly margin: number;
}

function countedBy(rule: TokenRule, { size, isExact }: Asked): Counted {
  const added = size.toolTokens > 0 ? size.toolTokens * rule.tools.factor + rule.tools.once : 0;
  const schema = size.schemaTokens > 0 ? size.schemaTokens * rule.schema.factor + rule.schema.once : 0;
  const text = size.textTokens * rule.factor + added + schema + rule.perPrompt + rule.perMessage * size.messages;
  const prefix = size.prefixTokens * rule.factor * CACHE_HIT_SHARE;
  return { rule, text, baseTokens: Math.ceil(text), prefix, margin: rule.exact && isExact ? MARGIN.exact : MARGIN.estimated };
}

function ratesOf({ tiered, rates }: ModelFacts, inputTokens: number): FullRates | null {
  return tiered === null ? rates : ratesFor(tiered, inputTokens);
}

function outputCap(model: ModelFacts, draft: ChatDraft, inputTokens: number): number {
  const reasons = model.reasonsUnasked || (draft.reasoning !== undefined && draft.reasoning !== "off");
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
