// Prices as the spine asks for them: what an attempt cost, and which figures hold now; pure.
import type { ModelInfo } from "../../shared/model.ts";
import type { Cost, Usage } from "../../shared/money.ts";
import { type CostFacts, costOf } from "./cost.ts";
import { priceAt } from "./price.ts";

export interface Pricing {
  costOf(model: ModelInfo, usage: Usage, told: CostFacts, at: Date): Cost;
  /** Identifies the figures that hold at a moment; null when the model is unpriced. */
  versionOf(model: ModelInfo, at: Date): { version: string; date: string } | null;
}

export const pricing: Pricing = {
  costOf: (model, usage, told, at) => costOf(usage, priceAt(model, at), told),
  versionOf: (model, at) => {
    const price = priceAt(model, at);
    return price === null ? null : { version: price.version, date: price.date };
  },
};
