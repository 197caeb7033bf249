// Which dated price holds for a model at a moment, and which rate holds for each bucket of tokens; pure.
import type { ModelInfo, Price, Rates } from "../../shared/model.ts";

/** The price valid at `now`, or null: unpriced is a state of its own, never 0. Of several, the last holds. */
export function priceAt(model: Pick<ModelInfo, "prices">, now: Date): Price | null {
  const [only, another] = model.prices;
  if (only === undefined) return null;
  if (another === undefined && !only.validFrom && !only.validUntil && !only.hoursUtc) return only;
  const moment = now.toISOString();
  return model.prices.findLast((price) => holdsAt(price, moment)) ?? null;
}

/**
 * Every price that may be billed for a request begun now: where a vendor has peak hours, one that runs into them is
 * billed at theirs, so the worst case counts with each. Without peak hours it is the price at `now` alone.
 */
export function pricesOfDay(model: Pick<ModelInfo, "prices">, now: Date): readonly Price[] {
  const moment = now.toISOString();
  const dated = model.prices.filter((price) => isDated(price, moment));
  return dated.slice(
    Math.max(
      0,
      dated.findLastIndex((price) => !price.hoursUtc),
    ),
  );
}

function isDated(price: Price, moment: string): boolean {
  return (price.validFrom ?? "") <= moment && moment < (price.validUntil ?? "9");
}

function holdsAt(price: Price, moment: string): boolean {
  if (!isDated(price, moment)) return false;
  if (!price.hoursUtc) return true;
  const { from, until } = price.hoursUtc;
  const clock = moment.slice(11, 16);
  return from <= until ? from <= clock && clock < until : from <= clock || clock < until;
}

/** A rate for every bucket, none left open. */
export interface FullRates {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What vendors call the ordinary way of being served: the price's own rates hold. */
const ORDINARY = new Set(["", "standard", "default", "auto", "on_demand", "standard_only"]);

/** True when `tier` is served at another rate that this price does not state, so that a computed cost is a guess. */
export function isUnknownServiceTier(price: Price, tier: string | undefined): boolean {
  return tier !== undefined && !ORDINARY.has(tier) && price.serviceTiers?.[tier] === undefined;
}

/** A stated service tier replaces the rates; otherwise the highest tier whose threshold the whole input passes holds for all of it. */
export function ratesFor(price: Price, totalInputTokens: number, serviceTier?: string): FullRates {
  const served = serviceTier === undefined ? undefined : price.serviceTiers?.[serviceTier];
  if (served !== undefined) return fillIn(served);
  let rates = price.rates;
  let threshold = -1;
  for (const tier of price.tiers ?? []) {
    if (totalInputTokens <= tier.aboveInputTokens || tier.aboveInputTokens <= threshold) continue;
    threshold = tier.aboveInputTokens;
    rates = tier.rates;
  }
  return fillIn(rates);
}

/**
 * The rules for a bucket without a rate of its own: cached reads and writes cost what other input costs, since
 * a discount nobody published is not ours to give; one-hour writes cost twice the input where five-minute ones
 * are priced apart (Anthropic's published factors are 1.25 and 2); reasoning costs what other output costs.
 */
function fillIn(rates: Rates): FullRates {
  return {
    input: rates.input,
    cacheRead: rates.cacheRead ?? rates.input,
    cacheWrite5m: rates.cacheWrite5m ?? rates.input,
    cacheWrite1h: rates.cacheWrite1h ?? (rates.cacheWrite5m === null ? rates.input : Math.max(rates.cacheWrite5m, 2 * rates.input)),
    output: rates.output,
    reasoning: rates.reasoning ?? rates.output,
  };
}
