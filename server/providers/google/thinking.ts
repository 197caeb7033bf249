// How a Gemini model is asked to think: in levels or by a budget; pure, from what the catalogue says or the model's generation.
import { type ModelQuirks, reasoningAsk } from "../model-quirks.ts";
import type { ProviderRequest } from "../provider.ts";

const BUDGET_TOKENS = { low: 2_048, medium: 8_192, high: 24_576 } as const;

/** Where the catalogue is silent: levels since Gemini 3 (ai.google.dev/gemini-api/docs/thinking, 2026-10). */
const LEVELS = /gemini-(?:[3-9]|\d\d)/;

/** The least that 2.5 Pro takes; the other 2.5 models can be told not to think. */
const PRO_LEAST_TOKENS = 128;

export function thinksInLevels({ model, reasoningControl }: ProviderRequest): boolean {
  return reasoningControl === "effort" || LEVELS.test(model);
}

export function thinkingConfig(request: ProviderRequest, model: ModelQuirks): Record<string, unknown> | undefined {
  const ask = reasoningAsk(request, model);
  if (ask === null) return undefined;
  const includeThoughts = request.reasoning !== "off";
  if (ask.on && ask.always) return { includeThoughts };
  if (thinksInLevels(request)) {
    const level = (ask.on ? ask.effort : undefined) ?? model.efforts[0] ?? "low";
    return { includeThoughts, thinkingLevel: level.toUpperCase() };
  }
  const least = /2\.5-pro/.test(request.model) ? PRO_LEAST_TOKENS : 0;
  const { reasoning = "off" } = request;
  return { includeThoughts, thinkingBudget: reasoning === "off" ? least : BUDGET_TOKENS[reasoning] };
}
