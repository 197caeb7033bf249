// Reserve before, settle after: the port between the spine and whoever keeps the wallet; never computes a price itself.
import type { BudgetLimit } from "../../shared/custom.ts";
import type { Capability } from "../../shared/model.ts";
import type { Cost, NanoUsd, Usage } from "../../shared/money.ts";
import type { BudgetState } from "../../shared/spending.ts";
import type { TaskType } from "../../shared/route.ts";

/** One attempt as the ledger knows it; no prompt text, ever. */
export interface AttemptIntent {
  readonly attemptId: string;
  readonly chatId: string;
  readonly conversationId?: string;
  readonly workspace?: string;
  /** The client's name: "vscode", "neovim", "cli". */
  readonly editor: string;
  readonly provider: string;
  /** The full id, "provider/model". */
  readonly model: string;
  readonly purpose: "chat" | "repair" | "vision" | "summary" | "cascade" | "probe";
  /** What this attempt can cost at the most; null when the model is unpriced; 0 for local models. */
  readonly worstNanoUsd: NanoUsd | null;
  /** What is booked when nothing better is ever known (a crash). */
  readonly p50NanoUsd: NanoUsd | null;
  readonly priceVersion: string | null;
  readonly priceDate: string | null;
  /** The caller's own ceiling for the whole chat, all attempts together. */
  readonly chatLimitNanoUsd: NanoUsd | null;
  /** What the baseline model would have cost at p50, for savings; null when unknown. */
  readonly baselineModel?: string;
  /**
   * Less than the worst case is held when only less fits, down to this; the stream must then be cut at
   * `reservedNanoUsd` (cost.ts, outputTokensWithin). Absent: the worst case or nothing.
   */
  readonly leastNanoUsd?: NanoUsd;
  /** "ask": a soft limit refuses like a hard one, with `ask: true` in the details, until it is sent again with "accept" (the default). */
  readonly softLimits?: "ask" | "accept";
  /** What the prompt needs, so that a replay on another model can count what would have been lost. */
  readonly needs?: readonly Capability[];
  readonly taskType?: TaskType;
  /** Images sent, for prices per image. */
  readonly images?: number;
  /** The estimator's count before a model's own factor (Estimate.baseTokens): what it learns from. */
  readonly baseTokens?: number;
}

/** A limit that stands in the way, or a soft one that was passed: the figures people need. */
export interface LimitHit extends BudgetState {
  /** What was asked for on top. */
  readonly neededNanoUsd: NanoUsd;
}

export interface AttemptOutcome {
  readonly state: "ok" | "failed" | "cancelled" | "broken" | "cut";
  readonly usage: Usage;
  readonly cost: Cost;
  /** As the vendor sent it; null when it sent none. */
  readonly rawUsage: unknown;
  readonly baselineNanoUsd?: NanoUsd | null;
  readonly firstTokenMs: number | null;
  readonly ms: number;
  readonly failureKind?: string;
  /** As the vendor names it, kept for repricing. */
  readonly serviceTier?: string;
}

/** Held money; exactly one of settle and release ends it, in `finally`. */
export interface Reservation {
  readonly attemptId: string;
  /** The ceiling that was reserved; null when no limit applies or the model is free. */
  readonly reservedNanoUsd: NanoUsd | null;
  /** Soft limits that this attempt passes: tell, or ask, the user. */
  readonly asks: readonly LimitHit[];
  settle(outcome: AttemptOutcome): Promise<void>;
  /** Nothing was sent to the vendor: the money is free again, the row says so. */
  release(reason: string): Promise<void>;
}

export interface BudgetChange {
  readonly budgets: BudgetState[];
  readonly todayNanoUsd: NanoUsd;
  readonly alert?: { percent: number; message: string };
}

export interface Budget {
  /** One atomic step against every limit that applies; throws Failure budgetExceeded with the figures. */
  reserve(intent: AttemptIntent, signal: AbortSignal): Promise<Reservation>;
  status(): Promise<{ budgets: BudgetState[]; todayNanoUsd: NanoUsd }>;
  /** The limits in force: those stored in the ledger, then those of this process's settings. */
  limits(): Promise<{ budgets: BudgetLimit[]; stored: BudgetLimit[]; timeZone: string }>;
  /** Replaces the ledger's limits, for everyone who shares it; throws invalidParams naming the field. */
  setLimits(budgets: readonly BudgetLimit[]): Promise<BudgetLimit[]>;
  /** Spending or a limit changed, here or in another process; alerts come once each to one process. */
  onChange(listener: (change: BudgetChange) => void): () => void;
  close(): Promise<void>;
}
