// The wallet: reserves before, settles after, and knows what stands against every limit; the ledger does the counting.
import type { BudgetLimit } from "../../shared/custom.ts";
import { isFailure } from "../../shared/failure.ts";
import type { NanoUsd } from "../../shared/money.ts";
import type { BudgetState } from "../../shared/spending.ts";
import type { Settings } from "../../shared/settings.ts";
import type { AttemptIntent, AttemptOutcome, Budget, BudgetChange, LimitHit, Reservation } from "./budget.ts";
import { type Calendar, calendarFor } from "./calendar.ts";
import type { Balance, Booking, Ledger, StoredLimits, Window } from "./ledger/ledger.ts";
import { type AppliedLimit, appliedLimits, checkLimits, isSameWindow, spanOf, stateOf } from "./limits.ts";
import { exceeded, unpricedRefused } from "./refusal.ts";
import { Watch } from "./watch.ts";

export interface BudgetOptions {
  readonly ledger: Ledger;
  /** Read at every use, so that a changed setting holds at once. */
  readonly settings: () => Pick<Settings, "budgets" | "budget.timeZone" | "budget.unpriced">;
  /** Milliseconds since 1970, as the wall clock shows them. */
  readonly now: () => number;
  /** The machine's own IANA zone or calendar, for when the setting is null. */
  readonly timeZone: string | Calendar;
  readonly log?: (message: string, details: Record<string, unknown>) => void;
  /** How often other processes' changes are looked for while someone listens. */
  readonly pollMs?: number;
}

export function createBudget(options: BudgetOptions): Budget {
  return new Wallet(options);
}

/** Ids listed for a limit that holds for each of them. */
const LISTED = 20;

class Wallet implements Budget {
  readonly #options: BudgetOptions;
  readonly #watch: Watch;
  #calendar: Calendar;
  #zoneAsked: string | null = null;
  #stored: StoredLimits | null = null;
  #storedBudgets: readonly BudgetLimit[] = [];

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#calendar = calendarFor(null, options.timeZone);
    this.#watch = new Watch({
      ledger: options.ledger,
      now: options.now,
      pollMs: options.pollMs ?? 1000,
      status: () => this.status(),
      reload: () => this.#reload(),
      log: options.log ?? (() => undefined),
    });
  }

  async reserve(intent: AttemptIntent, signal: AbortSignal): Promise<Reservation> {
    try {
      return await this.#reserve(intent, signal);
    } catch (error) {
      // A free model passes even when the ledger cannot be written; nothing else does.
      if (intent.worstNanoUsd !== 0 || !isFailure(error) || error.kind !== "ledgerUnavailable") throw error;
      this.#options.log?.("a free attempt could not be written down", { reason: error.message });
      return freeReservation(intent);
    }
  }

  async #reserve(intent: AttemptIntent, signal: AbortSignal): Promise<Reservation> {
    for (let swept = false; ; ) {
      const stored = this.#stored ?? (await this.#reload());
      const applied = this.#appliedTo(intent);
      if (intent.worstNanoUsd === null) this.#judgeUnpriced(intent, applied);
      const booking = this.#booking(intent, applied, stored);
      const verdict = await this.#options.ledger.reserve(booking, signal);
      if (verdict.outcome === "granted") return this.#granted(booking, applied, verdict.amountNanoUsd, verdict.balances);
      if (verdict.outcome === "stale") await this.#reload();
      else if (swept || (await this.#options.ledger.sweep(this.#options.now())) === 0)
        throw exceeded(intent, applied, verdict.balances, this.#calendar.timeZone);
      else swept = true;
    }
  }

  #booking(intent: AttemptIntent, applied: readonly AppliedLimit[], stored: StoredLimits): Booking {
    const atMs = this.#options.now();
    const amountNanoUsd = intent.worstNanoUsd ?? 0;
    const ask = intent.softLimits === "ask";
    const today = this.#today(atMs);
    return {
      intent,
      amountNanoUsd,
      leastNanoUsd: Math.min(amountNanoUsd, intent.leastNanoUsd ?? amountNanoUsd),
      ceilings: [
        ...applied.map(({ budget, limitNanoUsd, window }) => ({
          window,
          limitNanoUsd: intent.worstNanoUsd !== 0 && (budget.kind === "hard" || ask) ? limitNanoUsd : null,
        })),
        ...(applied.some(({ window }) => isSameWindow(window, today)) ? [] : [{ window: today, limitNanoUsd: null }]),
      ],
      limitsRevision: stored.revision,
      atMs,
      day: this.#calendar.dayOf(atMs),
    };
  }

  #judgeUnpriced(intent: AttemptIntent, applied: readonly AppliedLimit[]): void {
    const hard = applied.find(({ budget }) => budget.kind === "hard");
    if (hard !== undefined && this.#options.settings()["budget.unpriced"] === "refuse") throw unpricedRefused(intent, hard);
  }

  #granted(booking: Booking, applied: readonly AppliedLimit[], amount: NanoUsd, balances: readonly Balance[]): Reservation {
    const asks = applied.flatMap((limit, index): LimitHit[] => {
      const balance = balances[index];
      if (limit.budget.kind === "hard" || balance === undefined) return [];
      if (balance.spentNanoUsd + balance.reservedNanoUsd <= limit.limitNanoUsd) return [];
      return [{ ...stateOf(limit.budget, balance), neededNanoUsd: amount }];
    });
    const bound = applied.length > 0 && booking.intent.worstNanoUsd !== null && booking.intent.worstNanoUsd > 0;
    let ended = false;
    const end = (finish: () => Promise<readonly Balance[]>): Promise<void> => {
      if (ended) return Promise.resolve();
      ended = true;
      return this.#watch.finish(finish, applied);
    };
    const { ledger, now } = this.#options;
    this.#watch.changed();
    return {
      attemptId: booking.intent.attemptId,
      reservedNanoUsd: bound ? amount : null,
      asks,
      settle: (outcome: AttemptOutcome) => end(() => ledger.settle({ booking, outcome, atMs: now() })),
      release: (reason) => end(() => ledger.release(booking, reason, now())),
    };
  }

  async status(): Promise<{ budgets: BudgetState[]; todayNanoUsd: NanoUsd }> {
    const { ledger, now } = this.#options;
    if (this.#stored === null) await this.#reload();
    const nowMs = now();
    const [today] = await ledger.balances([this.#today(nowMs)]);
    const states = await Promise.all(this.#inForce().map((budget) => this.#statesOf(budget, nowMs)));
    return { budgets: states.flat(), todayNanoUsd: today?.spentNanoUsd ?? 0 };
  }

  /** One state for a limit on one thing; for a limit that holds for each, one for each that has spent. */
  async #statesOf(budget: BudgetLimit, nowMs: number): Promise<BudgetState[]> {
    const span = spanOf(budget, this.#calendar, nowMs);
    const nothing = { scope: budget.scope, id: "", ...span, spentNanoUsd: 0, reservedNanoUsd: 0 };
    if (budget.scope === "request") return [stateOf(budget, nothing)];
    const isEach = budget.id === undefined && budget.scope !== "all";
    const balances = isEach
      ? await this.#options.ledger.balancesOf(budget.scope, span, LISTED)
      : await this.#options.ledger.balances([{ scope: budget.scope, id: budget.id ?? "", ...span }]);
    return (balances.length === 0 ? [nothing] : balances).map((balance) => stateOf(budget, balance));
  }

  async limits(): Promise<{ budgets: BudgetLimit[]; stored: BudgetLimit[]; timeZone: string }> {
    await this.#reload();
    return { budgets: [...this.#inForce()], stored: [...this.#storedBudgets], timeZone: this.#zone().timeZone };
  }

  async setLimits(budgets: readonly BudgetLimit[]): Promise<BudgetLimit[]> {
    const checked = checkLimits(budgets);
    this.#remember(await this.#options.ledger.storeLimits(JSON.stringify(checked)));
    this.#watch.changed();
    return checked;
  }

  onChange(listener: (change: BudgetChange) => void): () => void {
    return this.#watch.listen(listener);
  }

  close(): Promise<void> {
    return this.#watch.close();
  }

  #inForce(): readonly BudgetLimit[] {
    return [...this.#storedBudgets, ...this.#options.settings().budgets];
  }

  #appliedTo(intent: AttemptIntent): AppliedLimit[] {
    return appliedLimits(this.#inForce(), intent, this.#zone(), this.#options.now());
  }

  #today(nowMs: number): Window {
    return { scope: "all", id: "", ...this.#zone().span("day", nowMs) };
  }

  /** A zone that no one knows is said once and replaced by the machine's. */
  #zone(): Calendar {
    const asked = this.#options.settings()["budget.timeZone"];
    if (asked === this.#zoneAsked) return this.#calendar;
    this.#zoneAsked = asked;
    this.#calendar = calendarFor(asked, this.#options.timeZone);
    if (asked !== null && this.#calendar.timeZone !== asked)
      this.#options.log?.("budget.timeZone is no IANA time zone; the machine's is used", { timeZone: this.#calendar.timeZone });
    return this.#calendar;
  }

  async #reload(): Promise<StoredLimits> {
    return this.#remember(await this.#options.ledger.limits());
  }

  #remember(stored: StoredLimits): StoredLimits {
    if (stored.revision !== this.#stored?.revision) {
      // What was stored went through checkLimits, here or in another process.
      this.#storedBudgets = JSON.parse(stored.json) as BudgetLimit[];
    }
    this.#stored = stored;
    return stored;
  }
}

/** For a free model while the ledger cannot be written: nothing is held, nothing is booked. */
function freeReservation(intent: AttemptIntent): Reservation {
  return {
    attemptId: intent.attemptId,
    reservedNanoUsd: null,
    asks: [],
    settle: () => Promise.resolve(),
    release: () => Promise.resolve(),
  };
}
