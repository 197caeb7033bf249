// Who is resting and until when, per provider, model and key; never sends anything itself.
import type { Failure } from "../../shared/failure.ts";
import type { SharedStore } from "./shared-store.ts";
import { HealthBoard } from "./board.ts";

export interface Target {
  readonly provider: string;
  /** Full id, "provider/model". */
  readonly model: string;
  /** The key's name within its provider; "" when none is needed. */
  readonly key: string;
}

export interface HealthState {
  readonly health: "ok" | "resting" | "probing" | "keyRejected" | "creditExhausted";
  readonly restingUntil?: Date;
  /** For people: "rate limited until 14:03:20". */
  readonly reason?: string;
  /** 0 to 1: the smallest share of a vendor's rate limit that is left; 1 when unknown. */
  readonly headroom: number;
  /** Resting by our own choice: it may be asked when nobody else can answer. A vendor's own time is never cut short. */
  readonly mayProbe?: boolean;
}

export interface HealthChange {
  readonly provider: string;
  readonly model?: string;
  readonly state: HealthState;
}

export interface Health {
  /** What routing sees: the provider and this model, with the best of its keys; model "" sums up the provider for people. */
  stateOf(provider: string, model: string, keys: readonly string[]): HealthState;
  /** The first key that does not rest (at this model, when one is given), or null. */
  pickKey(provider: string, keys: readonly string[], model?: string): string | null;
  /** A request is about to be sent; after a rest it is the one probe that others wait for. */
  started(target: Target): void;
  succeeded(target: Target): void;
  failed(target: Target, failure: Failure): void;
  /** Rate-limit headers of any response, good or bad. */
  sawResponse(target: Target, status: number, headers: Headers): void;
  /** A person mended something (a new key, a successful test): rests of this provider end; `key` narrows it to one. */
  reset(provider: string, key?: string): void;
  /** Learns what other processes of this machine wrote; cheap when called often. */
  refresh(): Promise<void>;
  onChange(listener: (change: HealthChange) => void): () => void;
  close(): void;
}

export interface HealthParts {
  readonly now: () => Date;
  /** What all sidecars of the machine share; without it each knows only what it saw itself. */
  readonly shared?: SharedStore;
  readonly log?: (message: string, details: Record<string, unknown>) => void;
}

export function createHealth(parts: HealthParts): Health {
  return new HealthBoard(parts);
}
