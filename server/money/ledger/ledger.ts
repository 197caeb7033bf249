// The port to the ledger: attempts as rows, limits as windows, every change one atomic step; knows no price and no prompt text.
import type { Cost, NanoUsd, Usage } from "../../../shared/money.ts";
import type { AttemptIntent, AttemptOutcome } from "../budget.ts";

/** What a sum of money is counted over: one scope, one id, one stretch of time by when attempts were reserved. */
export interface Window {
  readonly scope: "request" | "conversation" | "workspace" | "provider" | "model" | "all";
  /** The chat, conversation, workspace, provider or model; empty for "all". */
  readonly id: string;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

export interface Balance extends Window {
  readonly spentNanoUsd: NanoUsd;
  readonly reservedNanoUsd: NanoUsd;
}

/** A window that may not pass `limitNanoUsd`, spent and reserved together; null only watches. */
export interface Ceiling {
  readonly window: Window;
  readonly limitNanoUsd: NanoUsd | null;
}

/** One attempt as it is first written. */
export interface Booking {
  readonly intent: AttemptIntent;
  /** Held until the attempt is settled; 0 for free and for unpriced models. */
  readonly amountNanoUsd: NanoUsd;
  /** The least that is worth holding when `amountNanoUsd` does not fit; equal to it when nothing less will do. */
  readonly leastNanoUsd: NanoUsd;
  readonly ceilings: readonly Ceiling[];
  /** The revision of the stored limits that `ceilings` was made from; another one in the ledger makes the booking stale. */
  readonly limitsRevision: number;
  readonly atMs: number;
  /** The local date, by which reports group. */
  readonly day: string;
}

export type Verdict =
  | { readonly outcome: "granted"; readonly amountNanoUsd: NanoUsd; readonly balances: readonly Balance[] }
  | { readonly outcome: "refused"; readonly balances: readonly Balance[] }
  | { readonly outcome: "stale" };

export interface Settlement {
  readonly booking: Booking;
  readonly outcome: AttemptOutcome;
  readonly atMs: number;
}

/** The limits everyone shares, as JSON that the wallet reads; `revision` grows with each change. */
export interface StoredLimits {
  readonly revision: number;
  readonly json: string;
}

export type AttemptState = "reserved" | "settled" | "released" | "orphaned";

/** A ledger row as reports and exports see it. */
export interface AttemptRow {
  readonly attemptId: string;
  readonly chatId: string;
  readonly conversationId: string | null;
  readonly workspace: string | null;
  readonly editor: string;
  readonly provider: string;
  readonly model: string;
  readonly purpose: string;
  readonly state: AttemptState;
  /** "ok", "failed", "cancelled", "broken", "cut"; null while reserved, "lost" when its process died. */
  readonly outcome: string | null;
  readonly failureKind: string | null;
  readonly worstNanoUsd: NanoUsd | null;
  readonly p50NanoUsd: NanoUsd | null;
  readonly heldNanoUsd: NanoUsd;
  readonly cost: Cost | null;
  readonly usage: Usage;
  readonly rawUsage: string | null;
  readonly serviceTier: string | null;
  readonly images: number;
  readonly priceVersion: string | null;
  readonly baselineModel: string | null;
  readonly baselineNanoUsd: NanoUsd | null;
  /** What the prompt needed: "tools vision structured", so that a replay knows what another model would have lost. */
  readonly needs: string;
  readonly taskType: string | null;
  readonly baseTokens: number | null;
  readonly firstTokenMs: number | null;
  readonly ms: number | null;
  readonly reservedAtMs: number;
  readonly settledAtMs: number | null;
  readonly day: string;
}

/** What is known of a conversation's last answer without its text. */
export interface LastAnswer {
  readonly model: string;
  readonly usage: Usage;
  readonly atMs: number;
}

export type SummaryColumn = "day" | "model" | "provider" | "workspace" | "editor";

/** Sums over settled attempts; the columns that were not asked for are absent. */
export interface Sum {
  readonly day?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly workspace?: string;
  readonly editor?: string;
  /** Chats; each counts once, where its first attempt is counted. */
  readonly requests: number;
  readonly attempts: number;
  readonly usage: Usage;
  readonly costNanoUsd: NanoUsd;
  readonly unpriced: number;
  /** The baseline's cost less the cost, over the attempts where both are known. */
  readonly savingsNanoUsd: NanoUsd;
}

export interface Repricing {
  readonly attemptId: string;
  readonly cost: Cost;
  readonly priceVersion: string | null;
  readonly atMs: number;
}

/** A value that every process on the machine (or in the team) sees until it expires. */
export interface SharedEntry {
  readonly key: string;
  readonly value: string;
  readonly expiresAtMs: number;
}

/** Everything is one atomic step; a step that cannot be written rejects with Failure "ledgerUnavailable". */
export interface Ledger {
  readonly kind: "sqlite" | "postgres";
  /** Sentences for people about what happened when it was opened: a file set aside, a reading-only ledger. */
  readonly notices: readonly string[];
  reserve(booking: Booking, signal: AbortSignal): Promise<Verdict>;
  /** Idempotent; writes the row anew when it is missing, and replaces an orphan's estimate by the real figures. */
  settle(settlement: Settlement): Promise<readonly Balance[]>;
  /** Idempotent: nothing was sent, the money is free again. */
  release(booking: Booking, reason: string, atMs: number): Promise<readonly Balance[]>;
  /** What stands in each window now; a window nobody has asked for yet is summed from the rows. */
  balances(windows: readonly Window[]): Promise<readonly Balance[]>;
  /** Every id of a scope with anything in the stretch of time, largest first; kept from then on like any window. */
  balancesOf(scope: Window["scope"], span: { fromMs: number; toMs: number }, limit: number): Promise<readonly Balance[]>;
  /** What was spent on attempts reserved since then, all together; for the rate, so nothing is kept. */
  spentSince(fromMs: number): Promise<NanoUsd>;
  limits(): Promise<StoredLimits>;
  storeLimits(json: string): Promise<StoredLimits>;
  /** Settles what dead processes left behind at its estimate; says how many rows that were. */
  sweep(atMs: number): Promise<number>;
  /** True the first time a name is claimed by anyone, until it expires: alerts are raised once. */
  claim(name: string, expiresAtMs: number, atMs: number): Promise<boolean>;
  /** Grows or changes whenever another process has written; cheap enough to poll. */
  version(): Promise<number | string>;
  sums(by: readonly SummaryColumn[], days: { from?: string; to?: string }): Promise<readonly Sum[]>;
  /** Rows by when they were reserved, oldest first, in pages of at most `limit`; `after` is the last row's cursor. */
  rows(range: {
    fromMs?: number;
    toMs?: number;
    after?: string;
    limit: number;
  }): Promise<{ rows: readonly AttemptRow[]; next: string | null }>;
  /** The newest settled rows, newest first, for learning. */
  recent(limit: number): Promise<readonly AttemptRow[]>;
  /** The last answer of a conversation that came to its end; null when there is none. */
  lastAnswer(conversationId: string): Promise<LastAnswer | null>;
  /** All or nothing; each old figure is kept beside the new one. */
  reprice(repricings: readonly Repricing[]): Promise<number>;
  readonly shared: SharedTable;
  /** Told when the ledger goes away, comes back, or is another one than before; absent where that cannot happen. */
  onNotice?(listener: (message: string) => void): () => void;
  close(): Promise<void>;
}

export interface SharedTable {
  get(key: string, atMs: number): Promise<string | null>;
  set(entry: SharedEntry): Promise<void>;
  delete(key: string): Promise<void>;
  /** Every entry whose key begins with `prefix` and has not expired, by key. */
  list(prefix: string, atMs: number): Promise<readonly SharedEntry[]>;
}
