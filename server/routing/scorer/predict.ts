// From features to an expected gain with one given model: used by the shipped weights and by training's own checks alike.
import type { Anatomy } from "./anatomy.ts";
import { binRow, walk } from "./forest.ts";
import { type Kind, kindOf } from "./kind.ts";
import type { Model } from "./model.ts";
import { priorOf } from "./prior.ts";
import { shape } from "./shape.ts";

/** Weights of the three parts in units of their spread: stem length, the general line, what the kind learned for itself. */
export const MIX: Readonly<Record<Exclude<Kind, "open">, { stem: number; general: number; own: number }>> = {
  choice: { stem: 1, general: 1, own: 4 },
  program: { stem: 0, general: 0.25, own: 1 },
  programming: { stem: 0, general: 0.25, own: 1 },
  problem: { stem: 0.5, general: 0.25, own: 1 },
};

/** Beyond this many deviations a feature says no more than at it; one odd number cannot carry a prompt. */
const CLIP = 3;

export interface Features {
  kind: Kind;
  /** Standardised and clipped, in the model's order. */
  row: Float64Array;
}

export function standardise(model: Pick<Model, "centre" | "scale">, values: readonly number[]): Float64Array {
  const row = new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const off = ((values[index] ?? 0) - (model.centre[index] ?? 0)) / (model.scale[index] ?? 1);
    row[index] = Math.max(-CLIP, Math.min(CLIP, off));
  }
  return row;
}

export function readFeatures(model: Pick<Model, "centre" | "scale">, anatomy: Anatomy): Features {
  return { kind: kindOf(anatomy), row: standardise(model, Object.values(shape(anatomy))) };
}

export function dot(line: Float32Array, row: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < row.length; index += 1) sum += (line[index] ?? 0) * (row[index] ?? 0);
  return sum;
}

export interface Parts {
  stem: number;
  general: number;
  own: number;
}

/** The three parts before they are put on one scale. */
export function partsOf(model: Model, kind: Exclude<Kind, "open">, row: Float64Array): Parts {
  const own = kind === "choice" ? walk(model.forest, binRow(model.edges, model.edgeCount, row)) : dot(model.lines[kind], row);
  return { stem: row[model.features.indexOf("stem words")] ?? 0, general: dot(model.lines.general, row), own };
}

export function blend(kind: Exclude<Kind, "open">, spread: Parts, parts: Parts): number {
  const mix = MIX[kind];
  return (mix.stem * parts.stem) / spread.stem + (mix.general * parts.general) / spread.general + (mix.own * parts.own) / spread.own;
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** Expected gain of the stronger model, 0 to 1. */
export function predict(model: Model, anatomy: Anatomy, features = readFeatures(model, anatomy)): number {
  const { kind, row } = features;
  if (kind === "open") return priorOf(anatomy, dot(model.lines.general, row));
  const scale = model.kinds[kind];
  const standard = (blend(kind, scale.spread, partsOf(model, kind, row)) - scale.centre) / scale.deviation;
  return logistic(scale.intercept + scale.slope * standard);
}
