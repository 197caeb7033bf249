// A sleep that a stop ends at once and that leaves no timer or listener behind.
import { Failure } from "../../shared/failure.ts";

/** Node's longest timer; a longer wait is cut to it rather than becoming one of 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Resolves after `ms`; rejects with Failure "cancelled" as soon as `signal` aborts. */
export function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(cancelled(signal));
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(cancelled(signal));
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      },
      Math.min(Math.max(0, ms), LONGEST_TIMER_MS),
    );
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

function cancelled(signal: AbortSignal): Failure {
  return new Failure("cancelled", undefined, {}, { cause: signal.reason });
}
