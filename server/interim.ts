// Plain stand-ins for rooms that are being built; each goes when its room is there.
import type { ModelInfo } from "../shared/model.ts";
import { NO_COST } from "../shared/money.ts";
import type { Settings } from "../shared/settings.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { Plan, Pricing, ProviderAccess, Quoter } from "./chat/parts.ts";
import type { Budget } from "./money/budget.ts";
import { demo } from "./providers/demo/demo.ts";
import type { Route } from "./routing/route.ts";

export const DEMO_MODEL: ModelInfo = {
  id: "demo/echo",
  provider: "demo",
  model: "echo",
  name: "Demo (no model)",
  aliases: [],
  contextWindowTokens: 1_000_000,
  maxOutputTokens: 8192,
  limitsAssumed: false,
  capabilities: [],
  reasoningControl: "none",
  prices: [],
  scores: {},
  status: "active",
  local: true,
  source: "built in",
  date: "2026-11-23",
};

export const catalog: Catalog = {
  all: () => [DEMO_MODEL],
  find: (id) => (id === DEMO_MODEL.id ? DEMO_MODEL : undefined),
  ofProvider: (provider) => (provider === "demo" ? [DEMO_MODEL] : []),
  overlay: () => undefined,
  revision: 0,
};

export const route: Route = (input) => {
  const pinned = input.model && input.model !== "auto" ? input.model : undefined;
  const found = input.models.filter((model) => !pinned || model.id === pinned);
  return {
    tier: "simple",
    signals: [],
    policy: input.policy,
    ...(pinned ? { pinned } : {}),
    candidates: found.map((model) => ({ model: model.id, score: 1, parts: {}, estimate: input.estimate(model) })),
    excluded: pinned && found.length === 0 ? [{ model: pinned, reason: "no such model is known" }] : [],
    because: "it is the only one",
  };
};

export const quoter: Quoter = {
  quote: () => () => ({ inputTokens: 0, outputTokensP50: 100, outputTokensWorst: 8192, cachedShare: 0, p50NanoUsd: 0, worstNanoUsd: 0 }),
  outputTokens: (length) => Math.ceil(length / 4),
  observe: () => undefined,
};

export const pricing: Pricing = { costOf: () => NO_COST, versionOf: () => null };

export const budget: Budget = {
  reserve: async (intent) => ({
    attemptId: intent.attemptId,
    reservedNanoUsd: null,
    settle: async () => undefined,
    release: async () => undefined,
  }),
  status: async () => ({ budgets: [], todayNanoUsd: 0 }),
  onChange: () => () => undefined,
  close: async () => undefined,
};

export const access: ProviderAccess = {
  availabilityOf: () => ({ usable: true, headroom: 1 }),
  keyNamesOf: () => [],
  connect: () => ({ dialect: demo, connection: { provider: "demo", baseUrl: "", secret: null, fetch, headers: {}, quirks: {} } }),
  stopRuleOf: () => undefined,
};

export const plan: Plan = { admit: () => undefined, allows: () => ({ allowed: true }) };

export type { Settings };
