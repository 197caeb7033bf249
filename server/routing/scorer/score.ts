// How much a stronger model is expected to gain on this prompt, from the text alone: no I/O, no clock, the same answer every time.
import { type Anatomy, dissect } from "./anatomy.ts";
import { type Familiarity, familiarityOf } from "./familiarity.ts";
import type { Kind } from "./kind.ts";
import { decode } from "./model.ts";
import { type Reason, reasonsOf } from "./reasons.ts";
import { predict, readFeatures } from "./predict.ts";
import { sample } from "./sample.ts";
import { WEIGHTS } from "./weights.ts";

const MODEL = decode(WEIGHTS);

export interface PromptScore extends Familiarity {
  /** Expected gain of the stronger model over the weaker, 0 to 1; higher is worth more. */
  gain: number;
  kind: Kind;
  /** What moved the score most, strongest first. Empty where nothing learned applies. */
  reasons: readonly Reason[];
}

const anatomyOf = (prompt: string): Anatomy => dissect(sample(prompt));

/** The number a route compares: higher means more worth the stronger model. */
export function score(prompt: string): number {
  return predict(MODEL, anatomyOf(prompt));
}

/** The same number with what a person may ask about it, and whether to believe it. */
export function scorePrompt(prompt: string): PromptScore {
  const anatomy = anatomyOf(prompt);
  const features = readFeatures(MODEL, anatomy);
  return {
    gain: predict(MODEL, anatomy, features),
    kind: features.kind,
    reasons: reasonsOf(MODEL, features),
    ...familiarityOf(anatomy, features),
  };
}
