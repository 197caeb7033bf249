// Turns published model lists and leaderboards into the compact tables of ./figures; run by hand when newer ones are at hand.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stdout } from "node:process";
import { parseArgs } from "node:util";
import { importArtificialAnalysis, importArena } from "./import-boards.ts";
import { readOpenRouterList } from "../openrouter-list.ts";
import { importModelsDev } from "./import-models-dev.ts";
import { type BoardTable, FIGURES, type FigurePrice, type ModelFigure, type ModelTable } from "./figures.ts";
import { PROVIDER_SOURCES } from "./providers.ts";

interface PiModel {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly reasoning?: boolean;
  readonly input?: string[];
  readonly cost: {
    input: number;
    output: number;
    cacheRead: number;
    cacheWrite: number;
    tiers?: { inputTokensAbove: number; input: number; output: number; cacheRead: number; cacheWrite: number }[];
  };
  readonly contextWindow?: number;
  readonly maxTokens?: number;
  readonly thinkingLevelMap?: Record<string, string | null>;
  readonly compat?: Record<string, unknown>;
}

interface OpenRouterModel {
  readonly id: string;
  readonly canonical_slug: string;
  readonly name: string;
  readonly context_length: number;
  readonly architecture: { input_modalities: string[]; output_modalities: string[] };
  readonly pricing: Record<string, unknown>;
  readonly top_provider: { max_completion_tokens: number | null };
  readonly supported_parameters: string[];
  readonly reasoning?: { mandatory?: boolean; supported_efforts?: string[]; supports_max_tokens?: boolean } | null;
  readonly benchmarks?: { artificial_analysis?: { intelligence_index: number | null; coding_index: number | null } };
}

/** Zero means "not stated" for cache prices here: the list has no other way to say it. */
function piPrice(cost: PiModel["cost"]): FigurePrice {
  const bucket = (row: { input: number; output: number; cacheRead: number; cacheWrite: number }) => ({
    input: row.input,
    output: row.output,
    ...(row.cacheRead > 0 ? { cacheRead: row.cacheRead } : {}),
    ...(row.cacheWrite > 0 ? { cacheWrite: row.cacheWrite } : {}),
  });
  return {
    ...bucket(cost),
    ...(cost.tiers ? { tiers: cost.tiers.map((tier) => ({ above: tier.inputTokensAbove, ...bucket(tier) })) } : {}),
  };
}

const EFFORTS = ["minimal", "low", "medium", "high", "xhigh", "max"];
/** Efforts that hold unless the list maps them to null; the others hold only where it names them. */
const USUAL_EFFORTS = ["low", "medium", "high"];

function piFigure(provider: string, model: PiModel): ModelFigure {
  const levels = model.thinkingLevelMap;
  const efforts =
    levels && EFFORTS.filter((level) => levels[level] !== null && (levels[level] !== undefined || USUAL_EFFORTS.includes(level)));
  const strict = model.compat?.supportsStrictMode === true || model.compat?.supportsStrictTools === true;
  return {
    provider,
    id: model.id,
    name: model.name,
    ...(model.contextWindow ? { context: model.contextWindow } : {}),
    ...(model.maxTokens ? { output: model.maxTokens } : {}),
    input: model.input ?? ["text"],
    tools: true,
    ...(strict ? { structured: true } : {}),
    reasoning: model.reasoning === true,
    ...(efforts?.length ? { efforts } : {}),
    ...(levels && "off" in levels ? { canTurnOff: levels.off !== null } : {}),
    ...(model.compat?.supportsTemperature === false ? { temperature: false } : {}),
    ...(model.compat?.forceAdaptiveThinking === true ? { adaptive: true } : {}),
    kind: typeof model.compat?.thinkingFormat === "string" ? model.compat.thinkingFormat : "",
    price: piPrice(model.cost),
  };
}

function importPi(folder: string): ModelTable {
  const rows = PROVIDER_SOURCES.flatMap(({ id, pi }) => {
    const apis: Record<string, Record<string, PiModel>> = JSON.parse(readFileSync(join(folder, "pi-ai-1.5.2", `${pi}.json`), "utf8"));
    const models = Object.values(apis).flatMap((models) => Object.values(models));
    return models.filter((model) => model.type === "chat").map((model) => piFigure(id, model));
  });
  const note = "its README: only models with tool calling are listed";
  return { source: "@earendil-works/pi-ai 1.5.2", date: "2026-11-10", licence: "MIT", note, rows };
}

/** The same reading as the live list's; "not stated" where OpenRouter gives no price. */
function openRouterPrice(model: OpenRouterModel): FigurePrice | undefined {
  const price = readOpenRouterList({ data: [model] })[0]?.price;
  if (!price) return undefined;
  const bucket = ({ input, output, cacheRead, cacheWrite5m }: typeof price) => ({
    input,
    output,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite5m === undefined ? {} : { cacheWrite: cacheWrite5m }),
  });
  return {
    ...bucket(price),
    ...(price.cacheWrite1h === undefined ? {} : { cacheWrite1h: price.cacheWrite1h }),
    ...(price.tiers ? { tiers: price.tiers.map((tier) => ({ above: tier.aboveInputTokens, ...bucket(tier) })) } : {}),
  };
}

function openRouterFigure(model: OpenRouterModel): ModelFigure {
  const has = (name: string) => model.supported_parameters.includes(name);
  const index = model.benchmarks?.artificial_analysis;
  const price = openRouterPrice(model);
  return {
    provider: "openrouter",
    id: model.id,
    name: model.name,
    slug: model.canonical_slug,
    context: model.context_length,
    ...(model.top_provider.max_completion_tokens ? { output: model.top_provider.max_completion_tokens } : {}),
    input: model.architecture.input_modalities,
    produces: model.architecture.output_modalities,
    tools: has("tools"),
    structured: has("structured_outputs"),
    reasoning: has("reasoning"),
    temperature: has("temperature"),
    ...(model.reasoning?.supported_efforts ? { efforts: model.reasoning.supported_efforts.filter((effort) => effort !== "none") } : {}),
    ...(model.reasoning ? { canTurnOff: model.reasoning.mandatory !== true } : {}),
    ...(model.reasoning?.supports_max_tokens ? { control: "budget" } : {}),
    ...(price ? { price } : {}),
    ...(index ? { index: [index.intelligence_index, index.coding_index] } : {}),
  };
}

function importOpenRouter(folder: string): ModelTable {
  const list: { data: OpenRouterModel[] } = JSON.parse(readFileSync(join(folder, "openrouter.2026-08-01.json"), "utf8"));
  return { source: "openrouter.ai/api/v1/models", date: "2026-08-01", licence: "public list", rows: list.data.map(openRouterFigure) };
}

/** One row a line, so that a newer list is a readable difference. */
export function tableText(table: ModelTable | BoardTable): string {
  const { rows, ...head } = table;
  const lines = rows.map((row) => JSON.stringify(row)).sort();
  return `${JSON.stringify(head).slice(0, -1)},"rows":[\n${lines.join(",\n")}\n]}\n`;
}

/** The tables of ./figures by name, from the folder that holds the published lists. */
export function importTables(folder: string): Record<string, ModelTable | BoardTable> {
  return {
    "pi-ai": importPi(folder),
    openrouter: importOpenRouter(folder),
    "models-dev": importModelsDev(folder),
    "lmarena-text": importArena(folder, "text"),
    "lmarena-vision": importArena(folder, "vision"),
    "artificial-analysis": importArtificialAnalysis(folder),
  };
}

function main(): void {
  const { values } = parseArgs({ options: { from: { type: "string", default: "../shared/catalogue" } } });
  for (const [name, table] of Object.entries(importTables(values.from))) {
    writeFileSync(new URL(`${name}.json`, FIGURES), tableText(table));
    stdout.write(`${name}: ${table.rows.length} rows of ${table.date}\n`);
  }
}

if (import.meta.main) main();
