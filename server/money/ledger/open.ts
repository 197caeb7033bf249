// Opens the ledger that the environment and the settings name; the one place that knows both backends.
import { join } from "node:path";
import type { ProcessFacts } from "./holder.ts";
import type { Ledger } from "./ledger.ts";
import { openSqliteLedger } from "./sqlite.ts";

export interface LedgerOptions {
  /** The state folder; the file in it is shared by every sidecar of the user. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly facts: ProcessFacts;
  readonly now: () => number;
}

export const LEDGER_FILE = "ledger.sqlite";

export function openLedger(options: LedgerOptions): Promise<Ledger> {
  return openSqliteLedger({ path: join(options.folder, LEDGER_FILE), facts: options.facts, now: options.now });
}
