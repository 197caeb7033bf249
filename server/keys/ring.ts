// Keys in memory, bound to their origins; the only room that holds a secret, and it never prints one.
import type { KeyInfo } from "../../shared/protocol.ts";
import type { Secret } from "./secret.ts";

/** A key that may be sent to `origins` and nowhere else. */
export interface KeyRecord {
  readonly provider: string;
  readonly name: string;
  readonly source: KeyInfo["source"];
  readonly origins: readonly string[];
  readonly secret: Secret;
}

export interface KeyRing {
  /** The keys of a provider in order of use: the first that does not rest is taken. */
  keysOf(provider: string): readonly KeyRecord[];
  has(provider: string): boolean;
  list(): KeyInfo[];
  set(
    provider: string,
    secret: string,
    options: { name?: string; persist?: false | "vault" | "keychain" },
  ): Promise<{ source: KeyInfo["source"]; origin: string; last4: string; warning?: string }>;
  delete(provider: string, name?: string): Promise<{ deleted: number; remaining: KeyInfo[] }>;
  /** Grows with every change. */
  readonly revision: number;
}
