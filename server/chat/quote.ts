// What a prompt would cost, said before it is sent: every candidate's median and worst case, both halves of a cascade included.
import type { ChatDraft, ResultOf } from "../../shared/protocol.ts";
import type { RouteDecision } from "../../shared/route.ts";
import { admit } from "./admit.ts";
import { cascadeFor } from "./cascade.ts";
import type { SpineParts } from "./parts.ts";
import { decide } from "./preview.ts";
import { warmthOf } from "./warmth.ts";

export async function quote(parts: SpineParts, given: ChatDraft): Promise<ResultOf<"chat/estimate">> {
  const draft = parts.plan.admit(admit(given));
  const warm = await warmthOf(parts, draft);
  const { decision } = decide(parts, draft, { warm });
  const candidates = decision.candidates.map((candidate) => {
    const model = parts.catalog.find(candidate.model);
    const priceDate = model ? (parts.pricing.versionOf(model, parts.now())?.date ?? null) : null;
    return { model: candidate.model, ...candidate.estimate, priceDate };
  });
  const steps = cascadeFor(parts, draft, warm)?.steps;
  const [chosen, ...others] = candidates;
  if (steps && chosen?.model === steps.escalateTo.model) {
    // Both tries together: what a cascade may cost, not what its cheaper half would.
    const sums = { p50NanoUsd: steps.p50NanoUsd, worstNanoUsd: steps.worstNanoUsd };
    return { ...quoted(decision, [{ ...chosen, ...sums }, ...others]), cascade: { tries: steps.try.model, because: steps.because } };
  }
  return quoted(decision, candidates);
}

function quoted(decision: RouteDecision, candidates: ResultOf<"chat/estimate">["candidates"]): ResultOf<"chat/estimate"> {
  return { tier: decision.tier, candidates, excluded: decision.excluded, inputTokens: candidates[0]?.inputTokens ?? 0 };
}
