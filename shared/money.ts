// Money and token usage: integers only, and the only arithmetic on them; never a float dollar.
import * as z from "zod/mini";

/** Billionths of a US dollar, an integer. 1 USD = 1_000_000_000. */
export const NanoUsd = z.int();
export type NanoUsd = number;

export const NANO_PER_USD = 1_000_000_000;

/** Where a usage or cost figure comes from: the vendor said it, we computed it, or we had to guess. */
export const UsageProvenance = z.enum(["reported", "estimated"]);
export type UsageProvenance = z.infer<typeof UsageProvenance>;

/**
 * Token counts in disjoint buckets: the four input buckets add up to everything sent, and
 * `outputTokens` is everything billed as output (`reasoningTokens` is a part of it, not on top).
 */
export const Usage = z.object({
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWrite5mTokens: z.int(),
  cacheWrite1hTokens: z.int(),
  outputTokens: z.int(),
  reasoningTokens: z.int(),
  provenance: UsageProvenance,
});
export type Usage = z.infer<typeof Usage>;

export const CostProvenance = z.enum(["reported", "computed", "estimated", "unpriced"]);
export type CostProvenance = z.infer<typeof CostProvenance>;

/** `nanoUsd` is null exactly when the provenance is "unpriced": an unknown price is never 0. */
export const Cost = z.object({
  nanoUsd: z.nullable(NanoUsd),
  provenance: CostProvenance,
  priceDate: z.nullable(z.string()),
});
export type Cost = z.infer<typeof Cost>;

export const NO_USAGE: Usage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  provenance: "reported",
};

export const NO_COST: Cost = { nanoUsd: 0, provenance: "computed", priceDate: null };

/** Adds two usages bucket by bucket; the sum is only "reported" when both parts are. */
export function addUsage(left: Usage, right: Usage): Usage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWrite5mTokens: left.cacheWrite5mTokens + right.cacheWrite5mTokens,
    cacheWrite1hTokens: left.cacheWrite1hTokens + right.cacheWrite1hTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    reasoningTokens: left.reasoningTokens + right.reasoningTokens,
    provenance: left.provenance === "reported" ? right.provenance : "estimated",
  };
}

const WEAKEST: readonly CostProvenance[] = ["unpriced", "estimated", "computed", "reported"];

/** Adds two costs; one unpriced part makes the sum unpriced, since a lower bound is not a bill. */
export function addCost(left: Cost, right: Cost): Cost {
  const unpriced = left.nanoUsd === null || right.nanoUsd === null;
  const weaker = Math.min(WEAKEST.indexOf(left.provenance), WEAKEST.indexOf(right.provenance));
  return {
    nanoUsd: unpriced ? null : (left.nanoUsd ?? 0) + (right.nanoUsd ?? 0),
    provenance: unpriced ? "unpriced" : (WEAKEST[weaker] ?? "estimated"),
    priceDate: earlier(left.priceDate, right.priceDate),
  };
}

/** Everything that was sent, whatever it is billed as. */
export function totalInputTokens(usage: Usage): number {
  return usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
}

/** What of that a vendor still had, and sold cheaper; in per cent, null where it had nothing. */
export function cachedPercent(usage: Usage): number | null {
  const total = totalInputTokens(usage);
  return usage.cacheReadTokens === 0 || total === 0 ? null : Math.round((usage.cacheReadTokens / total) * 100);
}

/** "2000 in (80 % from the cache), 300 out", where no translation is at hand. */
export function tokensInWords(usage: Usage): string {
  const percent = cachedPercent(usage);
  return `${totalInputTokens(usage)} in${percent === null ? "" : ` (${percent} % from the cache)`}, ${usage.outputTokens} out`;
}

/** Dollars typed by a person to nano-dollars, rounded to the nearest one. */
export function nanoFromUsd(usd: number): NanoUsd {
  return Math.round(usd * NANO_PER_USD);
}

/** "$0.0042" for people: two decimals from a dollar on, else enough digits to see the figure. */
export function formatUsd(nanoUsd: NanoUsd | null): string {
  if (nanoUsd === null) return "unpriced";
  if (nanoUsd === 0) return "$0.00";
  const usd = nanoUsd / NANO_PER_USD;
  const size = Math.abs(usd);
  if (size >= 1) return `$${usd.toFixed(2)}`;
  return `$${usd.toFixed(Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(size)))))}`;
}

function earlier(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right;
  return left < right ? left : right;
}
