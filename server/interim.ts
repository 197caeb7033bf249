// Plain stand-ins for the catalogue, the router and the quotes while their rooms are being built; each goes when its room is there.
import type { ModelInfo } from "../shared/model.ts";
import { NANO_PER_USD } from "../shared/money.ts";
import type { Settings } from "../shared/settings.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { Plan } from "./chat/parts.ts";
import type { Route } from "./routing/route.ts";

const BLANK = {
  name: "",
  aliases: [],
  limitsAssumed: false,
  reasoningControl: "none",
  scores: {},
  source: "settings",
  date: "2026-11-23",
} as const;

export const DEMO_MODEL: ModelInfo = {
  ...BLANK,
  aliases: [],
  id: "demo/echo",
  provider: "demo",
  model: "echo",
  name: "Demo (no model)",
  contextWindowTokens: 1_000_000,
  maxOutputTokens: 8192,
  capabilities: [],
  prices: [],
  status: "active",
  local: true,
};

export function createInterimCatalog(): Catalog {
  const overlays = new Map<string, readonly ModelInfo[]>([["demo built-in", [DEMO_MODEL]]]);
  let revision = 0;
  const all = () => [...overlays.values()].flat();
  return {
    all,
    find: (id) => all().find((model) => model.id === id),
    ofProvider: (provider) => all().filter((model) => model.provider === provider),
    overlay(provider, source, models) {
      overlays.set(`${provider} ${source}`, models);
      revision += 1;
    },
    get revision() {
      return revision;
    },
  };
}

export function customModels(settings: Settings): Map<string, ModelInfo[]> {
  const nano = (usd: number | undefined) => (usd === undefined ? null : Math.round(usd * NANO_PER_USD));
  const rows = (settings.providers.custom ?? []).map((provider): [string, ModelInfo[]] => [
    provider.id,
    provider.models.map((model) => ({
      ...BLANK,
      aliases: [],
      id: `${provider.id}/${model.id}`,
      provider: provider.id,
      model: model.id,
      contextWindowTokens: model.contextWindowTokens ?? 8192,
      maxOutputTokens: model.maxOutputTokens ?? 4096,
      capabilities: [...(model.capabilities ?? [])],
      prices: model.usdPerMillion
        ? [
            {
              rates: {
                input: nano(model.usdPerMillion.input) ?? 0,
                cacheRead: nano(model.usdPerMillion.cacheRead),
                cacheWrite5m: nano(model.usdPerMillion.cacheWrite5m),
                cacheWrite1h: nano(model.usdPerMillion.cacheWrite1h),
                output: nano(model.usdPerMillion.output) ?? 0,
              },
              version: "settings",
              source: "settings",
              date: "2026-11-23",
            },
          ]
        : [],
      status: "custom",
      local: false,
    })),
  ]);
  return new Map(rows);
}

export const interimRoute: Route = (input) => {
  const pinned = input.model && input.model !== "auto" ? input.model : undefined;
  const excluded: { model: string; reason: string }[] = [];
  const found = input.models.filter((model) => {
    if (pinned && model.id !== pinned) return false;
    const available = input.availability(model);
    if (!available.usable) excluded.push({ model: model.id, reason: available.reason ?? "not usable" });
    return available.usable;
  });
  const real = found.filter((model) => model.provider !== "demo");
  const chosen = real.length > 0 ? real : found;
  return {
    tier: "simple",
    signals: [],
    policy: input.policy,
    ...(pinned ? { pinned } : {}),
    candidates: chosen.map((model) => ({ model: model.id, score: 1, parts: {}, estimate: input.estimate(model) })),
    excluded: pinned && found.length === 0 && excluded.length === 0 ? [{ model: pinned, reason: "no such model is known" }] : excluded,
    because: "they come in this order",
  };
};

export const openPlan: Plan = { admit: () => undefined, allows: () => ({ allowed: true }) };
