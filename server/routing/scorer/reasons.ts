// Which features moved a score, in the model's own terms, so that a route can say why. Never a cause, only what the model went by.
import { binRow, walk } from "./forest.ts";
import type { Model } from "./model.ts";
import { type Features, MIX } from "./predict.ts";

export interface Reason {
  feature: string;
  /** Positive moves towards the stronger model; in spreads of the score within its kind. */
  effect: number;
}

const MOST_REASONS = 4;
/** Less than this moves nobody. */
const LEAST_EFFECT = 0.02;

function addLine(effects: Float64Array, line: Float32Array, row: Float64Array, factor: number): void {
  for (let index = 0; index < row.length; index += 1)
    effects[index] = (effects[index] ?? 0) + factor * (line[index] ?? 0) * (row[index] ?? 0);
}

export function reasonsOf(model: Model, { kind, row }: Features): readonly Reason[] {
  if (kind === "open") return [];
  const { spread, deviation } = model.kinds[kind];
  const mix = MIX[kind];
  const effects = new Float64Array(row.length);
  if (kind === "choice") walk(model.forest, binRow(model.edges, model.edgeCount, row), effects);
  else addLine(effects, model.lines[kind], row, 1);
  for (let index = 0; index < effects.length; index += 1) effects[index] = ((effects[index] ?? 0) * mix.own) / spread.own;
  addLine(effects, model.lines.general, row, mix.general / spread.general);
  const stem = model.features.indexOf("stem words");
  effects[stem] = (effects[stem] ?? 0) + (mix.stem * (row[stem] ?? 0)) / spread.stem;
  return model.features
    .map((feature, index) => ({ feature, effect: (effects[index] ?? 0) / deviation }))
    .filter(({ effect }) => Math.abs(effect) >= LEAST_EFFECT)
    .sort((left, right) => Math.abs(right.effect) - Math.abs(left.effect))
    .slice(0, MOST_REASONS);
}
