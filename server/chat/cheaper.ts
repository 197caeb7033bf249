// After a refusal by a limit: which other model would fit what is left, so that the refusal names a way on.
import { Failure } from "../../shared/failure.ts";
import { isFree, type ModelInfo } from "../../shared/model.ts";
import { formatUsd, type NanoUsd } from "../../shared/money.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { SpineParts } from "./parts.ts";
import { decide } from "./preview.ts";

/** What a limit leaves for any model; unlimited where the limit is on this provider or model alone. */
export function roomLeft(failure: Failure): NanoUsd {
  const { scope, availableNanoUsd } = failure.details;
  const isLocal = scope === "provider" || scope === "model";
  return typeof availableNanoUsd === "number" && !isLocal ? availableNanoUsd : Number.MAX_SAFE_INTEGER;
}

/** A candidate that costs less than the refused one and fits; an unpriced one was refused for want of a price, so any price will do. */
export function fitsBudget(worstNanoUsd: NanoUsd | null, refusedNanoUsd: NanoUsd | null, failure: Failure): boolean {
  if (worstNanoUsd === null || worstNanoUsd > roomLeft(failure)) return false;
  return refusedNanoUsd === null || worstNanoUsd < refusedNanoUsd;
}

/** The refusal with the best-ranked model that would fit, when the one that was asked for was pinned. */
export function withCheaper(parts: SpineParts, request: ChatRequest, refused: ModelInfo | undefined, failure: Failure): Failure {
  if (failure.kind !== "budgetExceeded" || refused === undefined) return failure;
  const { decision, estimateOf } = decide(parts, { ...request, model: "auto" });
  const worstOf = (model: ModelInfo): NanoUsd | null => (isFree(model) ? 0 : estimateOf(model).worstNanoUsd);
  const refusedNanoUsd = worstOf(refused);
  const models = decision.candidates.flatMap((candidate) => parts.catalog.find(candidate.model) ?? []);
  const found = models.find((model) => model.id !== refused.id && fitsBudget(worstOf(model), refusedNanoUsd, failure));
  if (found === undefined) return failure;
  const worstNanoUsd = worstOf(found) ?? 0;
  const message = `${failure.message} ${found.id} would fit: at most ${formatUsd(worstNanoUsd)}.`;
  return new Failure(failure.kind, message, { ...failure.details, cheaper: { model: found.id, worstNanoUsd } }, { cause: failure.cause });
}
