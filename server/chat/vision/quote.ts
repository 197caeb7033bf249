// Quotes and previews of prompts with images: the way that would be taken, with the cost of the descriptions in it; sends nothing.
import type { NanoUsd } from "../../../shared/money.ts";
import type { ChatDraft, ResultOf } from "../../../shared/protocol.ts";
import type { RouteDecision } from "../../../shared/route.ts";
import { admit } from "../admit.ts";
import { preview } from "../preview.ts";
import { quote } from "../quote.ts";
import type { DescribeParts } from "./describe.ts";
import { hasImage, inWords, planSight } from "./plan.ts";

export async function quoteSighted(parts: DescribeParts, given: ChatDraft): Promise<ResultOf<"chat/estimate">> {
  const { spine } = parts;
  if (!hasImage(given.messages)) return quote(spine, given);
  const draft = spine.plan.admit(admit(given));
  const plan = await planSight(parts, draft);
  if (plan === null) return quote(spine, given);
  const { vision } = plan;
  if (vision.way === "single") {
    const quoted = await quote(spine, given);
    return { ...quoted, ...(quoted.candidates.length === 0 ? { excluded: plan.decision.excluded } : {}), vision };
  }
  const words = inWords(draft, plan.pictures, plan.kept);
  const quoted = await quote(spine, { ...given, messages: words, cascade: false });
  const [first, ...others] = quoted.candidates;
  if (!first) return { ...quoted, vision };
  const { lookBacks = 0, lookBackWorstNanoUsd = null } = vision;
  // At the worst it asks back as often as it may, and is asked again each time.
  const again = times(lookBacks, sum(first.worstNanoUsd, lookBackWorstNanoUsd));
  const both = {
    p50NanoUsd: sum(first.p50NanoUsd, vision.p50NanoUsd),
    worstNanoUsd: sum(sum(first.worstNanoUsd, vision.worstNanoUsd), again),
  };
  return { ...quoted, candidates: [{ ...first, ...both }, ...others], vision };
}

export async function previewSighted(parts: DescribeParts, given: ChatDraft): Promise<RouteDecision> {
  if (!hasImage(given.messages)) return preview(parts.spine, given);
  const plan = await planSight(parts, parts.spine.plan.admit(admit(given)));
  return plan?.decision ?? preview(parts.spine, given);
}

function sum(left: NanoUsd | null, right: NanoUsd | null): NanoUsd | null {
  return left === null || right === null ? null : left + right;
}

function times(count: number, cost: NanoUsd | null): NanoUsd | null {
  return count === 0 ? 0 : cost === null ? null : count * cost;
}
