// Why the first candidate is first, in one sentence for people; pure.
import { formatUsd } from "../../shared/money.ts";
import type { Candidate, Complexity, Exclusion, Policy, RouteDecision } from "../../shared/route.ts";
import type { Ranked } from "./rank.ts";

export interface Explained {
  readonly level: Complexity;
  readonly policy: Policy;
  readonly skill: string;
  readonly pinned: string | undefined;
  readonly shortened: boolean;
}

const GOAL: Readonly<Record<Policy, string>> = {
  cheap: "the least cost among those that are good enough",
  balanced: "the most quality for its price",
  best: "the highest quality",
};

function costOf({ estimate }: Candidate): string {
  return estimate.p50NanoUsd === null ? "at an unknown price" : `for about ${formatUsd(estimate.p50NanoUsd)}`;
}

function warmLine({ estimate }: Candidate): string {
  const share = Math.round((estimate.cachedShare ?? 0) * 100);
  return share === 0 ? "" : ` Its prompt cache is warm: about ${share} % of the prompt is read from it.`;
}

export function because(ranked: Ranked, excluded: readonly Exclusion[], how: Explained): string {
  const [first, second] = ranked.candidates;
  if (!first) return nothing(excluded);
  if (how.pinned) return `${first.model} was asked for by name; it answers ${costOf(first)}.${warmLine(first)}`;
  if (first.model.startsWith("demo/"))
    return "No provider can be used, so the demonstration answers: no model is called. Set a key or start a local server.";
  const shortened = how.shortened ? " The conversation is shortened to fit its window." : "";
  if (ranked.degraded)
    return `${first.model} is first in the static order for ${how.level} prompts: no price or no score is known of those that can be used.${shortened}`;
  const quality = first.parts.quality;
  if (quality === undefined)
    return `${first.model} answers ${costOf(first)}; no quality score is published of any that can be used, so the price decides.${shortened}`;
  const reaches = quality >= ranked.floor;
  const floor = ranked.floor > 0 && reaches ? `, above the least of ${ranked.floor} for ${how.level} prompts` : ` for ${how.level} prompts`;
  const lowered = reaches ? "" : ` No model that can be used reaches ${ranked.floor}, the least for ${how.level} prompts.`;
  const rival =
    second?.parts.quality === undefined
      ? ""
      : `; next is ${second.model} (${second.parts.quality}, ${formatUsd(second.estimate.p50NanoUsd)})`;
  return `${first.model} has ${GOAL[how.policy]}: ${how.skill} quality ${quality}${floor}, ${costOf(first)}${rival}.${lowered}${warmLine(first)}${shortened}`;
}

function nothing(excluded: readonly Exclusion[]): string {
  const count = excluded.length;
  return count === 0 ? "No model is known." : `None of the models can take this prompt; each of the ${count} exclusions has its reason.`;
}

const MOST_CANDIDATES = 16;

/** What travels with every answer: a key for a reseller alone brings four hundred candidates that nobody reads. */
export function brief(decision: RouteDecision): RouteDecision {
  const more = decision.candidates.length - MOST_CANDIDATES;
  return more <= 0 ? decision : { ...decision, candidates: decision.candidates.slice(0, MOST_CANDIDATES), moreCandidates: more };
}
