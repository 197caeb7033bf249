// What this process knows of the ledger file without reading it again: true until another process writes or a write is undone.
import type { StatementSync } from "node:sqlite";
import type { Balance } from "./ledger.ts";

/** The kept windows of one scope and id, those that were not over at `sinceMs`. */
export interface KeptWindows {
  readonly sinceMs: number;
  readonly balances: { -readonly [Key in keyof Balance]: Balance[Key] }[];
}

/** To be used inside a write transaction alone: only there does nobody else write in between. */
export interface Memory {
  /** By scope and id. */
  readonly windows: Map<string, KeptWindows>;
  limitsRevision: number | null;
  /** At the beginning of a transaction: forgets all when the file is not as this process left it. */
  refresh(): void;
  forget(): void;
}

/** Conversations come and go; what many of them spent is read again. */
const MOST_KEPT = 500;

/** Since Node 24 a row may come as a list, made in a third of the time of an object, whose names are made anew each time. */
interface Lister {
  get(): unknown;
  setReturnArrays?(enabled: boolean): void;
}

export function createMemory(prepare: (sql: string) => StatementSync): Memory {
  let versions: Lister | undefined;
  /** SQLite changes it with what other connections commit, and with nothing else. */
  const fileVersion = (): unknown => {
    if (versions === undefined) {
      versions = prepare("PRAGMA data_version -- as a list");
      versions.setReturnArrays?.(true);
    }
    const row: unknown = versions.get();
    return Array.isArray(row) ? row[0] : (row as { data_version?: unknown } | undefined)?.data_version;
  };
  const windows = new Map<string, KeptWindows>();
  let version: unknown = null;
  const memory: Memory = {
    windows,
    limitsRevision: null,
    refresh: () => {
      const now = fileVersion();
      if (now === version && windows.size <= MOST_KEPT) return;
      version = now;
      memory.forget();
    },
    forget: () => {
      windows.clear();
      memory.limitsRevision = null;
    },
  };
  return memory;
}
