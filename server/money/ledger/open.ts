// Opens the ledger that the environment names, and never throws: a ledger that cannot be opened says so at every step.
import { join } from "node:path";
import { isFailure } from "../../../shared/failure.ts";
import type { Settings } from "../../../shared/settings.ts";
import type { ProcessFacts } from "./holder.ts";
import type { Ledger } from "./ledger.ts";
import { openSqliteLedger } from "./sqlite.ts";
import { createUnavailableLedger } from "./unavailable.ts";

export interface LedgerOptions {
  /** The state folder; the file in it is shared by every sidecar of the user. */
  readonly folder: string;
  /** LATCHKEY_LEDGER=postgres://… names a team's ledger instead. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly facts: ProcessFacts;
  readonly now: () => number;
  /** What holds while a team's ledger cannot be reached; absent: nothing is spent. */
  readonly settings?: () => Pick<Settings, "ledger.unreachable" | "ledger.allowanceUsd">;
  readonly log?: (message: string, details: Record<string, unknown>) => void;
  /** How long a team's server is waited for. */
  readonly patienceMs?: number;
}

export const LEDGER_FILE = "ledger.sqlite";
/** Beside a team's ledger: what it could not be told yet. */
export const LOCAL_FILE = "ledger-local.sqlite";

export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const url = options.env.LATCHKEY_LEDGER?.trim() ?? "";
  try {
    if (url === "") return await openFileIn(options, LEDGER_FILE);
    if (/^postgres(ql)?:\/\//.test(url)) return await openTeam(options, url);
    return createUnavailableLedger(
      "LATCHKEY_LEDGER must begin with postgres://, or be absent for the ledger file; nothing was sent or charged.",
    );
  } catch (error) {
    if (!isFailure(error) || error.kind !== "ledgerUnavailable") throw error;
    return createUnavailableLedger(error.message);
  }
}

function openFileIn({ folder, facts, now }: LedgerOptions, name: string) {
  return openSqliteLedger({ path: join(folder, name), facts, now });
}

async function openTeam(options: LedgerOptions, url: string): Promise<Ledger> {
  const [{ openPostgresLedger }, { createTeamLedger }] = await Promise.all([import("./postgres-ledger.ts"), import("./team.ts")]);
  const { facts, now, log, patienceMs } = options;
  return createTeamLedger({
    team: openPostgresLedger({ url, facts, log, patienceMs }),
    local: await openFileIn(options, LOCAL_FILE),
    settings: options.settings ?? (() => ({ "ledger.unreachable": "refuse", "ledger.allowanceUsd": 0 })),
    now,
  });
}
