// Messages between the dashboard's webview and the extension: figures one way, a span of days and a few wishes the other.
import * as z from "zod/mini";
import { Cost, Usage } from "./money.ts";
import { BudgetState, SummaryRow } from "./spending.ts";

/** One attempt as the ledger's export states it; what a ledger does not know is left out. */
export const LedgerAttempt = z.object({
  attemptId: z.string(),
  chatId: z.string(),
  model: z.string(),
  workspace: z.optional(z.nullable(z.string())),
  purpose: z.optional(z.nullable(z.string())),
  state: z.string(),
  outcome: z.optional(z.nullable(z.string())),
  failureKind: z.optional(z.nullable(z.string())),
  cost: z.nullable(Cost),
  usage: Usage,
  ms: z.optional(z.nullable(z.number())),
  reservedAtMs: z.number(),
});
export type LedgerAttempt = z.infer<typeof LedgerAttempt>;

export const DashboardReport = z.object({
  days: z.int(),
  /** Every day of the span, oldest first, also those on which nothing was spent. */
  dates: z.array(z.string()),
  byDayAndProvider: z.array(SummaryRow),
  byModel: z.array(SummaryRow),
  byProvider: z.array(SummaryRow),
  byWorkspace: z.array(SummaryRow),
  /** Each with what it is called in the reader's language. */
  budgets: z.array(z.extend(BudgetState, { name: z.string() })),
  /** Newest first, one list a request. */
  requests: z.array(z.array(LedgerAttempt)),
});
export type DashboardReport = z.infer<typeof DashboardReport>;

export const ToDashboard = z.discriminatedUnion("type", [
  z.object({ type: z.literal("report"), report: DashboardReport }),
  z.object({ type: z.literal("problem"), message: z.string() }),
]);
export type ToDashboard = z.infer<typeof ToDashboard>;

export const FromDashboard = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("span"), days: z.int().check(z.gte(1), z.lte(366)) }),
  z.object({ type: z.literal("command"), command: z.enum(["exportUsage", "setBudget", "ask"]) }),
]);
export type FromDashboard = z.infer<typeof FromDashboard>;
