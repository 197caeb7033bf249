// How a Claude model is asked to think: by a budget, by effort, or not at all; pure, from what the catalogue says or the model's generation.
import { effortFor, type ModelQuirks } from "../model-quirks.ts";
import type { ProviderRequest } from "../provider.ts";

/** Where the catalogue is silent: the models that know only budgets (platform.claude.com extended thinking, 2026-10); later ones adapt. */
const BUDGET_ONLY = /claude-(?:3-7|sonnet-4(?:-0|-5|-\d{8}|$)|opus-4(?:-[015]|-\d{8}|$)|haiku-4-5)/;

const BUDGET_TOKENS = { low: 2_048, medium: 8_192, high: 24_576 } as const;

/** The vendor's least budget. */
const LEAST_TOKENS = 1_024;

export interface Thinking {
  readonly thinking?: Record<string, unknown>;
  readonly effort?: string;
  /** True when thinking blocks will come, and with them the vendor's rules for temperature and forced tools. */
  readonly on: boolean;
}

const OFF: Thinking = { on: false };

/** `forced`: a forced tool call and thinking exclude each other. `resumes`: a tool loop that began without thinking must end without. */
export function thinkingOf(
  request: ProviderRequest,
  model: ModelQuirks,
  rules: { forced: boolean; resumes: boolean },
  limitTokens: number,
): Thinking {
  if (request.reasoning === undefined || !request.capabilities.includes("reasoning")) return OFF;
  const mode = model.thinking ?? (BUDGET_ONLY.test(request.model) ? "budget" : "adaptive");
  if (mode === "none") return OFF;
  if (request.reasoning === "off" || rules.forced) return model.thinkingAlways ? OFF : { thinking: { type: "disabled" }, on: false };
  if (mode !== "budget") {
    const effort = effortFor(request, model.reasoningEfforts);
    return { thinking: { type: "adaptive" }, ...(effort === undefined ? {} : { effort }), on: true };
  }
  if (rules.resumes) return OFF;
  const most = Math.min(model.thinkingBudget?.max ?? Number.POSITIVE_INFINITY, Math.floor(limitTokens * 0.8));
  const budget = Math.min(BUDGET_TOKENS[request.reasoning], most);
  return budget < LEAST_TOKENS ? OFF : { thinking: { type: "enabled", budget_tokens: budget }, on: true };
}
