// Grows extremely randomised regression trees over binned features: many shallow opinions, averaged. Deterministic for a seed.
import { type Forest, LEAF, VALUE_STEPS } from "../forest.ts";
import { seeded } from "./random.ts";

export interface GrowthPlan {
  trees: number;
  depth: number;
  leastRows: number;
  /** Share of the features a node looks at. */
  featureShare: number;
  seed: number;
}

interface Plot {
  bins: readonly Uint8Array[];
  targets: Float64Array;
  weights: Float64Array;
  plan: GrowthPlan;
  random: () => number;
}

interface Split {
  feature: number;
  bin: number;
  gain: number;
}

interface Nodes {
  feature: number[];
  bin: number[];
  link: number[];
  value: number[];
}

/** One random cut between the lowest and the highest bin present; undefined where the feature is constant or a side too small. */
function tryCut(plot: Plot, rows: readonly number[], feature: number): Split | undefined {
  let low = 255;
  let high = 0;
  for (const row of rows) {
    const bin = plot.bins[row]?.[feature] ?? 0;
    if (bin < low) low = bin;
    if (bin > high) high = bin;
  }
  if (low >= high) return undefined;
  const cut = low + Math.floor(plot.random() * (high - low));
  let leftRows = 0;
  const sums = [0, 0, 0, 0] as [number, number, number, number];
  for (const row of rows) {
    const weight = plot.weights[row] ?? 0;
    const product = weight * (plot.targets[row] ?? 0);
    if ((plot.bins[row]?.[feature] ?? 0) <= cut) {
      leftRows += 1;
      sums[0] += weight;
      sums[1] += product;
    } else {
      sums[2] += weight;
      sums[3] += product;
    }
  }
  if (leftRows < plot.plan.leastRows || rows.length - leftRows < plot.plan.leastRows) return undefined;
  return { feature, bin: cut, gain: sums[1] ** 2 / sums[0] + sums[3] ** 2 / sums[2] };
}

function bestCut(plot: Plot, rows: readonly number[]): Split | undefined {
  const features = plot.bins[0]?.length ?? 0;
  let best: Split | undefined;
  for (let feature = 0; feature < features; feature += 1) {
    if (plot.random() >= plot.plan.featureShare) continue;
    const split = tryCut(plot, rows, feature);
    if (split && split.gain > (best?.gain ?? -1)) best = split;
  }
  return best;
}

function meanOf(plot: Plot, rows: readonly number[]): number {
  let weight = 0;
  let sum = 0;
  for (const row of rows) {
    weight += plot.weights[row] ?? 0;
    sum += (plot.weights[row] ?? 0) * (plot.targets[row] ?? 0);
  }
  return weight > 0 ? sum / weight : 0;
}

function growNode(plot: Plot, rows: readonly number[], depth: number, nodes: Nodes): void {
  const at = nodes.feature.length;
  nodes.value.push(Math.round(Math.max(-7, Math.min(7, meanOf(plot, rows))) * VALUE_STEPS));
  nodes.feature.push(LEAF);
  nodes.bin.push(0);
  nodes.link.push(0);
  if (depth === 0 || rows.length < 2 * plot.plan.leastRows) return;
  const split = bestCut(plot, rows);
  if (!split) return;
  const goesLeft = (row: number): boolean => (plot.bins[row]?.[split.feature] ?? 0) <= split.bin;
  nodes.feature[at] = split.feature;
  nodes.bin[at] = split.bin;
  growNode(plot, rows.filter(goesLeft), depth - 1, nodes);
  nodes.link[at] = nodes.feature.length - at;
  growNode(
    plot,
    rows.filter((row) => !goesLeft(row)),
    depth - 1,
    nodes,
  );
}

export function grow(bins: readonly Uint8Array[], targets: readonly number[], weights: readonly number[], plan: GrowthPlan): Forest {
  const plot = { bins, targets: Float64Array.from(targets), weights: Float64Array.from(weights), plan, random: seeded(plan.seed) };
  const nodes: Nodes = { feature: [], bin: [], link: [], value: [] };
  const starts: number[] = [];
  const rows = bins.map((_, index) => index);
  for (let tree = 0; tree < plan.trees; tree += 1) {
    starts.push(nodes.feature.length);
    growNode(plot, rows, plan.depth, nodes);
  }
  return {
    starts: Uint32Array.from(starts),
    feature: Uint8Array.from(nodes.feature),
    bin: Uint8Array.from(nodes.bin),
    link: Uint16Array.from(nodes.link),
    value: Int16Array.from(nodes.value),
  };
}
