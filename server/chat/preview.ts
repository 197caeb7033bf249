// The decision before anything is sent: what chat/send does first, and all that route/preview does.
import type { ModelInfo } from "../../shared/model.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import type { RouteDecision } from "../../shared/route.ts";
import type { Availability, Estimate, RouteInput } from "../routing/route.ts";
import { admit } from "./admit.ts";
import { ceilingOf } from "./ceiling.ts";
import { mayShorten } from "./context.ts";
import type { Warm } from "../money/estimate.ts";
import type { SpineParts } from "./parts.ts";
import { warmthOf } from "./warmth.ts";

export interface Decided {
  readonly decision: RouteDecision;
  readonly estimateOf: (model: ModelInfo) => Estimate;
  /** What the decision was made from. */
  readonly input: RouteInput;
}

/** Routes an admitted draft; nothing is sent and nothing is reserved. */
export function decide(parts: SpineParts, draft: ChatDraft, options: { askResting?: boolean; warm?: Warm | undefined } = {}): Decided {
  const settings = parts.settings();
  const { warm } = options;
  const estimateOf = parts.quoter.quote(draft, warm);
  const input: RouteInput = {
    messages: draft.messages,
    model: draft.model ?? settings.model,
    policy: draft.policy ?? settings.policy,
    taskType: draft.taskType,
    tools: draft.tools,
    toolChoice: draft.toolChoice,
    output: draft.output,
    reasoning: draft.reasoning,
    maxOutputTokens: draft.maxOutputTokens,
    temperature: draft.temperature,
    maxCostNanoUsd: ceilingOf(draft, settings),
    editor: draft.editor,
    models: parts.catalog.all(),
    availability: availabilities(parts, options.askResting ?? false, draft.messages),
    estimate: estimateOf,
    banned: settings["routing.banned"],
    localOnly: settings["routing.localOnly"],
    mayShorten: mayShorten(draft.messages, settings["context.fit"]),
    warm: keptBy(parts, warm, estimateOf),
    now: parts.now(),
  };
  return { decision: parts.route(input), estimateOf, input };
}

/** The warm model, where enough of the prompt is kept for it to count. */
function keptBy(parts: SpineParts, warm: Warm | undefined, estimateOf: (model: ModelInfo) => Estimate): string | undefined {
  const model = warm === undefined ? undefined : parts.catalog.find(warm.model);
  return model !== undefined && estimateOf(model).cachedShare > 0 ? model.id : undefined;
}

/** `askResting`: whoever rests by our own choice, not by its vendor's clock, counts as the last to be asked. */
function availabilities(parts: SpineParts, askResting: boolean, messages: ChatDraft["messages"]): (model: ModelInfo) => Availability {
  const ofProvider = parts.providers.availabilities();
  const obstacleFor = parts.images.obstacles(messages);
  return (model) => {
    const allowed = parts.plan.allows(model);
    if (!allowed.allowed) {
      return { usable: false, reason: allowed.reason ?? "the policy in force does not allow it", rule: "plan", headroom: 1 };
    }
    const obstacle = obstacleFor(model);
    if (obstacle !== null) return { usable: false, reason: `${model.provider} ${obstacle}`, rule: "image", headroom: 1 };
    const found = ofProvider(model);
    if (!askResting || found.usable || found.rule !== "health") return found;
    const state = parts.health.stateOf(model.provider, model.id, parts.providers.keyNamesOf(model.provider));
    return state.mayProbe ? { usable: true, headroom: 0 } : found;
  };
}

export async function preview(parts: SpineParts, given: ChatDraft): Promise<RouteDecision> {
  const draft = parts.plan.admit(admit(given));
  return decide(parts, draft, { warm: await warmthOf(parts, draft) }).decision;
}
