// A team's ledger with a local one beside it: what to do while the server cannot be reached, and how that is put right afterwards.
import { Failure, isFailure } from "../../../shared/failure.ts";
import { formatUsd, nanoFromUsd } from "../../../shared/money.ts";
import type { Settings } from "../../../shared/settings.ts";
import type { AttemptOutcome } from "../budget.ts";
import type { AttemptRow, Balance, Booking, Ledger, Settlement, StoredLimits, Verdict, Window } from "./ledger.ts";
import type { SqliteLedger } from "./sqlite.ts";

export interface TeamOptions {
  readonly team: Ledger;
  /** Holds what could not be told to the team yet, the last limits known, and what machines share. */
  readonly local: SqliteLedger;
  readonly settings: () => Pick<Settings, "ledger.unreachable" | "ledger.allowanceUsd">;
  readonly now: () => number;
}

/** While the server is known to be away, steps do not wait for it again. */
const AWAY_MS = 10_000;
const FOR_EVER: Window = { scope: "all", id: "", fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const PAGE = 200;

export function createTeamLedger(options: TeamOptions): Ledger {
  return new TeamLedger(options);
}

class TeamLedger implements Ledger {
  readonly kind = "postgres";
  readonly notices: readonly string[] = [];
  readonly shared: Ledger["shared"];
  readonly #team: Ledger;
  readonly #local: SqliteLedger;
  readonly #options: TeamOptions;
  readonly #bookedHere = new Set<string>();
  readonly #listeners = new Set<(message: string) => void>();
  #awayUntilMs = Number.NEGATIVE_INFINITY;
  #isAway = false;

  constructor(options: TeamOptions) {
    this.#options = options;
    this.#team = options.team;
    this.#local = options.local;
    this.shared = options.local.shared;
  }

  async reserve(booking: Booking, signal: AbortSignal): Promise<Verdict> {
    if (!this.#mayUseAllowance()) return this.#ask((team) => team.reserve(booking, signal));
    if (!this.#isKnownAway()) {
      try {
        return await this.#ask((team) => team.reserve(booking, signal));
      } catch (error) {
        if (!isUnreachable(error)) throw error;
      }
    }
    return this.#reserveHere(booking, signal);
  }

  async #reserveHere(booking: Booking, signal: AbortSignal): Promise<Verdict> {
    const limitNanoUsd = nanoFromUsd(this.#options.settings()["ledger.allowanceUsd"]);
    const { revision } = await this.#local.limits();
    const ceilings = [...booking.ceilings, { window: FOR_EVER, limitNanoUsd }];
    const verdict = await this.#local.reserve({ ...booking, limitsRevision: revision, ceilings }, signal);
    if (verdict.outcome === "granted") this.#bookedHere.add(booking.intent.attemptId);
    if (verdict.outcome === "refused") refuseForAllowance(booking, verdict.balances.at(-1), limitNanoUsd);
    return verdict;
  }

  /** What cannot be told now is written down here and told later; money that was spent is never lost from the books. */
  async settle(settlement: Settlement): Promise<readonly Balance[]> {
    const id = settlement.booking.intent.attemptId;
    if (!this.#bookedHere.has(id) && !this.#isKnownAway()) {
      try {
        return await this.#ask((team) => team.settle(settlement));
      } catch (error) {
        if (!isUnreachable(error)) throw error;
      }
    }
    await this.#local.settle(settlement);
    this.#bookedHere.delete(id);
    return [];
  }

  async release(booking: Booking, reason: string, atMs: number): Promise<readonly Balance[]> {
    if (this.#bookedHere.delete(booking.intent.attemptId)) return this.#local.release(booking, reason, atMs);
    return this.#ask((team) => team.release(booking, reason, atMs));
  }

  async limits(): Promise<StoredLimits> {
    try {
      const stored = await this.#ask((team) => team.limits());
      if ((await this.#local.limits()).json !== stored.json) await this.#local.storeLimits(stored.json);
      return stored;
    } catch (error) {
      if (!isUnreachable(error) || !this.#mayUseAllowance()) throw error;
      return this.#local.limits();
    }
  }

  balances = (windows: readonly Window[]): Promise<readonly Balance[]> => this.#orHere((ledger) => ledger.balances(windows));
  balancesOf: Ledger["balancesOf"] = (scope, span, limit) => this.#orHere((ledger) => ledger.balancesOf(scope, span, limit));
  spentSince = (fromMs: number): Promise<number> => this.#orHere((ledger) => ledger.spentSince(fromMs));
  claim: Ledger["claim"] = (name, expiresAtMs, atMs) => this.#orHere((ledger) => ledger.claim(name, expiresAtMs, atMs));
  version = (): Promise<number | string> => this.#orHere((ledger) => ledger.version());
  storeLimits = (json: string): Promise<StoredLimits> => this.#ask((team) => team.storeLimits(json));
  sums: Ledger["sums"] = (by, days) => this.#ask((team) => team.sums(by, days));
  rows: Ledger["rows"] = (range) => this.#ask((team) => team.rows(range));
  recent: Ledger["recent"] = (limit) => this.#orHere((ledger) => ledger.recent(limit));
  lastAnswer: Ledger["lastAnswer"] = (conversationId) => this.#orHere((ledger) => ledger.lastAnswer(conversationId));
  reprice: Ledger["reprice"] = (repricings) => this.#ask((team) => team.reprice(repricings));

  /** Also the moment to tell the team what it missed. */
  async sweep(atMs: number): Promise<number> {
    const here = await this.#local.sweep(atMs);
    try {
      const there = await this.#ask((team) => team.sweep(atMs));
      await this.#tellTeam();
      return here + there;
    } catch (error) {
      // That it is away was said when it went; there is nothing to sweep there now.
      if (isUnreachable(error)) return here;
      throw error;
    }
  }

  onNotice(listener: (message: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (!this.#isKnownAway()) await this.#tellTeam().catch(() => undefined);
    await this.#team.close();
    await this.#local.close();
  }

  async #tellTeam(): Promise<void> {
    for (;;) {
      const { rows } = await this.#local.rows({ limit: PAGE });
      const ended = rows.filter((row) => row.state !== "reserved");
      if (ended.length === 0) return;
      for (const row of ended) {
        if (row.state !== "released") await this.#ask((team) => team.settle(settlementOf(row)));
        await this.#local.forget([row.attemptId]);
      }
    }
  }

  #mayUseAllowance(): boolean {
    return this.#options.settings()["ledger.unreachable"] === "allowance";
  }

  #isKnownAway(): boolean {
    return this.#isAway && performance.now() < this.#awayUntilMs;
  }

  async #orHere<Result>(step: (ledger: Ledger) => Promise<Result>): Promise<Result> {
    const mayStayHere = this.#mayUseAllowance();
    if (mayStayHere && this.#isKnownAway()) return step(this.#local);
    try {
      return await this.#ask(step);
    } catch (error) {
      if (!mayStayHere || !isUnreachable(error)) throw error;
      return step(this.#local);
    }
  }

  async #ask<Result>(step: (team: Ledger) => Promise<Result>): Promise<Result> {
    try {
      const result = await step(this.#team);
      if (this.#isAway) this.#say("The team ledger answers again; what was spent meanwhile is told to it.");
      this.#isAway = false;
      return result;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      const wasAway = this.#isAway;
      this.#isAway = true;
      this.#awayUntilMs = performance.now() + AWAY_MS;
      if (!wasAway) this.#say(this.#awayMessage());
      throw error;
    }
  }

  #awayMessage(): string {
    if (!this.#mayUseAllowance())
      return "The team ledger cannot be reached: nothing that costs money is sent until it answers (ledger.unreachable).";
    const allowance = formatUsd(nanoFromUsd(this.#options.settings()["ledger.allowanceUsd"]));
    return `The team ledger cannot be reached: up to ${allowance} may be spent on this machine until it answers (ledger.allowanceUsd).`;
  }

  #say(message: string): void {
    for (const listener of this.#listeners) listener(message);
  }
}

function isUnreachable(error: unknown): boolean {
  return isFailure(error) && error.kind === "ledgerUnavailable" && error.details.unreachable === true;
}

/** Throws when it is the allowance that stands in the way, and not a limit that people set. */
function refuseForAllowance(booking: Booking, balance: Balance | undefined, limitNanoUsd: number): void {
  if (balance === undefined) return;
  const { spentNanoUsd, reservedNanoUsd } = balance;
  const availableNanoUsd = Math.max(0, limitNanoUsd - spentNanoUsd - reservedNanoUsd);
  if (availableNanoUsd >= booking.leastNanoUsd) return;
  const { provider, model } = booking.intent;
  const figures = { limitNanoUsd, spentNanoUsd, reservedNanoUsd, availableNanoUsd, neededNanoUsd: booking.amountNanoUsd };
  throw new Failure(
    "budgetExceeded",
    `The team ledger cannot be reached, and of the ${formatUsd(limitNanoUsd)} that may be spent meanwhile only ${formatUsd(availableNanoUsd)} is left (ledger.allowanceUsd). Nothing was sent.`,
    { provider, model, scope: "all", ...figures, unreachable: true },
  );
}

/** A row that was kept here, as the settlement that the team should have seen. */
function settlementOf(row: AttemptRow): Settlement {
  const outcome: AttemptOutcome = {
    // "lost", for an attempt whose process died, is written by the ledgers alone and means no more than that.
    state: (row.outcome ?? "failed") as AttemptOutcome["state"],
    usage: row.usage,
    cost: row.cost ?? { nanoUsd: null, provenance: "unpriced", priceDate: null },
    rawUsage: row.rawUsage === null ? null : JSON.parse(row.rawUsage),
    baselineNanoUsd: row.baselineNanoUsd,
    firstTokenMs: row.firstTokenMs,
    ms: row.ms ?? 0,
    failureKind: row.failureKind ?? undefined,
    serviceTier: row.serviceTier ?? undefined,
  };
  return { booking: bookingOf(row), outcome, atMs: row.settledAtMs ?? row.reservedAtMs };
}

function bookingOf(row: AttemptRow): Booking {
  const { attemptId, chatId, editor, provider, model, worstNanoUsd, p50NanoUsd, priceVersion, images } = row;
  return {
    intent: {
      ...{ attemptId, chatId, editor, provider, model, worstNanoUsd, p50NanoUsd, priceVersion, images },
      conversationId: row.conversationId ?? undefined,
      workspace: row.workspace ?? undefined,
      // Written from an intent, so one of its words.
      purpose: row.purpose as Booking["intent"]["purpose"],
      priceDate: row.cost?.priceDate ?? null,
      chatLimitNanoUsd: null,
      baselineModel: row.baselineModel ?? undefined,
      needs: row.needs.split(" ").filter(Boolean) as NonNullable<Booking["intent"]["needs"]>,
      taskType: (row.taskType ?? undefined) as Booking["intent"]["taskType"],
      baseTokens: row.baseTokens ?? undefined,
    },
    amountNanoUsd: 0,
    leastNanoUsd: 0,
    ceilings: [],
    limitsRevision: 0,
    atMs: row.reservedAtMs,
    day: row.day,
  };
}
