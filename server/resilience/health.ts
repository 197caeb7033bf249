// Who is resting and until when, per provider, model and key; never sends anything itself.
import type { Failure } from "../../shared/failure.ts";

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
}

export interface Health {
  /** What routing sees: the provider and this model, with the best of its keys. */
  stateOf(provider: string, model: string, keys: readonly string[]): HealthState;
  /** The first key that does not rest, or null. */
  pickKey(provider: string, keys: readonly string[]): string | null;
  succeeded(target: Target): void;
  failed(target: Target, failure: Failure): void;
  /** Rate-limit headers of any response, good or bad. */
  sawResponse(target: Target, status: number, headers: Headers): void;
  onChange(listener: (change: { provider: string; model?: string; state: HealthState }) => void): () => void;
  close(): void;
}
