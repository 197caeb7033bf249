// How long to wait before asking again: exponential with full jitter; never sleeps itself.
import { ExponentialBackoff, type IExponentialBackoffOptions, noJitterGenerator } from "cockatiel";

export interface BackoffRules {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** The delay before retry number `attempt` (from 1): anywhere from 0 to the exponential bound, so that many clients spread out. */
export function fullJitterMs(attempt: number, rules: BackoffRules, random: () => number): number {
  return Math.floor(random() * exponentialMs(attempt, rules));
}

/** initial, twice that, four times that … up to the maximum. */
export function exponentialMs(attempt: number, rules: BackoffRules): number {
  const options: IExponentialBackoffOptions<number> = {
    generator: noJitterGenerator,
    initialDelay: rules.initialMs,
    maxDelay: rules.maxMs,
    exponent: 2,
  };
  let backoff = new ExponentialBackoff(options).next();
  for (let step = 1; step < attempt; step += 1) backoff = backoff.next(undefined);
  return backoff.duration;
}
