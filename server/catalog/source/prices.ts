// Dated prices of a model from the price library and the lists, in nano-dollars with a version; development only.
import { createHash } from "node:crypto";
import { calcPrice, findProvider, type ConditionalPrice, type ModelPrice, type Provider } from "@pydantic/genai-prices";
import type { Price, Rates } from "../../../shared/model.ts";
import type { FigurePrice } from "./figures.ts";

/** The library's newest verification date in its own data (claude-opus pointer, 2026-09-22); the package states none. */
export const LIBRARY = { source: "@pydantic/genai-prices 0.1.8", date: "2026-09-22" } as const;

/** Dollars per million tokens to nano-dollars per million tokens. */
export function nanoPerMillion(usd: number): number {
  return Math.round(usd * 1e9);
}

type Bare = Omit<Price, "version" | "source" | "date">;

function stamped(price: Bare, source: string, date: string): Price {
  const hash = createHash("sha256").update(JSON.stringify(price)).digest("hex").slice(0, 8);
  return { ...price, version: `${source}@${date}#${hash}`, source, date };
}

type Amount = number | { base: number; tiers: { start: number; price: number }[] } | undefined;

function baseOf(amount: Amount): number | undefined {
  return typeof amount === "object" ? amount.base : amount;
}

/** The amount for requests of more than `start` input tokens. */
function above(amount: Amount, start: number): number | undefined {
  if (typeof amount !== "object") return amount;
  return amount.tiers.findLast((tier) => tier.start <= start)?.price ?? amount.base;
}

function ratesBy(prices: ModelPrice, pick: (amount: Amount) => number | undefined): Rates | null {
  const rate = (key: string) => {
    const usd = pick(prices[key]);
    return usd === undefined ? null : nanoPerMillion(usd);
  };
  const [input, output, reasoning] = [rate("input_mtok"), rate("output_mtok"), rate("output_reasoning_mtok")];
  if (input === null || output === null) return null;
  const caches = { cacheRead: rate("cache_read_mtok"), cacheWrite5m: rate("cache_write_mtok"), cacheWrite1h: rate("cache_write_1h_mtok") };
  return { input, ...caches, output, ...(reasoning === null ? {} : { reasoning }) };
}

function tiersOf(prices: ModelPrice): Price["tiers"] {
  const amounts: Amount[] = Object.values(prices);
  const starts = amounts.flatMap((amount) => (typeof amount === "object" ? amount.tiers.map((tier) => tier.start) : []));
  const tiers = [...new Set(starts)]
    .sort((left, right) => left - right)
    .flatMap((start) => {
      const rates = ratesBy(prices, (amount) => above(amount, start));
      return rates ? [{ aboveInputTokens: start, rates }] : [];
    });
  return tiers.length > 0 ? tiers : undefined;
}

function bareOf(prices: ModelPrice, limits: Partial<Bare>): Bare | null {
  const rates = ratesBy(prices, baseOf);
  const tiers = tiersOf(prices);
  return rates && { rates, ...(tiers ? { tiers } : {}), ...limits };
}

const MIDNIGHT = "T00:00:00.000Z";

/** A later entry of the library wins where its constraint holds; ours are ordered the same way. */
function dated(entries: readonly ConditionalPrice[]): Bare[] {
  return entries.flatMap(({ constraint, prices }) => {
    const limits: Partial<Bare> =
      constraint?.type === "start_date"
        ? { validFrom: constraint.start_date + MIDNIGHT }
        : constraint?.type === "time_of_date"
          ? { hoursUtc: { from: constraint.start_time.slice(0, 5), until: constraint.end_time.slice(0, 5) } }
          : {};
    return bareOf(prices, limits) ?? [];
  });
}

export function libraryProvider(id: string): Provider {
  const provider = findProvider({ providerId: id });
  if (!provider) throw new Error(`the price library has no provider ${id}`);
  return provider;
}

export interface LibraryEntry {
  readonly prices: Price[];
  readonly context: number | undefined;
  readonly deprecated: boolean;
}

/** What the library knows of this id, matched by its own rules. */
export function libraryEntry(provider: Provider, id: string): LibraryEntry | null {
  const found = calcPrice({ input_tokens: 1000, output_tokens: 1 }, id, { provider })?.model;
  if (!found) return null;
  const bare = Array.isArray(found.prices) ? dated(found.prices) : [bareOf(found.prices, {})].filter((price) => price !== null);
  const prices = bare.map((price) => stamped(price, LIBRARY.source, LIBRARY.date));
  return { prices, context: found.context_window, deprecated: found.deprecated === true };
}

function listRates(price: FigurePrice | NonNullable<FigurePrice["tiers"]>[number]): Rates {
  const rate = (usd: number | undefined) => (usd === undefined ? null : nanoPerMillion(usd));
  const write1h = "cacheWrite1h" in price ? rate(price.cacheWrite1h) : null;
  return {
    input: nanoPerMillion(price.input),
    cacheRead: rate(price.cacheRead),
    cacheWrite5m: rate(price.cacheWrite),
    cacheWrite1h: write1h,
    output: nanoPerMillion(price.output),
  };
}

/** A list's price; 0 and 0 is a price only where the model is offered for nothing by name (":free"), else it means "not stated". */
export function listPrice(id: string, price: FigurePrice | undefined, source: string, date: string): Price[] {
  if (!price || (price.input === 0 && price.output === 0 && !id.endsWith(":free"))) return [];
  const tiers = price.tiers?.map((tier) => ({ aboveInputTokens: tier.above, rates: listRates(tier) }));
  return [stamped({ rates: listRates(price), ...(tiers ? { tiers } : {}) }, source, date)];
}
