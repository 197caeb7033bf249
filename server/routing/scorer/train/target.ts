// What a line or a tree is asked to learn: order within one task, from as many models as the set has. Never the differences between tasks.
import type { Example } from "./dataset.ts";
import { groupBy } from "./group.ts";

export interface Targets {
  /** Gain of the task's pair, smoothed by what the other models did; drives the choices' forest. */
  gain: number[];
  /** Answer length and pair gain; drives the lines. Undefined where no length is known. */
  work: (number | undefined)[];
  /** Answer length alone, for the general line. */
  length: (number | undefined)[];
  /** The pair's own outcome, unsmoothed; for comparison. */
  pair: number[];
  /** Share of all models that failed: hardness, which is not gain; for comparison. */
  hardness: number[];
  /** Tasks weigh by the root of their size, so that a large one does not decide alone. */
  weight: number[];
}

/** Share of the pair's own, noisy outcome in the smoothed gain. */
const PAIR_SHARE = 0.6;
/** Width of the smoothing over the other models' mean outcome. */
const KERNEL = 0.15;
const PAIR_IN_WORK = 0.5;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function standard(values: readonly number[]): number[] {
  const centre = mean(values);
  const spread = Math.sqrt(mean(values.map((value) => (value - centre) ** 2))) || 1;
  return values.map((value) => (value - centre) / spread);
}

/** Ability model without a shape of its own: the pair's mean gain among items the other models found about as hard. */
function smoothGain(members: readonly Example[]): number[] {
  const ease = members.map(({ others }) => mean(others));
  const gains = members.map(({ weak, strong }) => strong - weak);
  const known = new Map<number, number>();
  const smooth = (at: number): number => {
    let sum = 0;
    let total = 0;
    gains.forEach((gain, index) => {
      const weight = Math.exp(-0.5 * (((ease[index] ?? 0) - at) / KERNEL) ** 2);
      sum += weight * gain;
      total += weight;
    });
    return sum / total;
  };
  return ease.map((at) => {
    const value = known.get(at) ?? smooth(at);
    known.set(at, value);
    return value;
  });
}

function gainTargets(members: readonly Example[]): number[] {
  const pair = standard(members.map(({ weak, strong }) => strong - weak));
  if ((members[0]?.others.length ?? 0) === 0) return pair;
  const smooth = standard(smoothGain(members));
  return standard(pair.map((own, index) => PAIR_SHARE * own + (1 - PAIR_SHARE) * (smooth[index] ?? 0)));
}

export function makeTargets(examples: readonly Example[]): Targets {
  const gain = new Array<number>(examples.length).fill(0);
  const pair = new Array<number>(examples.length).fill(0);
  const hardness = new Array<number>(examples.length).fill(0);
  const weight = new Array<number>(examples.length).fill(0);
  const work = new Array<number | undefined>(examples.length).fill(undefined);
  const length = new Array<number | undefined>(examples.length).fill(undefined);
  for (const indices of groupBy(examples.keys(), (index) => examples[index]?.task).values()) {
    const members = indices.flatMap((index) => examples[index] ?? []);
    const gains = gainTargets(members);
    const pairs = standard(members.map((example) => example.strong - example.weak));
    const failed = standard(members.map(({ weak, strong, others }) => 1 - mean([weak, strong, ...others])));
    const lengths = members.every((example) => example.work !== undefined)
      ? standard(members.map((example) => example.work ?? 0))
      : undefined;
    indices.forEach((index, at) => {
      gain[index] = gains[at] ?? 0;
      pair[index] = pairs[at] ?? 0;
      hardness[index] = failed[at] ?? 0;
      weight[index] = 1 / Math.sqrt(indices.length);
      if (!lengths) return;
      length[index] = lengths[at];
      work[index] = (lengths[at] ?? 0) + PAIR_IN_WORK * (pairs[at] ?? 0);
    });
  }
  const middle = mean(weight);
  return { gain, pair, hardness, work, length, weight: weight.map((value) => value / middle) };
}
