// Reserve before, settle after: the port between the spine and whoever keeps the wallet; never computes a price itself.
import type { Cost, NanoUsd, Usage } from "../../shared/money.ts";
import type { BudgetState } from "../../shared/protocol.ts";

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
  readonly purpose: "chat" | "repair" | "vision" | "summary" | "cascade";
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
}

/** Held money; exactly one of settle and release ends it, in `finally`. */
export interface Reservation {
  readonly attemptId: string;
  /** The ceiling that was reserved; null when no limit applies or the model is free. */
  readonly reservedNanoUsd: NanoUsd | null;
  settle(outcome: AttemptOutcome): Promise<void>;
  /** Nothing was sent to the vendor: the money is free again, the row says so. */
  release(reason: string): Promise<void>;
}

export interface Budget {
  /** One atomic step against every limit that applies; throws Failure budgetExceeded with the figures. */
  reserve(intent: AttemptIntent, signal: AbortSignal): Promise<Reservation>;
  status(): Promise<{ budgets: BudgetState[]; todayNanoUsd: NanoUsd }>;
  onChange(
    listener: (change: { budgets: BudgetState[]; todayNanoUsd: NanoUsd; alert?: { percent: number; message: string } }) => void,
  ): () => void;
  close(): Promise<void>;
}
