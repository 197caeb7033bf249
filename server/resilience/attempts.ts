// One attempt budget a chat: how many requests, how long, and what to do after each failure; no blind re-send.
import type { Failure } from "../../shared/failure.ts";

export interface AttemptRules {
  readonly maxAttempts: number;
  /** All attempts and waits together; 0 means no limit. */
  readonly totalMs: number;
  /** The longest Retry-After that is waited for. */
  readonly patienceMs: number;
}

/** What the spine does next. `waitMs` is slept abortably before a retry. */
export type Verdict =
  | { readonly action: "retry"; readonly waitMs: number; readonly omitParameter?: string }
  | { readonly action: "next" }
  | { readonly action: "resume" }
  | { readonly action: "stop" };

export interface FailedAttempt {
  readonly failure: Failure;
  readonly model: string;
  /** True when anything was shown to the caller: nothing may be silently repeated then. */
  readonly hadContent: boolean;
  /** True when the vendor may have accepted the request (bytes were sent): it may have been billed. */
  readonly mayHaveBeenAccepted: boolean;
  readonly moreCandidates: boolean;
}

export interface AttemptBudget {
  /** False when the count or the time is used up. */
  mayStart(): boolean;
  started(): void;
  readonly used: number;
  readonly deadline: Date | null;
  judge(attempt: FailedAttempt): Verdict;
}
