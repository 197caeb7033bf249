// The figures the catalogue is made of: compact tables with source and date, read from this folder; development only.
import { readFileSync } from "node:fs";
import * as z from "zod/mini";

const optionalNumber = z.optional(z.number());

/** Dollars per million tokens, as the source states them. */
export const FigurePrice = z.strictObject({
  input: z.number(),
  output: z.number(),
  cacheRead: optionalNumber,
  cacheWrite: optionalNumber,
  cacheWrite1h: optionalNumber,
  tiers: z.optional(
    z.array(
      z.strictObject({ above: z.int(), input: z.number(), output: z.number(), cacheRead: optionalNumber, cacheWrite: optionalNumber }),
    ),
  ),
});
export type FigurePrice = z.infer<typeof FigurePrice>;

/** One model as one list states it; a field that the list does not state is absent. */
export const ModelFigure = z.strictObject({
  provider: z.string(),
  id: z.string(),
  name: z.optional(z.string()),
  slug: z.optional(z.string()),
  context: optionalNumber,
  output: optionalNumber,
  input: z.optional(z.array(z.string())),
  produces: z.optional(z.array(z.string())),
  tools: z.optional(z.boolean()),
  structured: z.optional(z.boolean()),
  reasoning: z.optional(z.boolean()),
  control: z.optional(z.string()),
  efforts: z.optional(z.array(z.string())),
  canTurnOff: z.optional(z.boolean()),
  temperature: z.optional(z.boolean()),
  adaptive: z.optional(z.boolean()),
  status: z.optional(z.string()),
  kind: z.optional(z.string()),
  price: z.optional(FigurePrice),
  index: z.optional(z.array(z.nullable(z.number()))),
});
export type ModelFigure = z.infer<typeof ModelFigure>;

/** One entry of a leaderboard: its name there, and per skill the figure that it publishes. */
export const BoardRow = z.strictObject({
  name: z.string(),
  slug: z.optional(z.string()),
  general: optionalNumber,
  code: optionalNumber,
  maths: optionalNumber,
  vision: optionalNumber,
});
export type BoardRow = z.infer<typeof BoardRow>;

const head = { source: z.string(), date: z.string(), licence: z.string(), note: z.optional(z.string()) };
export const ModelTable = z.strictObject({ ...head, rows: z.array(ModelFigure) });
export type ModelTable = z.infer<typeof ModelTable>;
export const BoardTable = z.strictObject({ ...head, rows: z.array(BoardRow) });
export type BoardTable = z.infer<typeof BoardTable>;

export const FIGURES = new URL("./figures/", import.meta.url);

export function readModels(name: string): ModelTable {
  return ModelTable.parse(JSON.parse(readFileSync(new URL(`${name}.json`, FIGURES), "utf8")));
}

export function readBoard(name: string): BoardTable {
  return BoardTable.parse(JSON.parse(readFileSync(new URL(`${name}.json`, FIGURES), "utf8")));
}

export interface Figures {
  readonly pi: ModelTable;
  readonly modelsDev: ModelTable;
  readonly openrouter: ModelTable;
  readonly arenaText: BoardTable;
  readonly arenaVision: BoardTable;
  readonly analysis: BoardTable;
}

export function readFigures(): Figures {
  return {
    pi: readModels("pi-ai"),
    modelsDev: readModels("models-dev"),
    openrouter: readModels("openrouter"),
    arenaText: readBoard("lmarena-text"),
    arenaVision: readBoard("lmarena-vision"),
    analysis: readBoard("artificial-analysis"),
  };
}
