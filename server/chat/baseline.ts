// The model that savings are counted against: the one the user would have pinned, else the dearest that was eligible; pure.
import type { ModelInfo } from "../../shared/model.ts";
import type { RouteDecision } from "../../shared/route.ts";

/** Undefined when the named model is unknown, or no candidate has a price. */
export function baselineOf(
  decision: RouteDecision,
  named: string | null,
  find: (id: string) => ModelInfo | undefined,
): ModelInfo | undefined {
  if (named !== null) return find(named);
  let dearest: { model: string; nanoUsd: number } | undefined;
  for (const { model, estimate } of decision.candidates) {
    if (estimate.p50NanoUsd !== null && estimate.p50NanoUsd > (dearest?.nanoUsd ?? 0)) dearest = { model, nanoUsd: estimate.p50NanoUsd };
  }
  return dearest === undefined ? undefined : find(dearest.model);
}
