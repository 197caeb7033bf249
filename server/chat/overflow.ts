// What a vendor's refusal of a long prompt teaches: its real window, who may hold the prompt, and whether a shortened one is worth another try; decides nothing on money.
import type { Failure } from "../../shared/failure.ts";
import type { ModelInfo } from "../../shared/model.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import { mayShorten } from "./context.ts";
import type { SpineParts } from "./parts.ts";

/**
 * Corrects the catalogue by what the vendor stated. The model itself comes back, with its real window, where that is smaller
 * than what was believed and the conversation may be shortened to it: the last resort, behind every model with a larger window.
 */
export function afterOverflow(
  parts: Pick<SpineParts, "catalog" | "settings" | "learnWindow">,
  request: Pick<ChatRequest, "messages">,
  model: ModelInfo,
  failure: Failure,
): ModelInfo | undefined {
  const limitTokens = failure.kind === "contextOverflow" ? failure.details.limitTokens : undefined;
  if (typeof limitTokens !== "number" || limitTokens === model.contextWindowTokens) return undefined;
  parts.learnWindow?.(model, limitTokens);
  const corrected = parts.catalog.find(model.id);
  const isSmaller = corrected !== undefined && corrected.contextWindowTokens < model.contextWindowTokens;
  return isSmaller && mayShorten(request.messages, parts.settings()["context.fit"]) ? corrected : undefined;
}

/** A larger window than the one that was too small; the model that was refused only once its real one is known. */
export function mayHold(next: ModelInfo, failed: ModelInfo, failure: Failure): boolean {
  const stated = failure.details.limitTokens;
  if (next.id === failed.id) return next.contextWindowTokens === stated && next.contextWindowTokens < failed.contextWindowTokens;
  return (
    next.contextWindowTokens > (typeof stated === "number" ? Math.min(stated, failed.contextWindowTokens) : failed.contextWindowTokens)
  );
}
