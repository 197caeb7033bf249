// A description that only its price rules out: what it would cost, beside the most that a chat may; asks nobody, sends nothing.
import { formatUsd } from "../../../shared/money.ts";
import type { ChatDraft } from "../../../shared/protocol.ts";
import { ceilingOf } from "../ceiling.ts";
import type { SpineParts } from "../parts.ts";
import { decide } from "../preview.ts";
import { describingRequest, type DescribeOrder } from "./describe.ts";

/** The reason in words; null where no ceiling is set, or nobody could describe it at any price. */
export function priceBar(spine: SpineParts, draft: Pick<ChatDraft, "maxCostUsd">, order: DescribeOrder): string | null {
  const settings = spine.settings();
  const ceilingNanoUsd = ceilingOf(draft, settings);
  if (ceilingNanoUsd === null) return null;
  const open: SpineParts = { ...spine, settings: () => ({ ...settings, maxCostUsd: null }) };
  const { decision } = decide(open, describingRequest(open, { ...order, maxCostUsd: undefined }));
  const cheapest = decision.candidates.find(({ model }) => !model.startsWith("demo/"));
  if (!cheapest) return null;
  const { worstNanoUsd } = cheapest.estimate;
  const most = formatUsd(ceilingNanoUsd);
  return worstNanoUsd === null
    ? `cannot see, and what a description of the image by ${cheapest.model} would cost is unknown, and a maximum of ${most} is set`
    : `cannot see, and a description of the image by ${cheapest.model} could cost ${formatUsd(worstNanoUsd)}, more than the maximum of ${most}`;
}
