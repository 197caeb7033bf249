// What happens around the wallet's bookings: listeners are told, alerts raised once, settlements that failed tried again.
import type { NanoUsd } from "../../shared/money.ts";
import type { BudgetState } from "../../shared/spending.ts";
import { type Alert, burnAlarm, passedThresholds, RATE_WINDOW_MS, thresholdAlert, unlimitedBurnAlarm } from "./alerts.ts";
import type { BudgetChange } from "./budget.ts";
import { HEARTBEAT_MS } from "./ledger/holder.ts";
import type { Balance, Ledger } from "./ledger/ledger.ts";
import { type AppliedLimit, isSameWindow, stateOf } from "./limits.ts";

export interface WatchOptions {
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly pollMs: number;
  readonly status: () => Promise<{ budgets: BudgetState[]; todayNanoUsd: NanoUsd }>;
  /** Reads the shared limits anew. */
  readonly reload: () => Promise<unknown>;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

type Listener = (change: BudgetChange) => void;

const TELL_MS = 200;
const BURN_CHECK_MS = 20_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
const HOUR_MS = 3_600_000;

export class Watch {
  readonly #options: WatchOptions;
  readonly #listeners = new Set<Listener>();
  readonly #raised = new Set<string>();
  readonly #unwritten = new Set<() => Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isTelling = false;
  #rateSeenMs = Number.NEGATIVE_INFINITY;
  #version: number | string | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    const sweep = (): Promise<unknown> => options.ledger.sweep(options.now());
    this.#timers.add(setInterval(() => this.#guard("dead processes could not be looked for", sweep), HEARTBEAT_MS).unref());
    this.#timers.add(setInterval(() => this.#guard("others' spending could not be read", () => this.#poll()), options.pollMs).unref());
    this.#guard("dead processes could not be looked for", sweep);
    options.ledger.onNotice?.((message) => {
      options.log(message, {});
      this.#guard("listeners could not be told of the ledger", () => this.#tell({ percent: 0, message }));
    });
  }

  /** Something changed here: listeners hear of it, a few times a second at the most. */
  changed(): void {
    if (this.#listeners.size === 0 || this.#isTelling) return;
    this.#isTelling = true;
    this.#later(TELL_MS, () => {
      this.#isTelling = false;
      this.#guard("listeners could not be told of spending", () => this.#tell());
    });
  }

  /** Ends an attempt in the ledger and looks at what that means for its limits; a ledger that fails is tried again. */
  async finish(write: () => Promise<readonly Balance[]>, applied: readonly AppliedLimit[]): Promise<void> {
    const once = async (): Promise<void> => {
      const balances = await write();
      this.changed();
      this.#guard("limits could not be looked at", async () => {
        await this.#lookAtLimits(applied, balances);
        await this.#lookAtRate();
      });
    };
    try {
      await once();
    } catch (error) {
      this.#options.log("the end of an attempt could not be written down yet; it is tried again", { reason: reasonOf(error) });
      this.#retry(once, FIRST_RETRY_MS);
    }
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const left = [...this.#unwritten];
    this.#unwritten.clear();
    await Promise.allSettled(left.map((once) => once()));
    this.#listeners.clear();
  }

  async #tell(alert?: Alert): Promise<void> {
    if (this.#listeners.size === 0) return;
    const change = { ...(await this.#options.status()), ...(alert === undefined ? {} : { alert }) };
    for (const listener of this.#listeners) listener(change);
  }

  async #raise(name: string, expiresAtMs: number, alert: Alert): Promise<void> {
    if (this.#raised.has(name)) return;
    this.#raised.add(name);
    if (await this.#options.ledger.claim(name, expiresAtMs, this.#options.now())) await this.#tell(alert);
  }

  async #lookAtLimits(applied: readonly AppliedLimit[], balances: readonly Balance[]): Promise<void> {
    for (const { budget, limitNanoUsd, window } of applied) {
      const balance = balances.find((each) => isSameWindow(each, window));
      if (balance === undefined) continue;
      for (const percent of passedThresholds({ limitNanoUsd, spentNanoUsd: balance.spentNanoUsd })) {
        const name = ["alert", window.scope, window.id, window.fromMs, window.toMs, limitNanoUsd, budget.kind, percent].join("|");
        await this.#raise(name, window.toMs, thresholdAlert(stateOf(budget, balance), percent));
      }
    }
  }

  async #lookAtRate(): Promise<void> {
    const nowMs = this.#options.now();
    if (this.#listeners.size === 0 || Math.abs(nowMs - this.#rateSeenMs) < BURN_CHECK_MS) return;
    this.#rateSeenMs = nowMs;
    const spent = await this.#options.ledger.spentSince(nowMs - RATE_WINDOW_MS);
    const limits = (await this.#options.status()).budgets.filter((state) => state.scope === "all");
    const alarms = limits.map((state) => ({
      limit: [state.period, state.kind, state.limitNanoUsd].join(),
      alarm: burnAlarm(state, spent, nowMs),
    }));
    if (limits.length === 0) alarms.push({ limit: "none", alarm: unlimitedBurnAlarm(spent) });
    const hour = Math.floor(nowMs / HOUR_MS);
    for (const { limit, alarm } of alarms) if (alarm !== null) await this.#raise(`burn|${limit}|${hour}`, (hour + 1) * HOUR_MS, alarm);
  }

  async #poll(): Promise<void> {
    if (this.#listeners.size === 0) return;
    const version = await this.#options.ledger.version();
    if (version === this.#version) return;
    this.#version = version;
    await this.#options.reload();
    await this.#tell();
  }

  #retry(once: () => Promise<void>, delayMs: number): void {
    this.#unwritten.add(once);
    this.#later(delayMs, () => {
      if (!this.#unwritten.delete(once)) return;
      once().catch(() => this.#retry(once, Math.min(2 * delayMs, LONGEST_RETRY_MS)));
    });
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms).unref();
    this.#timers.add(timer);
  }

  #guard(what: string, run: () => Promise<unknown>): void {
    run().catch((error: unknown) => this.#options.log(what, { reason: reasonOf(error) }));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
