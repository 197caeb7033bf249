// Which limits apply to an attempt, over which stretch of time; pure.
import { BudgetLimit } from "../../shared/custom.ts";
import { Failure } from "../../shared/failure.ts";
import { formatUsd, nanoFromUsd, type NanoUsd } from "../../shared/money.ts";
import type { BudgetState } from "../../shared/spending.ts";
import type { AttemptIntent } from "./budget.ts";
import type { Calendar, Span } from "./calendar.ts";
import type { Balance, Window } from "./ledger/ledger.ts";

/** A limit as it applies to one attempt. */
export interface AppliedLimit {
  readonly budget: BudgetLimit;
  readonly limitNanoUsd: NanoUsd;
  readonly window: Window;
}

/** Without a period a limit holds for ever. */
const FOR_EVER: Span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

export function spanOf(budget: BudgetLimit, calendar: Calendar, nowMs: number): Span {
  return budget.period === undefined ? FOR_EVER : calendar.span(budget.period, nowMs);
}

/** A limit without an id holds for each conversation, workspace, provider or model on its own. */
export function appliedLimits(budgets: readonly BudgetLimit[], intent: AttemptIntent, calendar: Calendar, nowMs: number): AppliedLimit[] {
  const own = chatLimit(intent);
  return [...budgets, ...(own === null ? [] : [own])].flatMap((budget) => {
    const id = idOf(budget.scope, intent);
    if (id === undefined || (budget.id !== undefined && budget.id !== id)) return [];
    const window = { scope: budget.scope, id, ...spanOf(budget, calendar, nowMs) };
    return [{ budget, limitNanoUsd: nanoFromUsd(budget.limitUsd), window }];
  });
}

/** The caller's own ceiling for the chat, as a limit like any other. */
function chatLimit(intent: AttemptIntent): BudgetLimit | null {
  if (intent.chatLimitNanoUsd === null) return null;
  return { scope: "request", limitUsd: intent.chatLimitNanoUsd / 1e9, kind: "hard" };
}

function idOf(scope: Window["scope"], intent: AttemptIntent): string | undefined {
  switch (scope) {
    case "all":
      return "";
    case "request":
      return intent.chatId;
    case "conversation":
      return intent.conversationId;
    case "workspace":
      return intent.workspace;
    case "provider":
      return intent.provider;
    case "model":
      return intent.model;
  }
}

export function isSameWindow(left: Window, right: Window): boolean {
  return left.scope === right.scope && left.id === right.id && left.fromMs === right.fromMs && left.toMs === right.toMs;
}

/** A limit with what stands against it, as clients see it. */
export function stateOf(budget: BudgetLimit, balance: Balance): BudgetState {
  return {
    scope: budget.scope,
    ...(balance.id === "" ? {} : { id: balance.id }),
    ...(budget.period === undefined ? {} : { period: budget.period, resetsAt: new Date(balance.toMs).toISOString() }),
    kind: budget.kind,
    limitNanoUsd: nanoFromUsd(budget.limitUsd),
    spentNanoUsd: balance.spentNanoUsd,
    reservedNanoUsd: balance.reservedNanoUsd,
  };
}

const ADJECTIVE = { day: "daily ", week: "weekly ", month: "monthly " } as const;

/** "the daily limit of $5.00 for provider openai" */
export function limitInWords(state: Pick<BudgetState, "scope" | "id" | "period" | "limitNanoUsd" | "kind">): string {
  const period = state.period === undefined ? "" : ADJECTIVE[state.period];
  const what =
    state.scope === "all"
      ? "all spending"
      : state.scope === "request" || state.scope === "conversation"
        ? `one ${state.scope}`
        : `${state.scope} ${state.id ?? ""}`;
  return `the ${state.kind === "soft" ? "soft " : ""}${period}limit of ${formatUsd(state.limitNanoUsd)} for ${what}`;
}

/** Nine million dollars: beyond it, a sum of nano-dollars no longer fits an exact integer. */
const LARGEST_USD = 9_000_000;

/** Limits as people type them, each rule with the field it names; throws invalidParams. */
export function checkLimits(given: readonly unknown[]): BudgetLimit[] {
  const seen = new Set<string>();
  return given.map((value, index) => {
    const parsed = BudgetLimit.safeParse(value);
    if (!parsed.success) throw invalid(index, parsed.error.issues[0]?.path.join(".") ?? "", "is not as described for a limit");
    const budget = parsed.data;
    if (!Number.isFinite(budget.limitUsd) || budget.limitUsd > LARGEST_USD) throw invalid(index, "limitUsd", "is too large");
    if ((budget.scope === "all" || budget.scope === "request") && budget.id !== undefined)
      throw invalid(index, "id", `has no meaning for scope ${budget.scope}`);
    if (budget.scope === "request" && budget.period !== undefined) throw invalid(index, "period", "has no meaning for a single request");
    if (budget.scope === "model" && budget.id !== undefined && !budget.id.includes("/"))
      throw invalid(index, "id", "must be a full model id, provider/model");
    const name = [budget.scope, budget.id, budget.period, budget.kind].join("\n");
    if (seen.has(name)) throw invalid(index, "scope", "repeats an earlier limit");
    seen.add(name);
    return budget;
  });
}

function invalid(index: number, field: string, problem: string): Failure {
  const name = field === "" ? `budgets[${index}]` : `budgets[${index}].${field}`;
  return new Failure("invalidParams", `${name} ${problem}. No limit was changed.`, { field: name });
}
