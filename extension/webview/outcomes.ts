// What routing, attempts and costs are called in the reader's language, by the words that the sidecar has for them.
import type { FailureKind } from "../../shared/failure.ts";
import type { CostProvenance } from "../../shared/money.ts";
import type { Complexity, Policy } from "../../shared/route.ts";
import { t } from "./words.ts";

export function tierName(tier: Complexity): string {
  const names: Record<Complexity, string> = {
    simple: t("Simple"),
    moderate: t("Moderate"),
    complex: t("Complex"),
    advanced: t("Advanced"),
  };
  return names[tier];
}

export function policyName(policy: Policy): string {
  const names: Record<Policy, string> = { cheap: t("Cheap"), balanced: t("Balanced"), best: t("Best") };
  return names[policy];
}

/** What moved a score; a router of later may know more. */
export function partName(part: string): string {
  return named(
    { quality: t("quality"), price: t("price"), cache: t("cache"), policy: t("policy"), headroom: t("headroom"), warm: t("warm") },
    part,
  );
}

export function outcomeName(outcome: string): string {
  const ends = { ok: t("ok"), failed: t("failed"), cancelled: t("cancelled"), broken: t("broken"), cut: t("cut") };
  return named({ ...ends, reserved: t("reserved"), settled: t("settled"), released: t("released"), orphaned: t("orphaned") }, outcome);
}

/** What an attempt was for, beside answering. */
export function purposeName(purpose: string): string {
  return named({ cascade: t("first try"), summary: t("summary"), probe: t("test visit"), vision: t("vision") }, purpose);
}

export function provenanceName(provenance: CostProvenance): string {
  const names = { reported: t("reported"), computed: t("computed"), estimated: t("estimated"), unpriced: t("unpriced") };
  return names[provenance];
}

/** A failure in two or three words, where a sentence has no place. */
export function failureName(kind: string): string {
  const names: Record<FailureKind, string> = {
    invalidParams: t("not understood"),
    notInitialized: t("not started"),
    cancelled: t("cancelled"),
    keyMissing: t("no key set"),
    keyRejected: t("key refused"),
    planForbidden: t("not allowed"),
    budgetExceeded: t("limit reached"),
    noCandidate: t("no model fits"),
    contextOverflow: t("too long"),
    rateLimited: t("rate limited"),
    providerUnavailable: t("not reachable"),
    requestRefused: t("prompt refused"),
    outputInvalid: t("did not fit the schema"),
    stalled: t("stopped sending"),
    allFailed: t("all failed"),
    creditExhausted: t("no credit left"),
    modelNotFound: t("model unknown"),
    requestInvalid: t("not accepted"),
    ledgerUnavailable: t("ledger not writable"),
    internal: t("internal error"),
  };
  return named(names, kind);
}

function named(names: Readonly<Record<string, string>>, word: string): string {
  return names[word] ?? word;
}
