// How many chats run and how many wait: past both, a clear failure instead of a slow collapse; knows nothing of what runs.
import { Failure } from "../../shared/failure.ts";

export interface GateRules {
  readonly running: number;
  readonly waiting: number;
}

export interface Gate {
  /**
   * Resolves with the way out, to be called once. `onWait` hears how many are ahead when there is a wait. Rejects as
   * "cancelled" when the signal aborts in the queue, and at once when the queue is full.
   */
  enter(signal: AbortSignal, onWait: (ahead: number) => void): Promise<() => void>;
}

export function createGate(rules: GateRules): Gate {
  return new Turnstile(rules);
}

class Turnstile implements Gate {
  readonly #rules: GateRules;
  readonly #queue = new Set<() => void>();
  #running = 0;

  constructor(rules: GateRules) {
    this.#rules = rules;
  }

  enter(signal: AbortSignal, onWait: (ahead: number) => void): Promise<() => void> {
    if (this.#running < this.#rules.running) {
      this.#running += 1;
      return Promise.resolve(this.#wayOut());
    }
    if (this.#queue.size >= this.#rules.waiting) return Promise.reject(this.#overload());
    if (signal.aborted) return Promise.reject(cancelled(signal));
    onWait(this.#queue.size);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.delete(admit);
        reject(cancelled(signal));
      };
      const admit = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve(this.#wayOut());
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#queue.add(admit);
    });
  }

  /** The place goes straight to the first who waits. */
  #wayOut(): () => void {
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      const [next] = this.#queue;
      if (next) {
        this.#queue.delete(next);
        next();
      } else this.#running -= 1;
    };
  }

  #overload(): Failure {
    const { running, waiting } = this.#rules;
    const message = `${running} chats are running and ${waiting} are waiting already. Wait for some to end; nothing was sent or charged.`;
    return new Failure("providerUnavailable", message, { overloaded: true, running, waiting });
  }
}

function cancelled(signal: AbortSignal): Failure {
  return new Failure("cancelled", undefined, {}, { cause: signal.reason });
}
