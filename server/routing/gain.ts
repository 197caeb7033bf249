// What the learned scorer's word is worth to the ranking: a bounded shift of how much a point of quality may cost; pure.
import type { Signal } from "../../shared/route.ts";

/** As server/routing/scorer gives it; handed in, so that its weights are loaded only where they count. */
export interface Learned {
  /** Expected gain of a stronger model, 0 to 1. */
  readonly gain: number;
  /** How far that may be believed, 0 to 1. */
  readonly confidence: number;
  readonly abstains: boolean;
  readonly reasons: readonly { readonly feature: string; readonly effect: number }[];
}

/** The mean over 1,962 prompts of dev, and the distance that counts as a full step; measured on 2026-11-23. */
const AVERAGE = 0.17;
const STEP = 0.3;

/** Half: the prompt is as any other. */
export const NEUTRAL_GAIN = 0.5;

/** 0 to 1, half where nothing is known: moves the exponent of quality by at most half, as far as the scorer is believed. */
export function believed({ gain, confidence, abstains }: Learned): number {
  if (abstains) return NEUTRAL_GAIN;
  const moved = Math.max(-0.5, Math.min(0.5, (gain - AVERAGE) / STEP));
  return NEUTRAL_GAIN + confidence * moved;
}

/** No points: the level stays what the prompt's own features say. */
export function learnedSignal(learned: Learned): Signal {
  const { gain, confidence, abstains, reasons } = learned;
  const why = reasons.map(({ feature }) => feature).join(", ");
  const detail = abstains
    ? "unlike what was learned from; not counted"
    : `${gain.toFixed(2)} where ${AVERAGE} is usual, believed by ${Math.round(confidence * 100)} %${why ? ` (${why})` : ""}`;
  return { name: "predicted gain of a stronger model", points: 0, detail };
}
