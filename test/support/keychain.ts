// A keychain in memory, or none: what a test hands in where the system's own would be asked.
import { Failure } from "../../shared/failure.ts";
import { Secret } from "../../server/keys/secret.ts";
import type { Keychain } from "../../server/keys/sources/keychain.ts";

export function memoryKeychain(state: "present" | "absent"): Keychain & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  const absent = "This machine has no keychain that answers (a test).";
  return {
    entries,
    unavailable: async () => (state === "absent" ? absent : null),
    async get(account) {
      const value = entries.get(account);
      return value === undefined ? null : new Secret(value);
    },
    async set(account, secret) {
      if (state === "absent") throw new Failure("invalidParams", absent);
      entries.set(account, secret);
    },
    delete: async (account) => entries.delete(account),
  };
}
