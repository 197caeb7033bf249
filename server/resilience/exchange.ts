// Carries rests and rate-limit readings between the machine's sidecars through the shared store; a store that fails costs only freshness.
import type { Rest } from "./breaker.ts";
import type { RateShare } from "./rate-headers.ts";
import { type Scope, scopeFrom, scopeKey } from "./scope.ts";
import type { SharedStore } from "./shared-store.ts";

export interface ExchangeParts {
  readonly now: () => Date;
  readonly shared?: SharedStore;
  readonly log?: (message: string, details: Record<string, unknown>) => void;
}

export interface Learner {
  /** What another process learned; null: the rest is over. */
  rest(scope: Scope, rest: Rest | null): void;
  shares(scope: Scope, shares: readonly RateShare[]): void;
  /** After a round in which anything was learned. */
  learned(): void;
}

const REST = "health/";
const SHARES = "rate/";
/** A rest outlives its end by this, so that the probe's outcome finds it. */
const GRACE_MS = 120_000;
/** Readings of limits that are far from used up tell nobody anything. */
const WORTH_SHARING = 0.5;
const REFRESH_AT_MOST_EVERY_MS = 1_000;
const POLL_MS = 5_000;
/** A process nobody uses stops looking. */
const POLL_AFTER_USE_MS = 60_000;

export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #learner: Learner;
  /** Texts as they stand in the store, as far as this process knows: tells news from echoes, and a withdrawal from a delay. */
  readonly #known = new Map<string, string>();
  readonly #writing = new Set<string>();
  #refreshing: Promise<void> | null = null;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #usedAtMs = Number.NEGATIVE_INFINITY;
  #poll: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: ExchangeParts, learner: Learner) {
    this.#parts = parts;
    this.#learner = learner;
  }

  publishRest(scope: Scope, rest: Rest): void {
    this.#write(REST + scopeKey(scope), JSON.stringify(rest), rest.untilMs - this.#nowMs() + GRACE_MS);
  }

  withdrawRest(scope: Scope): void {
    this.#write(REST + scopeKey(scope), null, 0);
  }

  publishShares(scope: Scope, shares: readonly RateShare[]): void {
    if (Math.min(1, ...shares.map(({ share }) => share)) > WORTH_SHARING) return;
    const key = SHARES + scopeKey(scope);
    if (this.#writing.has(key)) return;
    this.#write(key, JSON.stringify(shares), Math.max(...shares.map(({ wholeAtMs }) => wholeAtMs)) - this.#nowMs());
  }

  async refresh(): Promise<void> {
    this.#usedAtMs = this.#nowMs();
    this.#startPolling();
    if (this.#nowMs() - this.#refreshedAtMs < REFRESH_AT_MOST_EVERY_MS) return;
    await this.#read();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
  }

  #nowMs(): number {
    return this.#parts.now().getTime();
  }

  #startPolling(): void {
    if (this.#poll || this.#closed || !this.#parts.shared) return;
    this.#poll = setInterval(() => {
      if (this.#nowMs() - this.#usedAtMs < POLL_AFTER_USE_MS || this.#known.size > 0) void this.#read();
      else {
        clearInterval(this.#poll);
        this.#poll = undefined;
      }
    }, POLL_MS);
    this.#poll.unref();
  }

  #read(): Promise<void> {
    this.#refreshing ??= this.#readNow().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #readNow(): Promise<void> {
    const store = this.#parts.shared;
    if (!store || this.#closed) return;
    this.#refreshedAtMs = this.#nowMs();
    const gone = new Set([...this.#known.keys()].filter((key) => !this.#writing.has(key)));
    try {
      const entries = [...(await store.list(REST)), ...(await store.list(SHARES))];
      for (const { key, value } of entries) {
        gone.delete(key);
        if (this.#known.get(key) !== value && !this.#writing.has(key)) this.#learn(key, value);
      }
      for (const key of gone) this.#learn(key, null);
      this.#learner.learned();
    } catch (error) {
      this.#parts.log?.("what other sidecars know of the providers' health could not be read", { error });
    }
  }

  #learn(key: string, value: string | null): void {
    const isRest = key.startsWith(REST);
    const scope = scopeFrom(key.slice(isRest ? REST.length : SHARES.length));
    if (value === null) this.#known.delete(key);
    else this.#known.set(key, value);
    if (!scope) return;
    if (isRest) {
      const rest = value === null ? null : readRest(value);
      if (rest || value === null) this.#learner.rest(scope, rest);
    } else if (value !== null) {
      this.#learner.shares(scope, readShares(value));
    }
  }

  /** Writes to one key follow each other; nobody waits for them. */
  #write(key: string, value: string | null, expiresInMs: number): void {
    const store = this.#parts.shared;
    if (!store || this.#closed || (value === null && !this.#known.has(key))) return;
    if (value === null) this.#known.delete(key);
    else this.#known.set(key, value);
    this.#writing.add(key);
    this.#startPolling();
    void (async () => {
      try {
        if (value === null) await store.delete(key);
        else await store.set(key, value, Math.max(1, expiresInMs));
      } catch (error) {
        this.#parts.log?.("a provider's health could not be shared with other sidecars", { error });
      } finally {
        this.#writing.delete(key);
      }
    })();
  }
}

function readRest(text: string): Rest | null {
  const value = readJson(text);
  if (!isRecord(value)) return null;
  const { untilMs, health, reason, times, probe } = value;
  if (typeof untilMs !== "number" || typeof reason !== "string" || typeof times !== "number") return null;
  if (health !== "resting" && health !== "keyRejected" && health !== "creditExhausted") return null;
  return { untilMs, health, reason, times, probe: probe !== false };
}

function readShares(text: string): RateShare[] {
  const value = readJson(text);
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown): RateShare[] => {
    if (!isRecord(entry)) return [];
    const { share, seenAtMs, wholeAtMs, refill } = entry;
    if (typeof share !== "number" || typeof seenAtMs !== "number" || typeof wholeAtMs !== "number") return [];
    return [{ share, seenAtMs, wholeAtMs, refill: refill === "continuous" ? "continuous" : "window" }];
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
