// When spending is worth a word: thresholds passed, and a rate that would use a limit up within the hour; pure.
import { formatUsd, type NanoUsd } from "../../shared/money.ts";
import type { BudgetState } from "../../shared/spending.ts";
import { limitInWords } from "./limits.ts";

export const THRESHOLDS = [50, 75, 90, 100] as const;

export interface Alert {
  readonly percent: number;
  readonly message: string;
}

/** The thresholds that what was spent has reached, lowest first. */
export function passedThresholds(state: Pick<BudgetState, "limitNanoUsd" | "spentNanoUsd">): number[] {
  if (state.limitNanoUsd <= 0) return [];
  return THRESHOLDS.filter((percent) => state.spentNanoUsd >= (state.limitNanoUsd / 100) * percent);
}

export function thresholdAlert(state: BudgetState, percent: number): Alert {
  const resets = state.resetsAt === undefined ? "" : ` It resets at ${state.resetsAt}.`;
  return {
    percent,
    message: `${percent} % of ${limitInWords(state)} is used: ${formatUsd(state.spentNanoUsd)} spent, ${formatUsd(state.reservedNanoUsd)} reserved.${resets}`,
  };
}

/** The rate is taken over this long, so that one dear answer alone does not ring for an hour. */
export const RATE_WINDOW_MS = 600_000;
const HOUR_MS = 3_600_000;
/** Where no limit is set: ten dollars an hour is a rate that nobody should learn of from the invoice. */
const UNLIMITED_NANO_PER_HOUR = 10_000_000_000;

/** The alarm for one limit on all spending, or null while the rate leaves more than an hour, or the period ends before. */
export function burnAlarm(state: BudgetState, spentInWindow: NanoUsd, nowMs: number): Alert | null {
  const left = state.limitNanoUsd - state.spentNanoUsd;
  if (spentInWindow <= 0 || left <= 0 || state.scope !== "all") return null;
  const leftMs = (left / spentInWindow) * RATE_WINDOW_MS;
  const resetsInMs = state.resetsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(state.resetsAt) - nowMs;
  if (leftMs > HOUR_MS || leftMs > resetsInMs) return null;
  const perHour = formatUsd((spentInWindow * HOUR_MS) / RATE_WINDOW_MS);
  const minutes = Math.max(1, Math.round(leftMs / 60_000));
  return {
    percent: Math.floor((state.spentNanoUsd * 100) / state.limitNanoUsd),
    message: `Spending runs at ${perHour} an hour: ${limitInWords(state)} would be used up in about ${minutes} minutes.`,
  };
}

export function unlimitedBurnAlarm(spentInWindow: NanoUsd): Alert | null {
  const perHour = (spentInWindow * HOUR_MS) / RATE_WINDOW_MS;
  if (perHour < UNLIMITED_NANO_PER_HOUR) return null;
  return { percent: 0, message: `Spending runs at ${formatUsd(perHour)} an hour and no limit on all spending is set.` };
}
