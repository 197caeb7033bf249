// The port to the keys: in memory, each bound to its origins; what it hands out can be used but not printed.
import type { KeyInfo } from "../../shared/provider.ts";
import type { KnownKey } from "./known-key.ts";
import type { Scrubber } from "./scrub.ts";
import type { Secret } from "./secret.ts";

/** A key that may be sent to `origins` and nowhere else. */
export interface KeyRecord {
  readonly provider: string;
  readonly name: string;
  readonly source: KeyInfo["source"];
  readonly origins: readonly string[];
  readonly secret: Secret;
}

export interface SetKeyOptions {
  readonly name?: string | undefined;
  /** False or absent: for this process only. */
  readonly persist?: false | "vault" | "keychain" | undefined;
  /** Where the key may go, when whoever kept it knows; else where the settings point now. */
  readonly origin?: string | undefined;
}

/**
 * A leased key is used before one from the environment, that before one from a key command, then the system keychain,
 * then the vault file; keys of one source stand in for each other, keys of a later source do not.
 */
export interface KeyRing {
  /** Settles once stored keys are read; later cheap, and takes over what another process changed. Await it before routing. Never throws. */
  ready(): Promise<void>;
  /** The keys of a provider in order of use: the first that does not rest is taken. A key command that was not run yet gives none: see keysFor. */
  keysOf(provider: string): readonly KeyRecord[];
  /** As keysOf, and runs the provider's key command when that is its source; throws keyMissing with the reasons when there is none. */
  keysFor(provider: string, signal?: AbortSignal): Promise<readonly KeyRecord[]>;
  /** Whether a key can be had, also from a command that was not run yet. */
  has(provider: string): boolean;
  list(): KeyInfo[];
  set(
    provider: string,
    secret: string,
    options: SetKeyOptions,
  ): Promise<{ source: KeyInfo["source"]; origin: string; last4: string; warning?: string }>;
  delete(provider: string, name?: string): Promise<{ deleted: number; remaining: KeyInfo[] }>;
  /** The vendor refused the key in use: a key command is asked again next time. */
  refused(provider: string): void;
  /** Every key of a provider in the documented order, each with why it is not used, if so. */
  known(provider: string): readonly KnownKey[];
  /** Grows with every change. */
  readonly revision: number;
  /** Takes every key that this ring has seen out of a text: for logs, errors and whatever a vendor wrote. */
  readonly scrubber: Scrubber;
}
