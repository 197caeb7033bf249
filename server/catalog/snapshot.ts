// The shipped catalogue: dated, compact text that is parsed once, when somebody first asks for a model.
import type { Capability, ModelInfo, Price, QualityScore, Rates } from "../../shared/model.ts";
import { META } from "./snapshot/meta.ts";
import { MODELS } from "./snapshot/models.ts";
import { SCORES } from "./snapshot/scores.ts";

/** input, cache read, cache write for five minutes and for an hour, output, reasoning; in dollars per million tokens. */
export type PackedRates = readonly (number | null)[];
export type PackedPrice = readonly [
  source: number,
  hash: string,
  rates: PackedRates,
  tiers: readonly (readonly [above: number, rates: PackedRates])[] | 0,
  limits: Partial<Pick<Price, "validFrom" | "validUntil" | "hoursUtc">> | 0,
];
export type PackedModel = readonly [
  model: string,
  name: string,
  contextWindowTokens: number,
  maxOutputTokens: number,
  capabilities: string,
  reasoningControl: ModelInfo["reasoningControl"],
  status: ModelInfo["status"],
  scores: number,
  prices: readonly PackedPrice[],
  source: number,
  quirks: Readonly<Record<string, unknown>> | 0,
  aliases: readonly string[] | 0,
  limitsAssumed: 0 | 1,
];
/** Per skill: the score, the places of its sources, and the figures it was made from. */
export type PackedScores = Readonly<Record<string, readonly [score: number, sources: readonly number[], raw: string]>>;

export const CAPABILITY_LETTERS: Readonly<Record<string, Capability>> = {
  t: "tools",
  v: "vision",
  s: "structured",
  r: "reasoning",
  p: "pdf",
  a: "audio",
  c: "caching",
};

export const SKILLS = ["general", "code", "maths", "vision"] as const;

const NANO = 1e9;

function ratesOf([input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning]: PackedRates): Rates {
  const nano = (usd: number | null | undefined) => (usd === null || usd === undefined ? null : Math.round(usd * NANO));
  return {
    input: nano(input) ?? 0,
    cacheRead: nano(cacheRead),
    cacheWrite5m: nano(cacheWrite5m),
    cacheWrite1h: nano(cacheWrite1h),
    output: nano(output) ?? 0,
    ...(reasoning === undefined || reasoning === null ? {} : { reasoning: Math.round(reasoning * NANO) }),
  };
}

function sourceAt(place: number): { source: string; date: string } {
  const found = META.sources[place];
  if (!found) throw new Error(`the catalogue names no source ${place}`);
  return found;
}

function priceOf([place, hash, rates, tiers, limits]: PackedPrice): Price {
  const { source, date } = sourceAt(place);
  return {
    rates: ratesOf(rates),
    ...(tiers ? { tiers: tiers.map(([aboveInputTokens, rates]) => ({ aboveInputTokens, rates: ratesOf(rates) })) } : {}),
    version: `${source}@${date}#${hash}`,
    source,
    date,
    ...(limits || {}),
  };
}

function scoresOf(packed: PackedScores | undefined): ModelInfo["scores"] {
  const scores: Record<string, QualityScore | "unknown"> = {};
  for (const skill of SKILLS) {
    const found = packed?.[skill];
    scores[skill] = found ? scoreOf(found) : "unknown";
  }
  return scores;
}

function scoreOf([score, places, raw]: readonly [number, readonly number[], string]): QualityScore {
  const sources = places.map(sourceAt);
  const date = sources.map((source) => source.date).sort()[0] ?? "";
  return { score, source: sources.map(({ source }) => source).join(" + "), date, raw };
}

function modelOf(provider: string, packed: PackedModel, scores: ModelInfo["scores"]): ModelInfo {
  const [model, name, contextWindowTokens, maxOutputTokens, letters, reasoningControl, status, , prices, place, quirks, aliases, assumed] =
    packed;
  const capabilities = [...letters].flatMap((letter) => CAPABILITY_LETTERS[letter] ?? []);
  return {
    id: `${provider}/${model}`,
    provider,
    model,
    name,
    aliases: (aliases || []).map((alias) => `${provider}/${alias}`),
    contextWindowTokens,
    maxOutputTokens,
    limitsAssumed: assumed === 1,
    capabilities,
    reasoningControl,
    prices: prices.map(priceOf),
    scores,
    status,
    local: false,
    ...sourceAt(place),
    ...(quirks ? { quirks: { ...quirks } } : {}),
  };
}

export interface Snapshot {
  /** In the order of the shipped text. */
  readonly providers: readonly string[];
  /** How many models, without parsing them. */
  count(provider: string): number;
  models(provider: string): readonly ModelInfo[];
}

/** Nothing is parsed before a provider's models are asked for, and then only that provider's. */
export function openSnapshot(): Snapshot {
  const texts = new Map(SECTIONS.map((text) => [text.slice(0, text.indexOf("\n")), text.slice(text.indexOf("\n") + 1)]));
  const parsed = new Map<string, readonly ModelInfo[]>();
  const scores = new Map<number, ModelInfo["scores"]>();
  const scoresAt = (place: number): ModelInfo["scores"] => {
    const found = scores.get(place) ?? scoresOf(packedScores(place));
    scores.set(place, found);
    return found;
  };
  return {
    providers: [...texts.keys()],
    count: (provider) => texts.get(provider)?.split("\n").length ?? 0,
    models(provider) {
      const found = parsed.get(provider);
      if (found) return found;
      // The generator writes exactly these shapes, and a test reads every line of them back through the schema.
      const lines: PackedModel[] = JSON.parse(`[${texts.get(provider) ?? ""}]`);
      const models = lines.map((line) => modelOf(provider, line, scoresAt(line[7])));
      parsed.set(provider, models);
      return models;
    },
  };
}

/** A model without any score has place -1. */
function packedScores(place: number): PackedScores | undefined {
  const line = SCORE_LINES[place];
  return line === undefined ? undefined : JSON.parse(line.endsWith(",") ? line.slice(0, -1) : line);
}

const SCORE_LINES = SCORES.split("\n");
/** "# provider" begins a section; one line a model follows. */
const SECTIONS = MODELS.split("# ")
  .filter((text) => text !== "")
  .map((text) => text.trimEnd());

/** Where the figures come from and by which rule scores were made. */
export const SNAPSHOT = META;
