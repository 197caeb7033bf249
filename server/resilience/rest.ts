// Which failure makes whom rest, and for how long: one table; pure.
import type { Failure, FailureKind } from "../../shared/failure.ts";
import { unreachable } from "./acceptance.ts";
import type { BackoffRules } from "./backoff.ts";

/** Whom a failure speaks of. A rate limit holds for one key at one model; a refused key is bad for every model. */
export type RestScope = "provider" | "model" | "key" | "keyAtModel";

export interface RestRule {
  readonly scope: RestScope;
  /** So many in a row before the rest begins; a vendor that names a time rests at once. */
  readonly failuresInARow: number;
  readonly rest: BackoffRules;
  readonly health: "resting" | "keyRejected" | "creditExhausted";
  readonly reason: string;
  /** False where the vendor's own clock ends the rest; else a single probe must succeed first. */
  readonly probe: boolean;
}

const OUTAGE: BackoffRules = { initialMs: 5_000, maxMs: 120_000 };
/** Waiting does not mend these, a person does: the rest is short, so that a mended one is noticed. */
const UNTIL_MENDED: BackoffRules = { initialMs: 30_000, maxMs: 900_000 };

/** Sources: our choices, 2026-11-23. What is absent says nothing against the vendor's health. */
const RULES: Partial<Record<FailureKind, RestRule>> = {
  rateLimited: rule("keyAtModel", 1, OUTAGE, "rate limited", { probe: false }),
  keyRejected: rule("key", 1, UNTIL_MENDED, "the key was refused", { health: "keyRejected" }),
  creditExhausted: rule("key", 1, UNTIL_MENDED, "no credit left", { health: "creditExhausted" }),
  modelNotFound: rule("model", 1, UNTIL_MENDED, "the provider does not know it"),
  providerUnavailable: rule("model", 3, OUTAGE, "kept failing"),
  stalled: rule("model", 2, OUTAGE, "stopped answering"),
};

const UNREACHABLE: RestRule = rule("provider", 3, OUTAGE, "could not be reached");

function rule(scope: RestScope, failuresInARow: number, rest: BackoffRules, reason: string, more: Partial<RestRule> = {}): RestRule {
  return { scope, failuresInARow, rest, reason, health: "resting", probe: true, ...more };
}

export function restRule(failure: Failure): RestRule | null {
  if (failure.kind === "providerUnavailable" && unreachable(failure)) return UNREACHABLE;
  return RULES[failure.kind] ?? null;
}

/** Kinds that prove nothing either way: the vendor was not asked, or was not allowed to finish. */
const SAYS_NOTHING: ReadonlySet<FailureKind> = new Set<FailureKind>([
  "cancelled",
  "budgetExceeded",
  "keyMissing",
  "planForbidden",
  "noCandidate",
  "invalidParams",
  "notInitialized",
  "internal",
]);

/** True when the failure shows that the vendor is there and answers: a refused prompt is a working vendor. */
export function provesAlive(failure: Failure): boolean {
  return restRule(failure) === null && !SAYS_NOTHING.has(failure.kind);
}
