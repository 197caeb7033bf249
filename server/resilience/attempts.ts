// One attempt budget a chat: how many requests, how long, and what to do after each failure; no blind re-send.
import type { Failure, FailureKind, FailureRow } from "../../shared/failure.ts";
import { type BackoffRules, fullJitterMs } from "./backoff.ts";

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
  /** True when another key of the same provider does not rest: a rate limit is then answered with that key at once. */
  readonly moreKeys?: boolean;
}

export interface AttemptBudget {
  /** False when the count or the time is used up. */
  mayStart(): boolean;
  started(): void;
  readonly used: number;
  readonly deadline: Date | null;
  judge(attempt: FailedAttempt): Verdict;
}

/** Between two requests to the same model. Source: our choice, 2026-11-23; a person is waiting. */
const RETRY_BACKOFF: BackoffRules = { initialMs: 400, maxMs: 8_000 };

/** While others could answer, the same model gets one second chance, not all of them. */
const RETRIES_WITH_ALTERNATIVES = 1;

/** Without these a request is no longer the one that was asked for: a vendor that refuses them gets no second try. */
const NEVER_OMITTED: ReadonlySet<string> = new Set([
  ...["model", "stream", "messages", "input", "contents", "system", "instructions", "system_instruction", "systemInstruction"],
  ...["tools", "tool_choice", "toolConfig", "response_format", "text", "output_config", "format"],
]);

export function createAttemptBudget(rules: AttemptRules, now: () => number, random: () => number): AttemptBudget {
  return new Attempts(rules, now, random);
}

class Attempts implements AttemptBudget {
  readonly deadline: Date | null;
  readonly #rules: AttemptRules;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #retriesOf = new Map<string, number>();
  readonly #omitted = new Set<string>();
  #used = 0;

  constructor(rules: AttemptRules, now: () => number, random: () => number) {
    this.#rules = rules;
    this.#now = now;
    this.#random = random;
    this.deadline = rules.totalMs > 0 ? new Date(now() + rules.totalMs) : null;
  }

  get used(): number {
    return this.#used;
  }

  mayStart(): boolean {
    return this.#used < this.#rules.maxAttempts && this.#msLeft() > 0;
  }

  started(): void {
    this.#used += 1;
  }

  judge(attempt: FailedAttempt): Verdict {
    const { row } = attempt.failure;
    if (!this.mayStart()) return { action: "stop" };
    if (attempt.hadContent) return afterContent(row, attempt);
    const retry = this.#retry(row, attempt);
    if (retry) return retry;
    return mayTryNext(attempt.failure) !== "no" && attempt.moreCandidates ? { action: "next" } : { action: "stop" };
  }

  #retry(row: FailureRow, attempt: FailedAttempt): Verdict | null {
    switch (row.retrySame) {
      case "no":
      case "oneRepair": // The repair is a conversation of its own (chat/structured.ts), not the same request again.
        return null;
      case "withoutParameter":
        return this.#withoutParameter(attempt);
      case "afterRetryAfter":
        if (attempt.moreKeys) return { action: "retry", waitMs: 0 };
        return this.#afterWait(attempt);
      case "backoff":
        return attempt.mayHaveBeenAccepted ? null : this.#afterWait(attempt);
    }
  }

  #withoutParameter(attempt: FailedAttempt): Verdict | null {
    const parameter = attempt.failure.details.parameter;
    if (!parameter || NEVER_OMITTED.has(parameter.split(/[.[]/)[0] ?? "")) return null;
    const once = `${attempt.model} ${parameter}`;
    if (this.#omitted.has(once)) return null;
    this.#omitted.add(once);
    return { action: "retry", waitMs: 0, omitParameter: parameter };
  }

  #afterWait(attempt: FailedAttempt): Verdict | null {
    const retries = this.#retriesOf.get(attempt.model) ?? 0;
    if (attempt.moreCandidates && retries >= RETRIES_WITH_ALTERNATIVES) return null;
    const askedMs = attempt.failure.details.retryAfterMs ?? 0;
    if (askedMs > this.#rules.patienceMs) return null;
    const waitMs = askedMs + fullJitterMs(retries + 1, RETRY_BACKOFF, this.#random);
    if (waitMs >= this.#msLeft()) return null;
    this.#retriesOf.set(attempt.model, retries + 1);
    return { action: "retry", waitMs };
  }

  #msLeft(): number {
    return this.deadline ? this.deadline.getTime() - this.#now() : Number.POSITIVE_INFINITY;
  }
}

/** The table's word, but for a request that is wrong only for a model without the capability it needs: another has it. */
export function mayTryNext(failure: Failure): FailureRow["tryNext"] {
  return failure.details.lacks === undefined ? failure.row.tryNext : "yes";
}

/** A line that broke or fell silent says nothing against the model: where there is no other, it may continue its own answer. */
const MAY_CONTINUE_ITSELF: ReadonlySet<string> = new Set<FailureKind>(["providerUnavailable", "stalled"]);

export function mayContinueItself(failure: Failure): boolean {
  return MAY_CONTINUE_ITSELF.has(failure.kind);
}

/** Something was shown: the answer may be continued, but never silently begun again. */
function afterContent(row: FailureRow, attempt: FailedAttempt): Verdict {
  const someoneCan = attempt.moreCandidates || mayContinueItself(attempt.failure);
  return row.tryNext === "yes" && someoneCan ? { action: "resume" } : { action: "stop" };
}
