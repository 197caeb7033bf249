// The quote: what a prompt will cost on each model, at the median and at the worst; counted once, asked once a model, learned from use.
import type { ImagePart } from "../../shared/chat.ts";
import type { ModelInfo } from "../../shared/model.ts";
import { totalInputTokens, type Usage } from "../../shared/money.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import { FactTable } from "./fact-table.ts";
import type { ImageSize } from "./image-tokens.ts";
import type { AttemptRow } from "./ledger/ledger.ts";
import { OutputLengths } from "./output-length.ts";
import { type ModelQuote, PromptQuote, type Warm } from "./prompt-quote.ts";
import { promptSize } from "./prompt-size.ts";
import { countTokens, estimateTokens, TokenMemory } from "./tokens.ts";

export type { Warm } from "./prompt-quote.ts";

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

/** Characters a token of output, for counting what was produced without a report: code and prose lie between 3 and 4.5. */
const OUTPUT_CHARACTERS = 3.6;
/** Where no vendor's word is known. */
const LEAST_CACHED_TOKENS = 1024;
/** Observed tokens count against this many of the prior. */
const PRIOR_TOKENS = 1500;
const FADING = 0.97;

/** Tokens as billed against tokens as estimated, both fading. */
interface Learned {
  readonly observed: number;
  readonly base: number;
}

const NOTHING: Learned = { observed: 0, base: 0 };

export function createEstimator(options: EstimatorOptions): Estimator {
  return new LearningEstimator(options);
}

class LearningEstimator implements Estimator {
  readonly #options: EstimatorOptions;
  readonly #table: FactTable;
  readonly #learned = new Map<string, Learned>();
  readonly #lengths = new OutputLengths();
  readonly #memory = new TokenMemory();
  #count: ((piece: string) => number) | null = null;
  #loading: Promise<void> | null = null;

  constructor(options: EstimatorOptions) {
    this.#options = options;
    this.#table = new FactTable({
      leastCachedTokens: (model) => options.leastCachedTokens?.(model) ?? LEAST_CACHED_TOKENS,
      experienceOf: (model) => ({ factor: this.#factorOf(model), answered: this.#lengths.knows(model) }),
    });
  }

  quote(draft: ChatDraft, warm?: Warm): (model: ModelInfo) => ModelQuote {
    const exact = this.#count;
    const size = promptSize(draft, (text) =>
      this.#memory.count(text, exact === null ? estimateTokens : (whole) => countTokens(whole, exact)),
    );
    const images = size.images.map((image) => this.#options.imageSize?.(image) ?? null);
    const { fittedSize } = this.#options;
    const quote = new PromptQuote(
      { table: this.#table, lengths: this.#lengths, fittedSize },
      { draft, size, images, isExact: exact !== null, warm, nowMs: this.#options.now().getTime() },
    );
    return (model) => quote.of(model);
  }

  outputTokens(producedLength: number): number {
    return Math.ceil(producedLength / OUTPUT_CHARACTERS);
  }

  observe(model: ModelInfo, estimate: { readonly inputTokens: number; readonly baseTokens?: number }, usage: Usage, task?: string): void {
    this.#lengths.observe(model.id, task, usage.outputTokens);
    const pictures = estimate.baseTokens === undefined ? 0 : estimate.inputTokens - estimate.baseTokens * this.#factorOf(model.id);
    this.#compare(model.id, estimate.baseTokens ?? estimate.inputTokens, totalInputTokens(usage) - Math.max(0, Math.round(pictures)));
    this.#table.learned(model.id);
  }

  learn(rows: readonly AttemptRow[]): void {
    for (const row of rows) {
      if (row.state !== "settled" || row.usage.provenance !== "reported" || row.outcome !== "ok") continue;
      this.#lengths.observe(row.model, row.taskType, row.usage.outputTokens);
      if (row.baseTokens !== null && row.images === 0) this.#compare(row.model, row.baseTokens, totalInputTokens(row.usage));
      this.#table.learned(row.model);
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
    const { observed, base } = this.#learned.get(model) ?? NOTHING;
    return (observed + PRIOR_TOKENS) / (base + PRIOR_TOKENS);
  }

  /** A ratio of sums, older prompts fading; a figure beyond five times is a vendor's slip or tools of its own, not a tokenizer. */
  #compare(model: string, base: number, observed: number): void {
    if (base <= 0 || observed <= 0 || observed > 5 * base || base > 5 * observed) return;
    const learned = this.#learned.get(model) ?? NOTHING;
    this.#learned.set(model, { observed: learned.observed * FADING + observed, base: learned.base * FADING + base });
  }
}
