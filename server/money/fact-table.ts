// What a quote needs of every model, as rows of numbers; a decision reads thousands of rows, and reading is the most of its work.
import type { ModelInfo } from "../../shared/model.ts";
import { type ModelFacts, modelFacts } from "./model-facts.ts";

/** Where each number stands in its row. */
export const AT = {
  /** Tokens as billed for each that was estimated. */
  factor: 0,
  window: 1,
  mostOutput: 2,
  leastCached: 3,
  /** Nano-dollars beside the tokens. */
  perRequest: 4,
  perImage: 5,
  /** Nano-dollars for a million tokens, where they do not depend on the input's length. */
  input: 6,
  cacheRead: 7,
  cacheWrite: 8,
  output: 9,
  dearestInput: 10,
  dearestOutput: 11,
  /** A sum of `IS`. */
  flags: 12,
  fromMs: 13,
  untilMs: 14,
  width: 16,
} as const;

export const IS = {
  reasoningUnasked: 1,
  neverReasoning: 2,
  /** Both of the above: all that says how a model reasons. */
  reasoning: 3,
  markingCache: 4,
  priced: 8,
  /** Its rates depend on the input's length or the hour: they are asked of its facts. */
  varying: 16,
  /** Lengths of its answers are known. */
  answered: 32,
} as const;

/** What use has taught of a model. */
export interface Experience {
  readonly factor: number;
  /** Lengths of its answers are known. */
  readonly answered: boolean;
}

export interface FactTableOptions {
  readonly leastCachedTokens: (model: ModelInfo) => number;
  readonly experienceOf: (model: string) => Experience;
}

const NOBODY = -1;
const FEW = 64;

/** A row a model's name; another model of the same name, as after a refresh of prices, takes its place. */
export class FactTable {
  readonly #options: FactTableOptions;
  readonly #rows = new Map<string, number>();
  readonly #models: ModelInfo[] = [];
  /** By row: which was asked for after it the last time. A decision asks for the whole catalogue, each time in the same order. */
  readonly #next: number[] = [];
  #last = NOBODY;
  readonly #facts: ModelFacts[] = [];
  /** `AT.width` of them a row. */
  numbers = new Float64Array(FEW * AT.width);

  constructor(options: FactTableOptions) {
    this.#options = options;
  }

  rowOf(model: ModelInfo, nowMs: number): number {
    let row = this.#next[this.#last] ?? NOBODY;
    if (this.#models[row] !== model) row = this.#find(model, nowMs);
    this.#last = row;
    const at = row * AT.width;
    if (nowMs < (this.numbers[at + AT.fromMs] ?? 0) || nowMs >= (this.numbers[at + AT.untilMs] ?? 0)) this.#fill(row, model, nowMs);
    return row;
  }

  /** What is not a number, of a row that `rowOf` has given. */
  factsAt(row: number): ModelFacts {
    const facts = this.#facts[row];
    if (facts === undefined) throw new RangeError(`there is no row ${row} of facts`);
    return facts;
  }

  /** After use has taught something of a model. */
  learned(model: string): void {
    const row = this.#rows.get(model);
    if (row !== undefined) this.#apply(row, this.#options.experienceOf(model));
  }

  #find(model: ModelInfo, nowMs: number): number {
    let row = this.#rows.get(model.id);
    if (row === undefined) {
      row = this.#models.length;
      this.#rows.set(model.id, row);
      this.#next[row] = NOBODY;
    }
    if (this.#models[row] !== model) this.#fill(row, model, nowMs);
    if (this.#last !== NOBODY) this.#next[this.#last] = row;
    return row;
  }

  #fill(row: number, model: ModelInfo, nowMs: number): void {
    const facts = modelFacts(model, nowMs);
    this.#models[row] = model;
    this.#facts[row] = facts;
    if (this.numbers.length < (row + 1) * AT.width) {
      const longer = new Float64Array(2 * this.numbers.length);
      longer.set(this.numbers);
      this.numbers = longer;
    }
    const { rates } = facts;
    const at = row * AT.width;
    const set = (column: number, value: number) => {
      this.numbers[at + column] = value;
    };
    set(AT.window, model.contextWindowTokens);
    set(AT.mostOutput, model.maxOutputTokens);
    set(AT.leastCached, this.#options.leastCachedTokens(model));
    set(AT.perRequest, facts.perRequestNanoUsd);
    set(AT.perImage, facts.perImageNanoUsd);
    set(AT.input, rates?.input ?? 0);
    set(AT.cacheRead, rates?.cacheRead ?? 0);
    set(AT.cacheWrite, rates?.cacheWrite5m ?? 0);
    set(AT.output, rates?.output ?? 0);
    set(AT.dearestInput, Math.max(rates?.input ?? 0, rates?.cacheWrite5m ?? 0));
    set(AT.dearestOutput, Math.max(rates?.output ?? 0, rates?.reasoning ?? 0));
    set(AT.flags, flagsOf(facts));
    set(AT.fromMs, facts.fromMs);
    set(AT.untilMs, facts.untilMs);
    this.#apply(row, this.#options.experienceOf(model.id));
  }

  #apply(row: number, { factor, answered }: Experience): void {
    const at = row * AT.width;
    this.numbers[at + AT.factor] = factor;
    const others = (this.numbers[at + AT.flags] ?? 0) & ~IS.answered;
    this.numbers[at + AT.flags] = others | (answered ? IS.answered : 0);
  }
}

function flagsOf({ reasonsUnasked, reasonsNever, marksCache, rates, tiered, otherPrices }: ModelFacts): number {
  let flags = 0;
  if (reasonsUnasked) flags |= IS.reasoningUnasked;
  if (reasonsNever) flags |= IS.neverReasoning;
  if (marksCache) flags |= IS.markingCache;
  if (rates !== null) flags |= IS.priced;
  if (tiered !== null || otherPrices.length > 0) flags |= IS.varying;
  return flags;
}
