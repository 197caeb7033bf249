// The ledger when there is none: says why at every step, so that nothing that costs money is sent and free models still answer.
import { Failure } from "../../../shared/failure.ts";
import type { Ledger } from "./ledger.ts";

export function createUnavailableLedger(reason: string): Ledger {
  const refuse = (): Promise<never> => Promise.reject(new Failure("ledgerUnavailable", reason));
  return {
    kind: "sqlite",
    notices: [reason],
    reserve: refuse,
    settle: refuse,
    release: refuse,
    balances: refuse,
    balancesOf: refuse,
    spentSince: refuse,
    limits: refuse,
    storeLimits: refuse,
    sweep: async () => 0,
    claim: refuse,
    version: async () => 0,
    sums: refuse,
    rows: refuse,
    recent: async () => [],
    lastAnswer: async () => null,
    reprice: refuse,
    shared: { get: async () => null, set: async () => undefined, delete: async () => undefined, list: async () => [] },
    close: async () => undefined,
  };
}
