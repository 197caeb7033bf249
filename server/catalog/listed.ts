// What a live list says of a model, and the rules by which it may change what is known; pure.
import * as z from "zod/mini";
import { Capability, type ModelInfo, type Price, type Rates, unlistedModel } from "../../shared/model.ts";

const rate = z.number().check(z.gte(0));
const ListedRates = z.strictObject({
  input: rate,
  output: rate,
  cacheRead: z.optional(rate),
  cacheWrite5m: z.optional(rate),
  cacheWrite1h: z.optional(rate),
});

/** Dollars per million tokens; a list without prices leaves it out. */
export const ListedPrice = z.extend(ListedRates, {
  tiers: z.optional(z.array(z.extend(ListedRates, { aboveInputTokens: z.int() }))),
});
export type ListedPrice = z.infer<typeof ListedPrice>;

export const Listed = z.strictObject({
  id: z.string().check(z.minLength(1), z.maxLength(300)),
  name: z.optional(z.string()),
  contextWindowTokens: z.optional(z.int()),
  maxOutputTokens: z.optional(z.int()),
  capabilities: z.optional(z.readonly(z.array(Capability))),
  price: z.optional(ListedPrice),
});
export type Listed = z.infer<typeof Listed>;

export interface LiveList {
  readonly provider: string;
  readonly source: string;
  /** The day on which the list was fetched. */
  readonly date: string;
  readonly models: readonly Listed[];
}

export interface Rejection {
  readonly model: string;
  readonly reason: string;
}

/** A price or window that moves further than this is a slip of the list's, until a person says otherwise. */
export const MOST_CHANGE = 10;

function nanoRates(listed: z.infer<typeof ListedRates>): Rates {
  const nano = (usd: number | undefined) => (usd === undefined ? null : Math.round(usd * 1e9));
  return {
    input: Math.round(listed.input * 1e9),
    cacheRead: nano(listed.cacheRead),
    cacheWrite5m: nano(listed.cacheWrite5m),
    cacheWrite1h: nano(listed.cacheWrite1h),
    output: Math.round(listed.output * 1e9),
  };
}

/** Short, stable and without a secret: it only tells one set of figures from another. */
function mark(text: string): string {
  let hash = 2166136261;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function priceOf(listed: ListedPrice, list: LiveList): Price {
  const rates = nanoRates(listed);
  const tiers = listed.tiers?.map((tier) => ({ aboveInputTokens: tier.aboveInputTokens, rates: nanoRates(tier) }));
  const figures = { rates, ...(tiers && tiers.length > 0 ? { tiers } : {}) };
  return { ...figures, version: `${list.source}@${list.date}#${mark(JSON.stringify(figures))}`, source: list.source, date: list.date };
}

function movedTooFar(from: number, to: number): boolean {
  if (from === to) return false;
  return Math.min(from, to) <= 0 || Math.max(from, to) / Math.min(from, to) > MOST_CHANGE;
}

function sameRates(left: Rates, right: Rates): boolean {
  return left.input === right.input && left.output === right.output && left.cacheRead === right.cacheRead;
}

/** The known prices stay where the list says the same, or says something that cannot be; else the list's own. */
function pricesAfter(known: readonly Price[], listed: Listed, list: LiveList): { prices: readonly Price[]; reason?: string } {
  const before = known.findLast((price) => !price.hoursUtc);
  if (!listed.price) return { prices: known };
  const after = priceOf(listed.price, list);
  if (!before) return { prices: [after] };
  if (sameRates(before.rates, after.rates)) return { prices: known };
  for (const bucket of ["input", "output"] as const) {
    if (!movedTooFar(before.rates[bucket], after.rates[bucket])) continue;
    const usd = (nano: number) => `$${nano / 1e9}`;
    const reason = `its ${bucket} price went from ${usd(before.rates[bucket])} to ${usd(after.rates[bucket])} a million tokens; the old price is kept`;
    return { prices: known, reason };
  }
  return { prices: [after] };
}

const LEAST_WINDOW = 256;
const MOST_WINDOW = 100_000_000;

function windowAfter(known: ModelInfo, listed: number | undefined): { tokens: number; reason?: string } {
  if (listed === undefined || listed === known.contextWindowTokens) return { tokens: known.contextWindowTokens };
  const isAbsurd = listed < LEAST_WINDOW || listed > MOST_WINDOW;
  if (!isAbsurd && (known.limitsAssumed || !movedTooFar(known.contextWindowTokens, listed))) return { tokens: listed };
  return {
    tokens: known.contextWindowTokens,
    reason: `its window went from ${known.contextWindowTokens} to ${listed} tokens; the old one is kept`,
  };
}

/** Alive again: a shipped list had missed it, but the vendor names it. What a vendor itself calls deprecated stays so. */
function statusAfter(known: ModelInfo): ModelInfo["status"] {
  if (known.status === "deprecated") return known.quirks?.missedByList === true ? "active" : "deprecated";
  return known.status === "ghost" ? "active" : known.status;
}

/** Names by which vendors call what does not chat; only a model of which nothing else is known is judged by its name. */
const OTHER_KINDS = /embed|rerank|moderation|guard|whisper|transcribe|tts|speech|audio|realtime|image|dall-e|video|ocr/i;

export interface Knowledge {
  readonly known: ModelInfo | undefined;
  /** True where nothing but this list names the provider's models: a gateway of one's own. */
  readonly onlySource: boolean;
}

/** One listed model over what is known of it; of an unknown one only what the list states is known. */
export function applyListed({ known, onlySource }: Knowledge, listed: Listed, list: LiveList): { model: ModelInfo; rejected: Rejection[] } {
  const id = `${list.provider}/${listed.id}`;
  const base = known ?? unlistedModel(id, "discovered", list.source, list.date);
  const window = windowAfter(base, listed.contextWindowTokens);
  const { prices, reason } = pricesAfter(base.prices, listed, list);
  const output = listed.maxOutputTokens ?? base.maxOutputTokens;
  const isBare = base.status === "discovered" && base.prices.length === 0 && !listed.price && !listed.capabilities?.length;
  const isUnproven = isBare && (!onlySource || OTHER_KINDS.test(listed.id));
  const model: ModelInfo = {
    ...base,
    name: known ? base.name : (listed.name ?? base.name),
    contextWindowTokens: window.tokens,
    limitsAssumed: base.limitsAssumed && window.tokens === base.contextWindowTokens,
    maxOutputTokens: Math.min(output > 0 ? output : base.maxOutputTokens, window.tokens),
    capabilities: [...new Set([...base.capabilities, ...(listed.capabilities ?? [])])],
    prices: [...prices],
    status: statusAfter(base),
    ...(isUnproven ? { quirks: { ...base.quirks, unproven: true } } : {}),
  };
  const reasons = [reason, window.reason].filter((reason) => reason !== undefined);
  return { model, rejected: reasons.map((reason) => ({ model: id, reason })) };
}
