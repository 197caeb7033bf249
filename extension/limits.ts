// What limits say at a glance: what is left, which one is the tightest, and when the status bar may take a colour; pure.
import type { BudgetState } from "../shared/spending.ts";

export function leftOf({ limitNanoUsd, spentNanoUsd, reservedNanoUsd }: BudgetState): number {
  return Math.max(0, limitNanoUsd - spentNanoUsd - reservedNanoUsd);
}

/** Limits for one request or conversation begin anew with each of them: they are never what runs out today. */
export function tightestOf(budgets: readonly BudgetState[]): BudgetState | undefined {
  return lasting(budgets)
    .filter(({ kind }) => kind === "hard")
    .sort((a, b) => leftOf(a) - leftOf(b))[0];
}

/** Only a limit that is used up is worth a colour: one that refuses, or one that asks. */
export function alarmFor(budgets: readonly BudgetState[]): "refuses" | "asks" | undefined {
  const spent = lasting(budgets).filter((budget) => leftOf(budget) === 0);
  if (spent.some(({ kind }) => kind === "hard")) return "refuses";
  return spent.length > 0 ? "asks" : undefined;
}

function lasting(budgets: readonly BudgetState[]): BudgetState[] {
  return budgets.filter(({ scope }) => scope !== "request" && scope !== "conversation");
}
