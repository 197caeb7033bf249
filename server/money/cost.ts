// What usage costs, exactly: integers of nano-dollars, rounded once at the very end; pure.
import type { Price } from "../../shared/model.ts";
import type { Cost, NanoUsd, Usage } from "../../shared/money.ts";
import { totalInputTokens } from "../../shared/money.ts";
import { type FullRates, isUnknownServiceTier, ratesFor } from "./price.ts";

const TOKENS_PER_RATE = 1_000_000n;

export interface CostFacts {
  /** What the vendor itself says it charged, all parts together. */
  readonly reportedNanoUsd?: NanoUsd | null;
  /** As the vendor names it in its answer: "batch", "flex", "priority". */
  readonly serviceTier?: string;
  /** Images sent, for prices stated per image. */
  readonly images?: number;
}

/**
 * The cost of one attempt. The vendor's own figure is preferred; a reported zero is believed only where our
 * price is zero as well, since hosts that bill elsewhere (Azure, an own key behind a router) report zero too.
 */
export function costOf(usage: Usage, price: Price | null, facts: CostFacts = {}): Cost {
  const computed = price === null ? null : computeNanoUsd(usage, price, facts);
  const reported = facts.reportedNanoUsd;
  if (reported !== undefined && reported !== null && Number.isSafeInteger(reported) && (reported > 0 || (reported === 0 && computed === 0)))
    return { nanoUsd: reported, provenance: "reported", priceDate: price?.date ?? null };
  if (price === null || computed === null) return { nanoUsd: null, provenance: "unpriced", priceDate: null };
  const guessed = usage.provenance === "estimated" || isUnknownServiceTier(price, facts.serviceTier);
  return { nanoUsd: computed, provenance: guessed ? "estimated" : "computed", priceDate: price.date };
}

/** Output tokens an attempt may bill at the most, and input as it will be sent. */
export interface WorstFacts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly images?: number;
  readonly serviceTier?: string;
  /** The longest prompt-cache life that will be asked for; writing dearer than reading is part of the worst case. */
  readonly cache?: "off" | "5m" | "1h";
}

/** The most an attempt can cost: nothing read from a cache, everything written to it, all output at the dearer rate. */
export function worstCase(price: Price | null, facts: WorstFacts): NanoUsd | null {
  if (price === null) return null;
  const rates = ratesFor(price, facts.inputTokens, facts.serviceTier);
  const write = facts.cache === "1h" ? Math.max(rates.cacheWrite5m, rates.cacheWrite1h) : rates.cacheWrite5m;
  const input = Math.max(rates.input, facts.cache === "off" ? 0 : write, rates.cacheRead);
  const scaled = product(facts.inputTokens, input) + product(facts.outputTokens, Math.max(rates.output, rates.reasoning));
  return Number((scaled + TOKENS_PER_RATE - 1n) / TOKENS_PER_RATE) + flatNanoUsd(price, facts.images);
}

/** How many output tokens fit into `nanoUsd` after the input is paid: the cap at which a stream is cut; -1 when not even the input fits. */
export function outputTokensWithin(price: Price, nanoUsd: NanoUsd, facts: Omit<WorstFacts, "outputTokens">): number {
  const input = worstCase(price, { ...facts, outputTokens: 0 }) ?? 0;
  if (input > nanoUsd) return -1;
  const rates = ratesFor(price, facts.inputTokens, facts.serviceTier);
  const rate = Math.max(rates.output, rates.reasoning);
  if (rate === 0) return Number.MAX_SAFE_INTEGER;
  return Number((BigInt(nanoUsd - input) * TOKENS_PER_RATE) / BigInt(rate));
}

function computeNanoUsd(usage: Usage, price: Price, facts: CostFacts): NanoUsd {
  const rates = ratesFor(price, totalInputTokens(usage), facts.serviceTier);
  const scaled = scaledCost(usage, rates);
  return Number((scaled + TOKENS_PER_RATE / 2n) / TOKENS_PER_RATE) + flatNanoUsd(price, facts.images);
}

/** In millionths of a nano-dollar, so that no bucket is rounded on its own. */
function scaledCost(usage: Usage, rates: FullRates): bigint {
  const reasoning = Math.min(usage.reasoningTokens, usage.outputTokens);
  return (
    product(usage.inputTokens, rates.input) +
    product(usage.cacheReadTokens, rates.cacheRead) +
    product(usage.cacheWrite5mTokens, rates.cacheWrite5m) +
    product(usage.cacheWrite1hTokens, rates.cacheWrite1h) +
    product(usage.outputTokens - reasoning, rates.output) +
    product(reasoning, rates.reasoning)
  );
}

/** A count below zero is a vendor's slip; it may never lower a bill. */
function product(tokens: number, rate: number): bigint {
  return tokens > 0 ? BigInt(Math.ceil(tokens)) * BigInt(rate) : 0n;
}

function flatNanoUsd(price: Price, images: number | undefined): NanoUsd {
  return (price.perRequestNanoUsd ?? 0) + (price.perImageNanoUsd ?? 0) * Math.max(0, images ?? 0);
}
