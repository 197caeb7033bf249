// Limits with what stands against them, and sums of what was spent, as clients see them.
import * as z from "zod/mini";
import { BudgetPeriod, BudgetScope } from "./custom.ts";
import { Usage } from "./money.ts";

export const BudgetState = z.object({
  scope: BudgetScope,
  id: z.optional(z.string()),
  period: z.optional(BudgetPeriod),
  kind: z.enum(["hard", "soft"]),
  limitNanoUsd: z.int(),
  spentNanoUsd: z.int(),
  reservedNanoUsd: z.int(),
  resetsAt: z.optional(z.string()),
});
export type BudgetState = z.infer<typeof BudgetState>;

export const SummaryKey = z.enum(["day", "week", "month", "model", "provider", "workspace", "editor"]);
export const SummaryRow = z.object({
  day: z.optional(z.string()),
  week: z.optional(z.string()),
  month: z.optional(z.string()),
  model: z.optional(z.string()),
  provider: z.optional(z.string()),
  workspace: z.optional(z.string()),
  editor: z.optional(z.string()),
  requests: z.int(),
  attempts: z.int(),
  usage: Usage,
  costNanoUsd: z.int(),
  unpriced: z.int(),
  savingsNanoUsd: z.int(),
});
export type SummaryRow = z.infer<typeof SummaryRow>;
