// A real ledger in a folder of its own, and attempts to book in it; for tests of money.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cost, NO_USAGE } from "../../shared/money.ts";
import { readSettings } from "../../shared/settings.ts";
import type { AttemptIntent, AttemptOutcome, Budget } from "../../server/money/budget.ts";
import type { ProcessFacts } from "../../server/money/ledger/holder.ts";
import type { Ledger } from "../../server/money/ledger/ledger.ts";
import { openLedger } from "../../server/money/ledger/open.ts";
import { createBudget } from "../../server/money/wallet.ts";

export const USD = 1_000_000_000;

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const facts: ProcessFacts = { pid: process.pid, isAlive };

export interface Till {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly budget: Budget;
  readonly clock: { ms: number };
  readonly said: string[];
}

export const NOON = Date.parse("2026-11-23T12:00:00Z");

/** A wallet over a new SQLite ledger; `clock.ms` is what time it is. */
export async function openTill(
  settings: Record<string, unknown> = {},
  more: { folder?: string; ms?: number; facts?: ProcessFacts } = {},
): Promise<Till> {
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), "latchkey-money-"));
  const clock = { ms: more.ms ?? NOON };
  const said: string[] = [];
  const ledger = await openLedger({ folder, env: {}, facts: more.facts ?? facts, now: () => clock.ms });
  const read = readSettings({ "budget.timeZone": "UTC", ...settings });
  if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems));
  const budget = createBudget({
    ledger,
    settings: () => read.settings,
    now: () => clock.ms,
    timeZone: "UTC",
    log: (message, details) => said.push(`${message} ${JSON.stringify(details)}`),
    pollMs: 20,
  });
  return { folder, ledger, budget, clock, said };
}

export async function closeTill(till: Till, keep = false): Promise<void> {
  await till.budget.close();
  await till.ledger.close();
  if (!keep) rmSync(till.folder, { recursive: true, force: true });
}

let count = 0;

export function intent(worstNanoUsd: number | null, more: Partial<AttemptIntent> = {}): AttemptIntent {
  count++;
  return {
    attemptId: `attempt-${process.pid}-${count}`,
    chatId: `chat-${process.pid}-${count}`,
    workspace: "/home/me/project",
    editor: "test",
    provider: "openai",
    model: "openai/gpt-5",
    purpose: "chat",
    worstNanoUsd,
    p50NanoUsd: worstNanoUsd === null ? null : Math.floor(worstNanoUsd / 4),
    priceVersion: worstNanoUsd === null ? null : "v1",
    priceDate: "2026-11-01",
    chatLimitNanoUsd: null,
    ...more,
  };
}

export function outcome(nanoUsd: number | null, more: Partial<AttemptOutcome> = {}): AttemptOutcome {
  const cost: Cost = { nanoUsd, provenance: nanoUsd === null ? "unpriced" : "computed", priceDate: "2026-11-01" };
  return {
    state: "ok",
    usage: { ...NO_USAGE, inputTokens: 1000, outputTokens: 200 },
    cost,
    rawUsage: { prompt_tokens: 1000, completion_tokens: 200 },
    firstTokenMs: 12,
    ms: 345,
    ...more,
  };
}

export const never = new AbortController().signal;
