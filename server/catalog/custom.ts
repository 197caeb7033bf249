// Models that people state in their settings, as the catalogue knows models; what they leave out stays unknown.
import type { CustomModel, CustomProvider } from "../../shared/custom.ts";
import type { Catalog } from "./catalog.ts";
import { type ModelInfo, type Price, unlistedModel } from "../../shared/model.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.*\.localhost)$/;

/** True for an address on this machine; what an unreadable address is, the provider's row reports. */
export function isLoopback(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && LOOPBACK.test(new URL(baseUrl).hostname);
}

function priceOf(given: NonNullable<CustomModel["usdPerMillion"]>, date: string): Price {
  const nano = (usd: number | undefined) => (usd === undefined ? null : Math.round(usd * 1e9));
  const rates = {
    input: nano(given.input) ?? 0,
    cacheRead: nano(given.cacheRead),
    cacheWrite5m: nano(given.cacheWrite5m),
    cacheWrite1h: nano(given.cacheWrite1h),
    output: nano(given.output) ?? 0,
  };
  const version = `settings@${date}#${Object.values(rates)
    .map((rate) => rate ?? "")
    .join("/")}`;
  return { rates, version, source: "settings", date };
}

const FREE: NonNullable<CustomModel["usdPerMillion"]> = { input: 0, output: 0 };

/** `date`: the day on which the settings were read; a price in settings is as old as that. */
export function customModels(provider: CustomProvider, date: string): ModelInfo[] {
  const local = isLoopback(provider.baseUrl) && provider.needsKey === false;
  return provider.models.map((given) => {
    const base = unlistedModel(`${provider.id}/${given.id}`, "custom", "settings", date);
    const contextWindowTokens = given.contextWindowTokens ?? base.contextWindowTokens;
    const price = given.usdPerMillion ?? (local ? FREE : undefined);
    const quality = given.quality === undefined ? "unknown" : { score: given.quality, source: "settings", date };
    return {
      ...base,
      name: given.name ?? given.id,
      contextWindowTokens,
      maxOutputTokens: given.maxOutputTokens ?? Math.min(base.maxOutputTokens, Math.ceil(contextWindowTokens / 2)),
      limitsAssumed: given.contextWindowTokens === undefined,
      capabilities: given.capabilities ?? [],
      reasoningControl: given.capabilities?.includes("reasoning") ? "effort" : "none",
      prices: price ? [priceOf(price, date)] : [],
      scores: { general: quality, code: quality, maths: quality, vision: given.capabilities?.includes("vision") ? quality : "unknown" },
      local,
    };
  });
}

/** Puts the models of every provider of the settings into the catalogue, and takes away those that the settings no longer name. */
export function overlaySettings(catalog: Catalog, custom: readonly CustomProvider[], date: string): void {
  const stated = new Set(custom.map((provider) => provider.id));
  for (const provider of catalog.overlaid("settings")) if (!stated.has(provider)) catalog.overlay(provider, "settings", []);
  for (const provider of custom) catalog.overlay(provider.id, "settings", customModels(provider, date));
}
