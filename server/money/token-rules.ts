// What vendors add to a prompt, as data: tokens around messages, tools and schemas; each figure from recorded traffic, corrected by use.
import type { ModelInfo } from "../../shared/model.ts";

/** Tokens beyond the text itself, and how a vendor's tokens compare with o200k_base. */
export interface TokenRule {
  /** True where o200k_base is the vendor's own tokenizer. */
  readonly exact: boolean;
  /** Tokens for each token of o200k_base, before anything was learned. */
  readonly factor: number;
  readonly perPrompt: number;
  readonly perMessage: number;
  /** For each o200k token of the tools' JSON, and once when there are any. */
  readonly tools: { readonly factor: number; readonly once: number };
  readonly schema: { readonly factor: number; readonly once: number };
}

const ORDINARY: TokenRule = {
  exact: false,
  factor: 1.1,
  perPrompt: 6,
  perMessage: 4,
  tools: { factor: 1.3, once: 20 },
  schema: { factor: 1, once: 0 },
};

/**
 * Measured on 2026-11-23 over 73 recorded answers of public traffic: input tokens as billed, less the o200k
 * tokens of the text. Providers that are not named have too few recordings for a rule of their own.
 */
const RULES: Readonly<Record<string, Partial<TokenRule>>> = {
  openai: { exact: true, factor: 1, perPrompt: 2, perMessage: 4, tools: { factor: 0.9, once: 0 }, schema: { factor: 0.75, once: 0 } },
  anthropic: { factor: 1.15, perPrompt: 4, perMessage: 3, tools: { factor: 1.15, once: 346 }, schema: { factor: 1.15, once: 110 } },
  google: { factor: 1.05, perPrompt: 0, perMessage: 1, tools: { factor: 1.2, once: 0 }, schema: { factor: 0, once: 0 } },
  deepseek: { factor: 1.05, perPrompt: 1, perMessage: 4, tools: { factor: 1.3, once: 160 } },
  groq: { factor: 1.05, perPrompt: 3, perMessage: 4 },
  mistral: { factor: 1.1, perPrompt: 11, perMessage: 4, tools: { factor: 1.4, once: 0 } },
  moonshot: { factor: 1.05, perPrompt: 77, perMessage: 4 },
  ollama: { factor: 1.1, perPrompt: 40, perMessage: 4 },
  together: { factor: 1.1, perPrompt: 28, perMessage: 4 },
  xai: { factor: 1.05, perPrompt: 150, perMessage: 4, tools: { factor: 1.3, once: 150 } },
};

/** Who else serves a vendor's own models, by the first word of the model id behind a router. */
const VENDOR_OF: Readonly<Record<string, string>> = {
  "azure-openai": "openai",
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  deepseek: "deepseek",
  mistralai: "mistral",
  moonshotai: "moonshot",
  "x-ai": "xai",
};

/** Each made whole once: two models of one rule share it, so what a prompt counts by it is worked out once. */
const WHOLE: ReadonlyMap<string, TokenRule> = new Map(Object.entries(RULES).map(([name, rule]) => [name, { ...ORDINARY, ...rule }]));

/** A router's model ids begin with the vendor's name; the rule is the vendor's, the tokenizer with it. */
export function tokenRuleOf(model: Pick<ModelInfo, "provider" | "model">): TokenRule {
  const slash = model.model.indexOf("/");
  const vendor = slash > 0 ? VENDOR_OF[model.model.slice(0, slash)] : undefined;
  return WHOLE.get(vendor ?? VENDOR_OF[model.provider] ?? model.provider) ?? ORDINARY;
}
