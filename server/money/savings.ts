// What a month would have cost on one pinned model: the log replayed, row by row, with what that model could not have done counted; pure but for reading.
import type { Capability, ModelInfo } from "../../shared/model.ts";
import { type NanoUsd, totalInputTokens } from "../../shared/money.ts";
import { costOf } from "./cost.ts";
import type { AttemptRow, Ledger } from "./ledger/ledger.ts";
import { priceAt } from "./price.ts";
import { rowsIn } from "./report.ts";

export interface Savings {
  readonly baseline: string;
  /** Attempts that both have a price for and the baseline could have answered. */
  readonly compared: number;
  readonly costNanoUsd: NanoUsd;
  readonly baselineNanoUsd: NanoUsd;
  readonly savingsNanoUsd: NanoUsd;
  /** Attempts that the baseline could not have answered, by what it lacks; they are in no sum. */
  readonly lost: { readonly tools: number; readonly vision: number; readonly structured: number; readonly window: number };
  /** Attempts whose own price is unknown. */
  readonly unpriced: number;
  /** What failed attempts cost: the baseline is assumed to answer at once. */
  readonly failedNanoUsd: NanoUsd;
}

export async function replayOn(ledger: Ledger, baseline: ModelInfo, range: { fromMs?: number; toMs?: number }): Promise<Savings> {
  const sums = { compared: 0, costNanoUsd: 0, baselineNanoUsd: 0, unpriced: 0, failedNanoUsd: 0 };
  const lost = { tools: 0, vision: 0, structured: 0, window: 0 };
  for await (const rows of rowsIn(ledger, range)) {
    for (const row of rows) {
      if (row.state !== "settled" || row.cost === null) continue;
      if (row.outcome !== "ok" && row.outcome !== "cut") {
        sums.failedNanoUsd += row.cost.nanoUsd ?? 0;
        continue;
      }
      const lacks = whatLacks(baseline, row);
      if (lacks !== null) lost[lacks]++;
      else if (row.cost.nanoUsd === null) sums.unpriced++;
      else {
        const there = costOf(row.usage, priceAt(baseline, new Date(row.reservedAtMs)), { images: row.images }).nanoUsd;
        if (there === null) continue;
        sums.compared++;
        sums.costNanoUsd += row.cost.nanoUsd;
        sums.baselineNanoUsd += there;
      }
    }
  }
  const savingsNanoUsd = sums.baselineNanoUsd - sums.costNanoUsd - sums.failedNanoUsd;
  return { baseline: baseline.id, ...sums, savingsNanoUsd, lost };
}

function whatLacks(baseline: ModelInfo, row: AttemptRow): keyof Savings["lost"] | null {
  const needs = new Set(row.needs.split(" "));
  for (const need of ["tools", "vision", "structured"] satisfies Capability[])
    if (needs.has(need) && !baseline.capabilities.includes(need)) return need;
  return totalInputTokens(row.usage) + row.usage.outputTokens > baseline.contextWindowTokens ? "window" : null;
}
