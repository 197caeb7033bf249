// One prompt's quote of any model: tokens and cost at the median and at the worst, from what was counted once and the model's row of facts.
import type { ModelInfo } from "../../shared/model.ts";
import type { NanoUsd } from "../../shared/money.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import { AT, type FactTable, IS } from "./fact-table.ts";
import { type ImageSize, imageTokens } from "./image-tokens.ts";
import type { ModelFacts } from "./model-facts.ts";
import { type OutputLengths, priorOutputTokens } from "./output-length.ts";
import { type FullRates, ratesFor } from "./price.ts";
import type { PromptSize } from "./prompt-size.ts";
import type { TokenRule } from "./token-rules.ts";

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

export interface QuoteParts {
  readonly table: FactTable;
  readonly lengths: OutputLengths;
  readonly fittedSize: ((provider: string, size: ImageSize) => ImageSize) | undefined;
}

/** One prompt as it is to be quoted. */
export interface Asked {
  readonly draft: ChatDraft;
  readonly size: PromptSize;
  readonly images: readonly (ImageSize | null)[];
  /** The tokenizer is loaded. */
  readonly isExact: boolean;
  readonly warm: Warm | undefined;
  readonly nowMs: number;
}

/** Output caps for callers who state none: long enough for a file, short enough that one prompt does not hold a day's budget. */
const DEFAULT_OUTPUT_TOKENS = 16_384;
const DEFAULT_REASONING_OUTPUT_TOKENS = 32_768;
/** Of what is long enough to be cached, part is usually lost at block boundaries. */
const CACHE_HIT_SHARE = 0.9;
/** The worst case allows for a wrong count: the tokenizer's own error, or that of the estimate by script. */
const MARGIN = { exact: 1.03, estimated: 1.3, tokens: 32 } as const;

/** What one prompt counts by one rule: the same for every model of the rule. */
interface Counted {
  readonly rule: TokenRule;
  readonly text: number;
  readonly baseTokens: number;
  /** Of what a warm cache may hold, the most that is believed to be read from it. */
  readonly prefix: number;
  readonly margin: number;
}

/** How long an answer may get and is expected to get, as far as a model's way of reasoning says. */
interface Habit {
  readonly mostTokens: number;
  readonly priorTokens: number;
}

export class PromptQuote {
  readonly #parts: QuoteParts;
  readonly #asked: Asked;
  readonly #images: number;
  readonly #habits: readonly Habit[];
  readonly #byRule = new Map<TokenRule, Counted>();
  #counted: Counted | null = null;

  constructor(parts: QuoteParts, asked: Asked) {
    this.#parts = parts;
    this.#asked = asked;
    this.#images = asked.images.length;
    this.#habits = HABITS.map((flags) => habitOf(flags, asked.draft));
  }

  /** Hot: asked for every model of a catalogue, so it looks nothing up that the model's row can hold. */
  of(model: ModelInfo): ModelQuote {
    const { table } = this.#parts;
    const row = table.rowOf(model, this.#asked.nowMs);
    const { numbers } = table;
    const at = row * AT.width;
    const flags = numbers[at + AT.flags] ?? 0;
    const counted = this.#countedFor(table.factsAt(row));
    const pictures = this.#images === 0 ? 0 : this.#pictureTokens(table.factsAt(row));
    const inputTokens = Math.ceil(counted.text * (numbers[at + AT.factor] ?? 1) + pictures);
    const inputWorst = Math.ceil(inputTokens * counted.margin) + MARGIN.tokens;
    const { mostTokens, priorTokens } = this.#habits[flags & IS.reasoning] ?? habitOf(flags, this.#asked.draft);
    const room = Math.max(1, (numbers[at + AT.window] ?? 0) - inputTokens);
    const outputTokensWorst = Math.max(1, Math.min(mostTokens, numbers[at + AT.mostOutput] ?? 0, room));
    const expected = (flags & IS.answered) === 0 ? priorTokens : this.#learnedLength(model.id, priorTokens);
    const outputTokensP50 = Math.min(outputTokensWorst, expected);
    const leastCached = numbers[at + AT.leastCached] ?? 0;
    const cached = this.#asked.warm?.model === model.id ? Math.min(this.#asked.warm.tokens, counted.prefix) : 0;
    const cachedShare = cached >= leastCached ? Math.min(1, cached / inputTokens) : 0;
    const isWritten = (flags & IS.markingCache) !== 0 && inputTokens >= leastCached;
    let p50NanoUsd: NanoUsd | null = null;
    let worstNanoUsd: NanoUsd | null = null;
    if ((flags & IS.priced) !== 0) {
      const flat = (numbers[at + AT.perRequest] ?? 0) + (numbers[at + AT.perImage] ?? 0) * this.#images;
      const isFixed = (flags & IS.varying) === 0;
      const median = isFixed
        ? fixedMedian(numbers, at, isWritten, inputTokens, outputTokensP50, cachedShare)
        : varyingMedian(table.factsAt(row), isWritten, inputTokens, outputTokensP50, cachedShare);
      const worst = isFixed
        ? fixedWorst(numbers, at, inputWorst, outputTokensWorst)
        : varyingWorst(table.factsAt(row), inputWorst, outputTokensWorst);
      p50NanoUsd = Math.round(median) + flat;
      worstNanoUsd = Math.ceil(worst) + flat;
    }
    return { inputTokens, outputTokensP50, outputTokensWorst, cachedShare, p50NanoUsd, worstNanoUsd, baseTokens: counted.baseTokens };
  }

  /** Models come by provider, so the rule is nearly always that of the model before. */
  #countedFor({ rule }: ModelFacts): Counted {
    if (this.#counted?.rule === rule) return this.#counted;
    const counted = this.#byRule.get(rule) ?? countedBy(rule, this.#asked);
    this.#byRule.set(rule, counted);
    this.#counted = counted;
    return counted;
  }

  #learnedLength(model: string, priorTokens: number): number {
    return Math.round(this.#parts.lengths.median(model, this.#asked.draft.taskType, priorTokens));
  }

  #pictureTokens({ model, perImage }: ModelFacts): number {
    const { fittedSize } = this.#parts;
    return this.#asked.images.reduce(
      (sum, image) => sum + imageTokens(perImage, image && (fittedSize?.(model.provider, image) ?? image)),
      0,
    );
  }
}

function countedBy(rule: TokenRule, { size, isExact }: Asked): Counted {
  const added = size.toolTokens > 0 ? size.toolTokens * rule.tools.factor + rule.tools.once : 0;
  const schema = size.schemaTokens > 0 ? size.schemaTokens * rule.schema.factor + rule.schema.once : 0;
  const text = size.textTokens * rule.factor + added + schema + rule.perPrompt + rule.perMessage * size.messages;
  const prefix = size.prefixTokens * rule.factor * CACHE_HIT_SHARE;
  return { rule, text, baseTokens: Math.ceil(text), prefix, margin: rule.exact && isExact ? MARGIN.exact : MARGIN.estimated };
}

/** Every way of reasoning that flags can say. */
const HABITS: readonly number[] = Array.from({ length: IS.reasoning + 1 }, (_, flags) => flags);

function habitOf(flags: number, { reasoning, maxOutputTokens, taskType }: ChatDraft): Habit {
  const reasonsUnasked = (flags & IS.reasoningUnasked) !== 0;
  const reasons = reasonsUnasked || (reasoning !== undefined && reasoning !== "off");
  const reasonsNever = (flags & IS.neverReasoning) !== 0;
  return {
    mostTokens: maxOutputTokens ?? (reasons ? DEFAULT_REASONING_OUTPUT_TOKENS : DEFAULT_OUTPUT_TOKENS),
    priorTokens: priorOutputTokens({ reasonsUnasked, reasonsNever }, taskType, reasoning),
  };
}

/** Quotes are taken for thousands of models a decision, so in floating point: right to a nano-dollar in a million dollars. */
function fixedMedian(numbers: Float64Array, at: number, isWritten: boolean, input: number, output: number, cachedShare: number): number {
  const fresh = numbers[at + (isWritten ? AT.cacheWrite : AT.input)] ?? 0;
  const read = numbers[at + AT.cacheRead] ?? 0;
  return (input * (1 - cachedShare) * fresh + input * cachedShare * read + output * (numbers[at + AT.output] ?? 0)) / 1e6;
}

function fixedWorst(numbers: Float64Array, at: number, input: number, output: number): number {
  return (input * (numbers[at + AT.dearestInput] ?? 0) + output * (numbers[at + AT.dearestOutput] ?? 0)) / 1e6;
}

function ratesAt({ tiered, rates }: ModelFacts, inputTokens: number): FullRates | null {
  return tiered === null ? rates : ratesFor(tiered, inputTokens);
}

function varyingMedian(facts: ModelFacts, isWritten: boolean, input: number, output: number, cachedShare: number): number {
  const rates = ratesAt(facts, input);
  if (rates === null) return 0;
  const fresh = isWritten ? rates.cacheWrite5m : rates.input;
  return (input * (1 - cachedShare) * fresh + input * cachedShare * rates.cacheRead + output * rates.output) / 1e6;
}

/** The dearest of what may be billed today. */
function varyingWorst(facts: ModelFacts, input: number, output: number): number {
  const rates = ratesAt(facts, input);
  let most = rates === null ? 0 : worst(rates, input, output);
  for (const other of facts.otherPrices) most = Math.max(most, worst(ratesFor(other, input), input, output));
  return most;
}

function worst(rates: FullRates, input: number, output: number): number {
  return (input * Math.max(rates.input, rates.cacheWrite5m) + output * Math.max(rates.output, rates.reasoning)) / 1e6;
}
