// Leaderboards as figures: one row a name with the figure per skill; development only.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardRow, BoardTable } from "./figures.ts";

interface ArenaFile {
  readonly meta: { leaderboard_publish_date: string };
  readonly rows: { category: string; model_name: string; rating: number; vote_count: number }[];
}

const ARENA = {
  text: { file: "lmarena.text_style_control.2026-08-19.json", skills: { general: "overall", code: "coding", maths: "math" } },
  vision: { file: "lmarena.vision_style_control.2026-08-22.json", skills: { vision: "overall" } },
} as const;

export function importArena(folder: string, board: keyof typeof ARENA): BoardTable {
  const { file, skills } = ARENA[board];
  const data: ArenaFile = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const rows = new Map<string, Record<string, string | number>>();
  for (const [skill, category] of Object.entries(skills)) {
    for (const row of data.rows.filter((row) => row.category === category)) {
      const found = rows.get(row.model_name) ?? { name: row.model_name };
      found[skill] = Math.round(row.rating * 10) / 10;
      rows.set(row.model_name, found);
    }
  }
  return {
    source: `lmarena ${board} leaderboard, style control`,
    date: data.meta.leaderboard_publish_date,
    licence: "public leaderboard",
    rows: [...rows.values()].map((row) => ({ ...row, name: String(row.name) }) satisfies BoardRow),
  };
}

interface AnalysisFile {
  readonly meta: { snapshot_date: string };
  readonly models: { name: string; slug: string; evaluations: Record<string, number | null> }[];
}

export function importArtificialAnalysis(folder: string): BoardTable {
  const data: AnalysisFile = JSON.parse(readFileSync(join(folder, "artificial-analysis.2026-08-22.json"), "utf8"));
  const rows = data.models.flatMap(({ name, slug, evaluations }) => {
    const figure = (key: string) => evaluations[`artificial_analysis_${key}_index`] ?? undefined;
    const [general, code, maths] = [figure("intelligence"), figure("coding"), figure("math")];
    if (general === undefined) return [];
    return [{ name, slug, general, ...(code === undefined ? {} : { code }), ...(maths === undefined ? {} : { maths }) }];
  });
  return {
    source: "artificialanalysis.ai intelligence, coding and maths index",
    date: data.meta.snapshot_date,
    licence: "public API",
    rows,
  };
}
