// What all sidecars of the machine know together, kept in the ledger: small texts that expire; no prompt and no key.
import type { SharedTable } from "./ledger.ts";

/** The shape that the resilience room asks for; expiry counts from now. */
export interface SharedStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, expiresInMs: number): Promise<void>;
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: string }[]>;
  delete(key: string): Promise<void>;
}

export function createSharedStore(table: SharedTable, now: () => number): SharedStore {
  return {
    get: (key) => table.get(key, now()),
    set: (key, value, expiresInMs) => table.set({ key, value, expiresAtMs: now() + expiresInMs }),
    list: (prefix) => table.list(prefix, now()),
    delete: (key) => table.delete(key),
  };
}
