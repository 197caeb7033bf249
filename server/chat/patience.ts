// When everyone who could answer rests: who is asked all the same, what is waited for, and what is refused with its time.
import { Failure } from "../../shared/failure.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import type { RouteDecision } from "../../shared/route.ts";
import { waitFor } from "../resilience/wait.ts";
import type { Caller, SpineParts } from "./parts.ts";
import { type Decided, decide } from "./preview.ts";
import { warmthOf } from "./warmth.ts";

/**
 * The decision, with at least one candidate. A rest of our own choosing never refuses a prompt that nobody else can
 * take; a vendor's own time is waited for within patience. Throws noCandidate with every reason otherwise.
 */
export async function decideOrWait(parts: SpineParts, draft: ChatDraft, caller: Caller): Promise<Decided> {
  const [warm] = await Promise.all([warmthOf(parts, draft), parts.health.refresh()]);
  const decided = decide(parts, draft, { warm });
  if (answers(decided.decision)) return decided;
  const asked = decide(parts, draft, { askResting: true, warm });
  if (answers(asked.decision)) return asked;
  const waitMs = msUntilFree(parts, decided.decision);
  if (waitMs === null || waitMs > parts.settings()["attempts.patienceMs"]) throw noCandidate(decided.decision, waitMs);
  const message = `every model that could answer is rate limited; trying again in ${Math.ceil(waitMs / 1000)} s`;
  await caller.emit({ type: "waiting", for: "retry", waitedMs: 0, retryAtMs: parts.now().getTime() + waitMs, message });
  await waitFor(waitMs, caller.signal);
  const again = decide(parts, draft, { askResting: true, warm });
  if (!answers(again.decision)) throw noCandidate(again.decision, msUntilFree(parts, again.decision));
  return again;
}

/** The embedded demo stands in for having no provider, not for one that rests. */
function answers(decision: RouteDecision): boolean {
  const resting = decision.excluded.some((exclusion) => exclusion.rule === "health");
  return decision.candidates.some((candidate) => !resting || !candidate.model.startsWith("demo/"));
}

/** Until the first of the resting ones is free; null when none rests. */
function msUntilFree(parts: SpineParts, decision: RouteDecision): number | null {
  const waits = decision.excluded.flatMap((exclusion) => {
    const model = exclusion.rule === "health" ? parts.catalog.find(exclusion.model) : undefined;
    if (!model) return [];
    const { restingUntil } = parts.health.stateOf(model.provider, model.id, parts.providers.keyNamesOf(model.provider));
    return restingUntil ? [Math.max(0, restingUntil.getTime() - parts.now().getTime())] : [];
  });
  return waits.length > 0 ? Math.min(...waits) : null;
}

/** Every reason, in the order in which a person can act on them. */
export function noCandidate(decision: RouteDecision, retryAfterMs: number | null): Failure {
  const [first, second] = decision.excluded;
  if (decision.pinned && first?.rule === "plan" && !second)
    return new Failure("planForbidden", `${first.model}: ${first.reason}.`, { model: first.model });
  const reasons = decision.excluded.slice(0, 5).map((exclusion) => `${exclusion.model}: ${exclusion.reason}`);
  const more = decision.excluded.length > 5 ? `; and ${decision.excluded.length - 5} more` : "";
  const message = `No model can take this prompt${reasons.length > 0 ? ` (${reasons.join("; ")}${more})` : ""}. Nothing was sent or charged.`;
  const wait = retryAfterMs === null ? {} : { retryAfterMs };
  return new Failure("noCandidate", message, { excluded: decision.excluded, tier: decision.tier, ...wait });
}
