// Fits one model from examples: scales, the general line, a line for each kind, the forest for choices, then spreads and calibration.
import { binRow, type Forest } from "../forest.ts";
import { type Kind, KINDS } from "../kind.ts";
import type { LineName, Model, Scale } from "../model.ts";
import { blend, type Parts, partsOf, standardise } from "../predict.ts";
import { shape } from "../shape.ts";
import { calibrate } from "./calibrate.ts";
import type { Example } from "./dataset.ts";
import { groupBy } from "./group.ts";
import { type GrowthPlan, grow } from "./grow.ts";
import { fitRidge } from "./ridge.ts";
import { makeTargets, type Targets } from "./target.ts";

export const GROWTH: GrowthPlan = { trees: 100, depth: 14, leastRows: 10, featureShare: 0.5, seed: 20261123 };
export const EDGES = 32;
const GENERAL_PENALTY = 300;
const KIND_PENALTY = 30;
/** Fewer rows than this teach a kind nothing of its own; it then leans on the general line and the stem. */
const LEAST_EXAMPLES = 50;

type LearnedKind = Exclude<Kind, "open">;
const learnedKinds = KINDS.filter((kind): kind is LearnedKind => kind !== "open");

export const featureNames = (): string[] => Object.keys(shape({ stem: "", options: [], code: [] }));

export function scales(examples: readonly Example[], size: number): Pick<Model, "centre" | "scale"> {
  const centre = new Float32Array(size);
  const scale = new Float32Array(size);
  for (let index = 0; index < size; index += 1) {
    let sum = 0;
    let squares = 0;
    for (const { values } of examples) {
      sum += values[index] ?? 0;
      squares += (values[index] ?? 0) ** 2;
    }
    const middle = sum / examples.length;
    centre[index] = middle;
    scale[index] = Math.sqrt(Math.max(0, squares / examples.length - middle ** 2)) + 1e-6;
  }
  return { centre, scale };
}

export function quantiles(rows: readonly Float64Array[], size: number): Float32Array {
  const edges = new Float32Array(size * EDGES);
  for (let index = 0; index < size; index += 1) {
    const sorted = [...new Set(rows.map((row) => Math.fround(row[index] ?? 0)))].sort((left, right) => left - right);
    for (let edge = 0; edge < EDGES; edge += 1)
      edges[index * EDGES + edge] = sorted[Math.floor(((edge + 0.5) * sorted.length) / EDGES)] ?? 0;
  }
  return edges;
}

interface Prepared {
  examples: readonly Example[];
  rows: readonly Float64Array[];
  targets: Targets;
}

function fitLine({ examples, rows, targets }: Prepared, kind: LineName): Float32Array {
  const aim = kind === "general" ? targets.length : targets.work;
  const chosen = [...examples.keys()].filter((index) => aim[index] !== undefined && (kind === "general" || examples[index]?.kind === kind));
  const own = chosen.flatMap((index) => rows[index] ?? []);
  if (own.length < LEAST_EXAMPLES) return new Float32Array(rows[0]?.length ?? 0);
  const weights = chosen.map((index) => (kind === "general" ? (targets.weight[index] ?? 0) : 1));
  return fitRidge(
    own,
    chosen.map((index) => aim[index] ?? 0),
    weights,
    kind === "general" ? GENERAL_PENALTY : KIND_PENALTY,
  );
}

function fitForest({ examples, rows, targets }: Prepared, edges: Float32Array, plan: GrowthPlan): Forest {
  const chosen = [...examples.keys()].filter((index) => examples[index]?.kind === "choice");
  const bins = chosen.flatMap((index) => (rows[index] ? [binRow(edges, EDGES, rows[index])] : []));
  const trees = chosen.length === 0 ? 0 : plan.trees;
  return grow(
    bins,
    chosen.map((index) => targets.gain[index] ?? 0),
    chosen.map((index) => targets.weight[index] ?? 0),
    { ...plan, trees },
  );
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function spreadOf(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

/** Mean spread within a task of each part; an absent part gets spread 1 and thereby no say. */
function spreads(members: readonly Example[], parts: readonly Parts[]): Parts {
  const tasks = [...groupBy(members.keys(), (index) => members[index]?.task).values()].filter((indices) => indices.length > 20);
  const typical = (name: keyof Parts): number => {
    const spread = mean(tasks.map((indices) => spreadOf(indices.map((index) => parts[index]?.[name] ?? 0))));
    return spread > 1e-6 ? spread : 1;
  };
  return { stem: typical("stem"), general: typical("general"), own: typical("own") };
}

function fitScale(model: Model, kind: LearnedKind, { examples, rows }: Prepared): Scale {
  const chosen = [...examples.keys()].filter((index) => examples[index]?.kind === kind);
  const members = chosen.flatMap((index) => examples[index] ?? []);
  const parts = chosen.map((index) => partsOf(model, kind, rows[index] ?? new Float64Array()));
  const spread = spreads(members, parts);
  const raw = parts.map((each) => blend(kind, spread, each));
  const centre = mean(raw);
  const deviation = spreadOf(raw) || 1;
  const map = calibrate(
    raw.map((value) => (value - centre) / deviation),
    members.map(({ weak, strong }) => strong - weak),
  );
  return { spread, centre, deviation, ...map };
}

export function learn(examples: readonly Example[], plan: GrowthPlan = GROWTH): Model {
  const features = featureNames();
  const { centre, scale } = scales(examples, features.length);
  const rows = examples.map(({ values }) => standardise({ centre, scale }, values));
  const prepared: Prepared = { examples, rows, targets: makeTargets(examples) };
  const edges = quantiles(rows, features.length);
  const line = (name: LineName): Float32Array => fitLine(prepared, name);
  const lines = { general: line("general"), program: line("program"), programming: line("programming"), problem: line("problem") };
  const blank: Scale = { spread: { stem: 1, general: 1, own: 1 }, centre: 0, deviation: 1, intercept: 0, slope: 1 };
  const kinds = { choice: blank, program: blank, programming: blank, problem: blank };
  const model: Model = { features, centre, scale, edges, edgeCount: EDGES, lines, forest: fitForest(prepared, edges, plan), kinds };
  for (const kind of learnedKinds)
    if (examples.filter((example) => example.kind === kind).length >= LEAST_EXAMPLES) kinds[kind] = fitScale(model, kind, prepared);
  return model;
}
