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

/** The newest answers of one name, as they came and by length. */
interface Sample {
  readonly arrived: number[];
  readonly sorted: number[];
}

export class OutputLengths {
  readonly #samples = new Map<string, Sample>();

  observe(model: string, task: string | null | undefined, outputTokens: number): void {
    if (outputTokens <= 0) return;
    for (const name of [`${model} ${task ?? "general"}`, model]) {
      const sample = this.#samples.get(name) ?? { arrived: [], sorted: [] };
      const { arrived, sorted } = sample;
      arrived.push(outputTokens);
      sorted.splice(placeOf(sorted, outputTokens), 0, outputTokens);
      const oldest = arrived.length > KEPT ? arrived.shift() : undefined;
      if (oldest !== undefined) sorted.splice(placeOf(sorted, oldest), 1);
      this.#samples.set(name, sample);
    }
  }

  knows(model: string): boolean {
    return this.#samples.has(model);
  }

  /** The most particular sample that is large enough, the prior counting as three answers of its length. */
  median(model: string, task: string | null | undefined, prior: number): number {
    const particular = this.#samples.get(`${model} ${task ?? "general"}`);
    const sample = particular !== undefined && particular.arrived.length >= ENOUGH ? particular : this.#samples.get(model);
    if (sample === undefined) return prior;
    const { sorted } = sample;
    const middle = Math.floor((sorted.length + PRIOR_WEIGHT - 1) / 2);
    const place = placeOf(sorted, prior);
    if (middle < place) return sorted[middle] ?? prior;
    return middle < place + PRIOR_WEIGHT ? prior : (sorted[middle - PRIOR_WEIGHT] ?? prior);
  }
}

/** The index of the first that is not smaller. */
function placeOf(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
