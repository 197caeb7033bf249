// Small catalogues and a plain quote, so that a routing test states only what it is about.
import { type ModelInfo, unlistedModel } from "../../shared/model.ts";
import { priceAt } from "../../server/money/price.ts";
import type { Estimate, RouteInput } from "../../server/routing/route.ts";
import { estimateTokens } from "../../server/routing/features.ts";

export const NOW = new Date("2026-11-23T12:00:00Z");

export interface ModelFacts extends Partial<Omit<ModelInfo, "prices" | "scores">> {
  /** Dollars per million tokens; absent is unpriced. */
  readonly usd?: { input: number; output: number; cacheRead?: number; cacheWrite5m?: number };
  /** The same score for every skill, or one each; absent is unknown. */
  readonly quality?: number | Readonly<Record<string, number>>;
}

/** A model with a window of 128,000 tokens, tools and a schema mode, unless the test says otherwise. */
export function modelOf(id: string, { usd, quality, ...facts }: ModelFacts = {}): ModelInfo {
  const score = (value: number) => ({ score: value, source: "test", date: "2026-11-01" });
  const scores = typeof quality === "number" ? { general: quality, code: quality, maths: quality, vision: quality } : (quality ?? {});
  const nano = (dollars: number) => Math.round(dollars * 1e9);
  return {
    ...unlistedModel(id, "active", "test", "2026-11-01"),
    contextWindowTokens: 128_000,
    maxOutputTokens: 8192,
    limitsAssumed: false,
    capabilities: ["tools", "structured"],
    ...facts,
    scores: Object.fromEntries(Object.entries(scores).map(([skill, value]) => [skill, score(value)])),
    prices: usd
      ? [
          {
            rates: {
              ...{ input: nano(usd.input), output: nano(usd.output), cacheWrite1h: null },
              cacheRead: usd.cacheRead === undefined ? null : nano(usd.cacheRead),
              cacheWrite5m: usd.cacheWrite5m === undefined ? null : nano(usd.cacheWrite5m),
            },
            version: `test@2026-11-01#${usd.input}/${usd.output}`,
            source: "test",
            date: "2026-11-01",
          },
        ]
      : [],
  };
}

/** Characters by four in, 300 tokens out: what a model costs here depends on its rates alone. */
export function plainEstimate(input: Pick<RouteInput, "messages">, inputTokens?: number): (model: ModelInfo) => Estimate {
  const text = input.messages.flatMap((message) => message.parts.map((part) => (part.type === "text" ? part.text : ""))).join("");
  const tokens = inputTokens ?? estimateTokens(text);
  return (model) => {
    const price = priceAt(model, NOW);
    const rates = price?.tiers?.findLast((tier) => tokens > tier.aboveInputTokens)?.rates ?? price?.rates;
    const cost = (output: number) => (rates ? Math.ceil((tokens * rates.input + output * rates.output) / 1e6) : null);
    return {
      inputTokens: tokens,
      outputTokensP50: 300,
      outputTokensWorst: model.maxOutputTokens,
      cachedShare: 0,
      p50NanoUsd: cost(300),
      worstNanoUsd: cost(model.maxOutputTokens),
    };
  };
}

export interface RoutingCase extends Partial<Omit<RouteInput, "messages" | "models">> {
  /** Providers with a key; absent means every provider. */
  readonly keys?: readonly string[];
  readonly tokens?: number;
}

export function routeInput(text: string, models: readonly ModelInfo[], { keys, tokens, ...more }: RoutingCase = {}): RouteInput {
  const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text }] }];
  return {
    messages,
    policy: "balanced",
    maxCostNanoUsd: null,
    models,
    availability: ({ provider }) =>
      !keys || keys.includes(provider)
        ? { usable: true, headroom: 1 }
        : { usable: false, reason: `no key is set for ${provider}`, rule: "key", headroom: 1 },
    estimate: plainEstimate({ messages }, tokens),
    banned: [],
    localOnly: false,
    now: NOW,
    ...more,
  };
}
