// What people are told when a limit stands in the way: the figures, when it resets, what would still fit; pure.
import { Failure } from "../../shared/failure.ts";
import { formatUsd } from "../../shared/money.ts";
import type { AttemptIntent } from "./budget.ts";
import type { Balance } from "./ledger/ledger.ts";
import { type AppliedLimit, limitInWords, stateOf } from "./limits.ts";

/**
 * Names the tightest limit, a hard one before a soft one, since a yes helps with the latter alone; `availableNanoUsd`
 * is what a cheaper candidate may cost at the most.
 */
export function exceeded(intent: AttemptIntent, applied: readonly AppliedLimit[], balances: readonly Balance[], timeZone: string): Failure {
  const ask = intent.softLimits === "ask";
  const left = applied.flatMap((limit, index) => {
    const balance = balances[index];
    if (balance === undefined || (limit.budget.kind === "soft" && !ask)) return [];
    return [{ limit, balance, available: limit.limitNanoUsd - balance.spentNanoUsd - balance.reservedNanoUsd }];
  });
  const least = Math.min(intent.worstNanoUsd ?? 0, intent.leastNanoUsd ?? Number.MAX_SAFE_INTEGER);
  const hard = left.filter(({ limit, available }) => limit.budget.kind === "hard" && available < least);
  const standing = hard.length > 0 ? hard : left;
  const tightest = standing.reduce((best, each) => (each.available < best.available ? each : best), standing[0] ?? impossible());
  const state = stateOf(tightest.limit.budget, tightest.balance);
  const { kind, ...figures } = state;
  const needed = intent.worstNanoUsd ?? 0;
  const resets = state.resetsAt === undefined ? "" : ` It resets at ${localTime(state.resetsAt, timeZone)}.`;
  const message =
    `${capital(limitInWords(state))} would be passed: ${formatUsd(state.spentNanoUsd)} spent, ${formatUsd(state.reservedNanoUsd)} reserved, ` +
    `and this request could cost up to ${formatUsd(needed)}.${resets} ${kind === "soft" ? SOFT_WAY : HARD_WAY}; nothing was sent.`;
  return new Failure("budgetExceeded", message, {
    provider: intent.provider,
    model: intent.model,
    ...figures,
    limitKind: kind,
    neededNanoUsd: needed,
    availableNanoUsd: Math.max(0, tightest.available),
    ...(kind === "soft" ? { ask: true } : {}),
  });
}

const HARD_WAY = "Raise the limit, wait, or choose a cheaper model";
const SOFT_WAY = "It is a soft limit: say that it may be passed this once, raise it, or choose a cheaper model";

export function unpricedRefused(intent: AttemptIntent, hard: AppliedLimit): Failure {
  const state = { ...hard.budget, limitNanoUsd: hard.limitNanoUsd, id: hard.window.id };
  return new Failure(
    "budgetExceeded",
    `The price of ${intent.model} is unknown, and ${limitInWords(state)} cannot hold without one. ` +
      "State its price in the settings, set budget.unpriced to allow, or choose a priced model; nothing was sent.",
    { provider: intent.provider, model: intent.model, scope: state.scope, limitNanoUsd: state.limitNanoUsd, unpriced: true },
  );
}

/** "2026-11-24 00:00 (Europe/Berlin)" */
function localTime(iso: string, timeZone: string): string {
  const local = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
  return `${local} (${timeZone})`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function impossible(): never {
  throw new Error("a booking was refused although no limit applies");
}
