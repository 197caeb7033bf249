// One circuit: closed, open until a moment, then half open for a single probe; knows no vendor and starts no timer.
import { ConsecutiveBreaker } from "cockatiel";
import { exponentialMs } from "./backoff.ts";
import type { RestRule } from "./rest.ts";

export interface Rest {
  readonly untilMs: number;
  readonly health: RestRule["health"];
  readonly reason: string;
  /** How often in a row it had to rest: the next rest is longer. */
  readonly times: number;
  /** False: over as soon as the time has come. True: one probe must succeed first. */
  readonly probe: boolean;
}

export type CircuitView = { readonly state: "closed" } | { readonly state: "open" | "halfOpen" | "probing"; readonly rest: Rest };

/** A probe that never reported back is forgotten after this, so that a lost one cannot close a provider for ever. */
const PROBE_LOST_AFTER_MS = 120_000;

/** After so long without another rest the next one is short again. */
const FORGET_REST_AFTER_MS = 600_000;

export class Circuit {
  readonly #breakers = new Map<string, ConsecutiveBreaker>();
  #rest: Rest | null = null;
  #lastRest: Rest | null = null;
  #probeSinceMs: number | null = null;

  view(nowMs: number): CircuitView {
    const rest = this.#rest;
    if (!rest) return { state: "closed" };
    if (nowMs < rest.untilMs) return { state: "open", rest };
    if (!rest.probe) return { state: "closed" };
    const probing = this.#probeSinceMs !== null && nowMs - this.#probeSinceMs < PROBE_LOST_AFTER_MS;
    return { state: probing ? "probing" : "halfOpen", rest };
  }

  /** A request is on its way; in the half-open state it is the probe. */
  started(nowMs: number): void {
    if (this.view(nowMs).state === "halfOpen") this.#probeSinceMs = nowMs;
  }

  /** The request ended without a verdict (a stop): the next one may probe. */
  released(): void {
    this.#probeSinceMs = null;
  }

  /** Returns true when a rest ended. A rate limit is ended by its clock alone: this request began before it. */
  succeeded(nowMs: number): boolean {
    for (const breaker of this.#breakers.values()) breaker.success();
    this.#probeSinceMs = null;
    if (!this.#rest || (!this.#rest.probe && nowMs < this.#rest.untilMs)) return false;
    this.#rest = null;
    return true;
  }

  /** A person mended it: everything is forgotten. */
  reset(): void {
    this.#breakers.clear();
    this.#rest = null;
    this.#lastRest = null;
    this.#probeSinceMs = null;
  }

  /**
   * Opens, and returns the rest, when the rule's count is reached, when a probe fails, or at once when the vendor
   * named a time. Failures of requests that were under way when the rest began change nothing, unless a time was named.
   */
  failed(rule: RestRule, askedMs: number | null, nowMs: number): Rest | null {
    const tripped = this.#breaker(rule).failure();
    const stillOpen = this.#rest !== null && nowMs < this.#rest.untilMs;
    const probeFailed = this.#rest !== null && !stillOpen;
    if (askedMs === null && (stillOpen || !(tripped || probeFailed))) return null;
    const before = this.#lastRest;
    const recent = before !== null && nowMs - before.untilMs < FORGET_REST_AFTER_MS;
    const times = recent ? before.times + (stillOpen ? 0 : 1) : 1;
    const untilMs = nowMs + (askedMs ?? exponentialMs(times, rule.rest));
    const rest = { untilMs, health: rule.health, reason: rule.reason, times, probe: rule.probe };
    if (stillOpen && before && before.untilMs > untilMs) return null;
    this.adopt(rest);
    return rest;
  }

  /** What another process of this machine learned; null: its rest is over. */
  adopt(rest: Rest | null): void {
    this.#rest = rest;
    this.#probeSinceMs = null;
    if (rest) this.#lastRest = rest;
    else for (const breaker of this.#breakers.values()) breaker.success();
  }

  #breaker(rule: RestRule): ConsecutiveBreaker {
    const known = this.#breakers.get(rule.reason);
    if (known) return known;
    const breaker = new ConsecutiveBreaker(rule.failuresInARow);
    this.#breakers.set(rule.reason, breaker);
    return breaker;
  }
}
