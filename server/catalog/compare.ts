// Prices held side by side: a provider's least, median and dearest model, and the cheapest of all; pure.
import type { Price } from "../../shared/model.ts";
import type { NanoUsd } from "../../shared/money.ts";

/** What a model list says of one model, as far as prices go. */
export interface PricedModel {
  readonly id: string;
  readonly provider: string;
  readonly local: boolean;
  readonly status: string;
  readonly price: Price | null;
}

/** A usual prompt: a thousand tokens in, five hundred out. */
export const USUAL_PROMPT = { inputTokens: 1000, outputTokens: 500 } as const;

export type PriceLabel = "budget" | "mid" | "premium";

/** What a usual prompt may cost at the most to be called so: a tenth of a cent, a cent. */
const LABELS: readonly { readonly label: PriceLabel; readonly atMostNanoUsd: NanoUsd }[] = [
  { label: "budget", atMostNanoUsd: 1_000_000 },
  { label: "mid", atMostNanoUsd: 10_000_000 },
];

/** Null where the price is unknown: that is not free. */
export function usualCost({ local, price }: Pick<PricedModel, "local" | "price">): NanoUsd | null {
  if (local) return 0;
  if (!price) return null;
  const { input, output } = price.rates;
  return Math.round((USUAL_PROMPT.inputTokens * input + USUAL_PROMPT.outputTokens * output) / 1e6);
}

export function priceLabel(nanoUsd: NanoUsd): PriceLabel {
  return LABELS.find(({ atMostNanoUsd }) => nanoUsd <= atMostNanoUsd)?.label ?? "premium";
}

export interface ProviderPrices {
  readonly provider: string;
  /** Priced models that are still listed; the unpriced are counted apart. */
  readonly models: number;
  readonly unpriced: number;
  readonly leastNanoUsd: NanoUsd;
  readonly medianNanoUsd: NanoUsd;
  readonly mostNanoUsd: NanoUsd;
  /** By the median. */
  readonly label: PriceLabel;
  /** The oldest of the prices. */
  readonly priceDate: string;
}

/** One row a provider with at least one priced model, the cheapest median first. */
export function comparePrices(models: readonly PricedModel[]): ProviderPrices[] {
  const listed = models.filter(isListed);
  const rows = [...new Set(listed.map(({ provider }) => provider))].flatMap((provider) => {
    const own = listed.filter((model) => model.provider === provider);
    const costs = own.flatMap((model) => usualCost(model) ?? []).sort((left, right) => left - right);
    const [least, most] = [costs[0], costs.at(-1)];
    if (least === undefined || most === undefined) return [];
    const median = costs[Math.floor((costs.length - 1) / 2)] ?? least;
    const dates = own.flatMap(({ price }) => price?.date ?? []).sort();
    return [
      {
        provider,
        models: costs.length,
        unpriced: own.length - costs.length,
        leastNanoUsd: least,
        medianNanoUsd: median,
        mostNanoUsd: most,
        label: priceLabel(median),
        priceDate: dates[0] ?? "",
      },
    ];
  });
  return rows.sort((left, right) => left.medianNanoUsd - right.medianNanoUsd || (left.provider < right.provider ? -1 : 1));
}

function isListed({ status, provider }: PricedModel): boolean {
  return status !== "deprecated" && status !== "ghost" && provider !== "demo";
}

/**
 * The `most` cheapest for a usual prompt, cheapest first. What has no price is not among them, nor what a host gives
 * away, which is shared and limited by the day; a model on this machine is.
 */
export function cheapest<Model extends PricedModel>(models: readonly Model[], most: number): Model[] {
  const costOf = (model: Model) => usualCost(model) ?? Number.POSITIVE_INFINITY;
  return models
    .filter((model) => isListed(model) && (model.local || (usualCost(model) ?? 0) > 0))
    .sort((left, right) => costOf(left) - costOf(right) || (left.id < right.id ? -1 : 1))
    .slice(0, Math.max(0, most));
}
