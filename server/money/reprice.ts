// Recomputes the ledger after a corrected price: shows what would change, and writes it only when told to; vendors' own figures stay.
import { isFree, type ModelInfo } from "../../shared/model.ts";
import type { NanoUsd } from "../../shared/money.ts";
import { costOf } from "./cost.ts";
import type { AttemptRow, Ledger, Repricing } from "./ledger/ledger.ts";
import { priceAt } from "./price.ts";
import { rowsIn } from "./report.ts";

export interface RepricedModel {
  readonly model: string;
  readonly changed: number;
  readonly beforeNanoUsd: NanoUsd;
  readonly afterNanoUsd: NanoUsd;
  /** Rows that had no price and have one now, and the other way round. */
  readonly nowPriced: number;
  readonly nowUnpriced: number;
}

export interface RepricingPlan {
  readonly looked: number;
  /** Rows that stay as they are because the vendor itself said what they cost, or nothing is known of their tokens. */
  readonly kept: number;
  readonly models: readonly RepricedModel[];
  readonly changes: readonly Repricing[];
}

export interface RepricingOrder {
  readonly ledger: Ledger;
  /** A model as it is known now; undefined for one that is gone, whose rows stay. */
  readonly find: (id: string) => ModelInfo | undefined;
  readonly range: { readonly fromMs?: number; readonly toMs?: number };
  readonly atMs: number;
}

/** The price that held when each attempt was made, as it is known today. */
export async function planRepricing(order: RepricingOrder): Promise<RepricingPlan> {
  const models = new Map<string, { -readonly [Name in keyof RepricedModel]: RepricedModel[Name] }>();
  const changes: Repricing[] = [];
  let looked = 0;
  let kept = 0;
  for await (const rows of rowsIn(order.ledger, order.range)) {
    for (const row of rows) {
      looked++;
      const model = order.find(row.model);
      if (!isOurs(row) || model === undefined || isFree(model)) {
        kept++;
        continue;
      }
      const price = priceAt(model, new Date(row.reservedAtMs));
      const cost = costOf(row.usage, price, { serviceTier: row.serviceTier ?? undefined, images: row.images });
      if (cost.nanoUsd === row.cost.nanoUsd) continue;
      changes.push({ attemptId: row.attemptId, cost, priceVersion: price?.version ?? null, atMs: order.atMs });
      const sum = models.get(row.model) ?? {
        model: row.model,
        changed: 0,
        beforeNanoUsd: 0,
        afterNanoUsd: 0,
        nowPriced: 0,
        nowUnpriced: 0,
      };
      sum.changed++;
      sum.beforeNanoUsd += row.cost.nanoUsd ?? 0;
      sum.afterNanoUsd += cost.nanoUsd ?? 0;
      if (row.cost.nanoUsd === null) sum.nowPriced++;
      if (cost.nanoUsd === null) sum.nowUnpriced++;
      models.set(row.model, sum);
    }
  }
  return { looked, kept, changes, models: [...models.values()].sort((left, right) => (left.model < right.model ? -1 : 1)) };
}

/** A figure that we computed from tokens, and can compute again. */
function isOurs(row: AttemptRow): row is AttemptRow & { cost: NonNullable<AttemptRow["cost"]> } {
  return row.state === "settled" && row.cost !== null && row.cost.provenance !== "reported";
}

/** Large enough to be quick, small enough that other processes get their turn in between. */
const BATCH = 500;

export async function applyRepricing(ledger: Ledger, changes: readonly Repricing[]): Promise<number> {
  let written = 0;
  for (let start = 0; start < changes.length; start += BATCH) written += await ledger.reprice(changes.slice(start, start + BATCH));
  return written;
}
