// How a Claude model is asked to think: by a budget, by effort, or not at all; pure, from what the catalogue says or the model's generation.
import { type ModelQuirks, reasoningAsk } from "../model-quirks.ts";
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
export interface ThinkingRules {
  readonly forced: boolean;
  readonly resumes: boolean;
  readonly limitTokens: number;
}

export function thinkingOf(request: ProviderRequest, model: ModelQuirks, rules: ThinkingRules): Thinking {
  const ask = reasoningAsk(request, model);
  if (ask === null) return OFF;
  if (!ask.on || rules.forced) return model.reasoningOff === false ? OFF : { thinking: { type: "disabled" }, on: false };
  if (adapts(request, model))
    return { thinking: { type: "adaptive" }, ...(ask.effort === undefined ? {} : { effort: ask.effort }), on: true };
  return rules.resumes ? OFF : budgeted(request, rules.limitTokens);
}

function adapts({ model, reasoningControl }: ProviderRequest, { adaptiveThinking }: ModelQuirks): boolean {
  if (reasoningControl === undefined) return adaptiveThinking ?? !BUDGET_ONLY.test(model);
  return adaptiveThinking === true;
}

function budgeted({ reasoning = "off" }: ProviderRequest, limitTokens: number): Thinking {
  const wanted = BUDGET_TOKENS[reasoning === "off" ? "low" : reasoning];
  const budget = Math.min(wanted, Math.floor(limitTokens * 0.8));
  return budget < LEAST_TOKENS ? OFF : { thinking: { type: "enabled", budget_tokens: budget }, on: true };
}
