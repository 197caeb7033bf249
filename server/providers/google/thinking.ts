// How a Gemini model is asked to think: in levels or by a budget; pure, from what the catalogue says or the model's generation.
import { effortFor, type ModelQuirks } from "../model-quirks.ts";
import type { ProviderRequest } from "../provider.ts";

const BUDGET_TOKENS = { low: 2_048, medium: 8_192, high: 24_576 } as const;

/** Where the catalogue is silent: levels since Gemini 3 (ai.google.dev/gemini-api/docs/thinking, 2026-10). */
const LEVELS = /gemini-(?:[3-9]|\d\d)/;

/** The least that 2.5 Pro takes; the other 2.5 models can be told not to think. */
const PRO_LEAST_TOKENS = 128;

export function thinksInLevels(request: ProviderRequest, model: ModelQuirks): boolean {
  return model.thinking === undefined ? LEVELS.test(request.model) : model.thinking === "level";
}

export function thinkingConfig(request: ProviderRequest, model: ModelQuirks): Record<string, unknown> | undefined {
  const { reasoning } = request;
  if (reasoning === undefined || !request.capabilities.includes("reasoning") || model.thinking === "none") return undefined;
  const includeThoughts = reasoning !== "off";
  if (thinksInLevels(request, model)) {
    const level = effortFor(request, model.reasoningEfforts) ?? "low";
    return { includeThoughts, thinkingLevel: level.toUpperCase() };
  }
  const least = model.thinkingBudget?.min ?? (/2\.5-pro/.test(request.model) ? PRO_LEAST_TOKENS : 0);
  const most = model.thinkingBudget?.max ?? BUDGET_TOKENS.high;
  return { includeThoughts, thinkingBudget: reasoning === "off" ? least : Math.min(most, Math.max(least, BUDGET_TOKENS[reasoning])) };
}
