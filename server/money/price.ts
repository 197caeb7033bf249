// Which dated price holds for a model at a moment; pure.
import type { ModelInfo, Price } from "../../shared/model.ts";

/** The price valid at `now`, or null: unpriced is a state of its own, never 0. */
export function priceAt(model: Pick<ModelInfo, "prices">, now: Date): Price | null {
  const day = now.toISOString();
  const valid = model.prices.filter((price) => (price.validFrom ?? "") <= day && day < (price.validUntil ?? "9"));
  return valid.at(-1) ?? null;
}
