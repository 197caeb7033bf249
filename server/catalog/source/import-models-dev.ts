// models.dev's list as figures: entries that inherit are resolved against a full entry of the same model; development only.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FigurePrice, ModelFigure, ModelTable } from "./figures.ts";
import { PROVIDER_SOURCES } from "./providers.ts";

interface Entry {
  readonly name?: string;
  readonly base_model?: string;
  readonly status?: string;
  readonly reasoning?: boolean;
  readonly reasoning_options?: { type: string; values?: string[] }[];
  readonly temperature?: boolean;
  readonly tool_call?: boolean;
  readonly structured_output?: boolean;
  readonly cost?: { input?: number; output?: number; cache_read?: number; cache_write?: number };
  readonly limit?: { context?: number; output?: number };
  readonly modalities?: { input?: string[]; output?: string[] };
}

type Lists = Record<string, { models: Record<string, Entry> }>;

function lastWord(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1).toLowerCase();
}

/** Full entries by the last word of their id; the vendor's own list before resellers'. */
function fullEntries(lists: Lists): Map<string, Entry> {
  const found = new Map<string, Entry>();
  const order = Object.keys(lists).sort((left, right) => ownRank(left) - ownRank(right) || (left < right ? -1 : 1));
  for (const list of order) {
    for (const [id, entry] of Object.entries(lists[list]?.models ?? {})) {
      const full = entry.tool_call !== undefined && entry.limit?.context !== undefined && entry.modalities?.input !== undefined;
      if (full && !found.has(lastWord(id))) found.set(lastWord(id), entry);
    }
  }
  return found;
}

const OWN_LISTS = [
  "openai",
  "anthropic",
  "google",
  "deepseek",
  "mistral",
  "xai",
  "moonshotai",
  "zai",
  "zhipuai",
  "minimax",
  "alibaba",
  "xiaomi",
];

function ownRank(list: string): number {
  const rank = OWN_LISTS.indexOf(list);
  return rank < 0 ? OWN_LISTS.length : rank;
}

function inherit(entry: Entry, full: Map<string, Entry>, id: string): Entry {
  const base = full.get(lastWord(entry.base_model ?? id));
  if (!base || entry === base) return entry;
  const isComplete = entry.tool_call !== undefined && entry.limit?.context !== undefined && entry.modalities?.input !== undefined;
  if (isComplete && entry.base_model === undefined) return entry;
  const { cost: _cost, status: _status, ...facts } = base;
  return {
    ...facts,
    ...entry,
    limit: { ...base.limit, ...entry.limit },
    modalities: { ...base.modalities, ...entry.modalities },
  };
}

function priceOf(cost: Entry["cost"]): FigurePrice | undefined {
  if (cost?.input === undefined || cost.output === undefined) return undefined;
  const { input, output, cache_read: cacheRead, cache_write: cacheWrite } = cost;
  return { input, output, ...(cacheRead ? { cacheRead } : {}), ...(cacheWrite ? { cacheWrite } : {}) };
}

const CONTROL: Readonly<Record<string, string>> = { effort: "effort", budget_tokens: "budget", toggle: "toggle" };

function figureOf(provider: string, id: string, entry: Entry): ModelFigure {
  const options = entry.reasoning_options;
  const control = options?.map((option) => CONTROL[option.type]).find((word) => word !== undefined);
  const efforts = options
    ?.find((option) => option.type === "effort")
    ?.values?.filter((value) => typeof value === "string" && value !== "none");
  const price = priceOf(entry.cost);
  return {
    provider,
    id,
    ...(entry.name ? { name: entry.name } : {}),
    ...(entry.limit?.context !== undefined ? { context: entry.limit.context } : {}),
    ...(entry.limit?.output ? { output: entry.limit.output } : {}),
    ...(entry.modalities?.input ? { input: entry.modalities.input } : {}),
    ...(entry.modalities?.output ? { produces: entry.modalities.output } : {}),
    ...(entry.tool_call !== undefined ? { tools: entry.tool_call } : {}),
    ...(entry.structured_output !== undefined ? { structured: entry.structured_output } : {}),
    ...(entry.reasoning !== undefined ? { reasoning: entry.reasoning } : {}),
    ...(control ? { control } : options?.length === 0 && entry.reasoning ? { control: "always" } : {}),
    ...(efforts?.length ? { efforts } : {}),
    ...(entry.temperature !== undefined ? { temperature: entry.temperature } : {}),
    ...(entry.status ? { status: entry.status } : {}),
    ...(price ? { price } : {}),
  };
}

export function importModelsDev(folder: string): ModelTable {
  const file: { providers: Lists } = JSON.parse(readFileSync(join(folder, "models.dev.2026-07-02.json"), "utf8"));
  const full = fullEntries(file.providers);
  const rows = PROVIDER_SOURCES.flatMap(({ id: provider, modelsDev }) =>
    Object.entries(file.providers[modelsDev]?.models ?? {}).map(([id, entry]) => figureOf(provider, id, inherit(entry, full, id))),
  );
  return { source: "models.dev (anomalyco/models.dev f3fc692)", date: "2026-07-02", licence: "MIT", rows };
}
