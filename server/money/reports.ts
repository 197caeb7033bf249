// Every question about money spent, asked in one place: sums, exports, savings, repricing, and a vendor's own figures beside ours.
import { Failure } from "../../shared/failure.ts";
import type { ModelInfo } from "../../shared/model.ts";
import type { ParamsOf, ResultOf } from "../../shared/protocol.ts";
import type { Calendar } from "./calendar.ts";
import type { Ledger, Repricing } from "./ledger/ledger.ts";
import { type Reconciliation, reconcile } from "./reconcile.ts";
import { exportText, exportUsage, momentsOf, type Range, summarise } from "./report.ts";
import { applyRepricing, planRepricing, type RepricingPlan } from "./reprice.ts";
import { replayOn, type Savings } from "./savings.ts";

export interface Reports {
  summarise(params: ParamsOf<"usage/summary">): Promise<ResultOf<"usage/summary">>;
  exportUsage(params: ParamsOf<"usage/export">): Promise<ResultOf<"usage/export">>;
  /** The same export in pieces, for any number of rows. */
  exportText(params: ParamsOf<"usage/export">): AsyncIterable<{ text: string }>;
  /** What the range would have cost on one model, and what that model could not have done. */
  savings(baseline: string, range: Range): Promise<Savings>;
  /** What today's knowledge of prices would change; nothing is written. */
  planRepricing(range: Range): Promise<RepricingPlan>;
  applyRepricing(changes: readonly Repricing[]): Promise<number>;
  /** The ledger beside the text of a vendor's export. */
  reconcile(text: string): Promise<Reconciliation>;
}

export interface ReportsOptions {
  readonly ledger: Ledger;
  /** A model by id or alias, as it is known now. */
  readonly find: (id: string) => ModelInfo | undefined;
  /** In the user's time zone; read at each use. */
  readonly calendar: () => Calendar;
  readonly now: () => number;
}

export function createReports({ ledger, find, calendar, now }: ReportsOptions): Reports {
  return {
    summarise: (params) => summarise(ledger, calendar(), params),
    exportUsage: (params) => exportUsage(ledger, calendar(), params),
    exportText: ({ format, from, to }) => exportText(ledger, format, momentsOf({ from, to }, calendar())),
    savings: async (baseline, range) => {
      const model = find(baseline);
      if (model === undefined) throw new Failure("invalidParams", `There is no model "${baseline}".`, { field: "baseline" });
      return replayOn(ledger, model, momentsOf(range, calendar()));
    },
    planRepricing: (range) => planRepricing({ ledger, find, range: momentsOf(range, calendar()), atMs: now() }),
    applyRepricing: (changes) => applyRepricing(ledger, changes),
    reconcile: (text) => reconcile({ ledger, text, find }),
  };
}
