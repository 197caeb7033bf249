// How long answers are: medians of what was seen per model and task, begun with a stated prior; knows no clock and no ledger.
import type { Reasoning } from "../../shared/chat.ts";
import type { TaskType } from "../../shared/route.ts";

/**
 * Before anything was seen: output tokens without reasoning. No vendor publishes such figures; these are our
 * assumption of 2026-11-23 for a developer's prompts, and three observations outweigh them.
 */
const PRIOR: Readonly<Record<TaskType, number>> = {
  chat: 250,
  general: 350,
  code: 600,
  analysis: 700,
  reasoning: 700,
  agentic: 400,
  pdf_ocr: 900,
};

/** Reasoning on top, likewise assumed: over 35 recorded answers with reasoning the median was 129 tokens, nine in ten below 640, and those prompts were short. */
const REASONING_PRIOR: Readonly<Record<Reasoning, number>> = { off: 0, low: 200, medium: 600, high: 2500 };

/** A sample keeps this many answers, so that a change of habit shows within days. */
const KEPT = 64;
const PRIOR_WEIGHT = 3;
const ENOUGH = 3;

export interface ReasoningFacts {
  /** It reasons also where nobody asks for it. */
  readonly reasonsUnasked: boolean;
  readonly reasonsNever: boolean;
}

/** A model that always reasons does so moderately when nobody says how much. */
export function priorOutputTokens(
  { reasonsUnasked, reasonsNever }: ReasoningFacts,
  task: TaskType | undefined,
  reasoning: Reasoning | undefined,
): number {
  const unasked = reasonsUnasked ? "medium" : "off";
  const wanted = reasoning === "off" && reasonsUnasked ? "low" : (reasoning ?? unasked);
  const reasons = reasonsNever ? "off" : wanted;
  return PRIOR[task ?? "general"] + REASONING_PRIOR[reasons];
}

/** The newest answers of one name, as they came and by length: moved in place, since each answer of a chat moves two of them. */
class Sample {
  readonly #arrived = new Float64Array(KEPT);
  readonly #sorted = new Float64Array(KEPT + 1);
  #oldest = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(tokens: number): void {
    if (this.#count === KEPT) this.#remove(this.#arrived[this.#oldest] ?? 0);
    const place = this.placeOf(tokens);
    this.#sorted.copyWithin(place + 1, place, this.#count);
    this.#sorted[place] = tokens;
    this.#count += 1;
    this.#arrived[this.#oldest] = tokens;
    this.#oldest = (this.#oldest + 1) % KEPT;
  }

  #remove(tokens: number): void {
    const place = this.placeOf(tokens);
    this.#sorted.copyWithin(place, place + 1, this.#count);
    this.#count -= 1;
  }

  at(place: number): number | undefined {
    return place < this.#count ? this.#sorted[place] : undefined;
  }

  /** The place of the first that is not smaller. */
  placeOf(value: number): number {
    let [from, to] = [0, this.#count];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#sorted[middle] ?? 0) < value) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

export class OutputLengths {
  readonly #samples = new Map<string, Sample>();

  observe(model: string, task: string | null | undefined, outputTokens: number): void {
    if (outputTokens <= 0) return;
    for (const name of [`${model} ${task ?? "general"}`, model]) {
      const sample = this.#samples.get(name) ?? new Sample();
      sample.add(outputTokens);
      this.#samples.set(name, sample);
    }
  }

  knows(model: string): boolean {
    return this.#samples.has(model);
  }

  /** The most particular sample that is large enough, the prior counting as three answers of its length. */
  median(model: string, task: string | null | undefined, prior: number): number {
    const particular = this.#samples.get(`${model} ${task ?? "general"}`);
    const sample = particular !== undefined && particular.count >= ENOUGH ? particular : this.#samples.get(model);
    if (sample === undefined) return prior;
    const middle = Math.floor((sample.count + PRIOR_WEIGHT - 1) / 2);
    const place = sample.placeOf(prior);
    if (middle < place) return sample.at(middle) ?? prior;
    return middle < place + PRIOR_WEIGHT ? prior : (sample.at(middle - PRIOR_WEIGHT) ?? prior);
  }
}
