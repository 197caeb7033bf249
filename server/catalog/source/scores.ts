// Leaderboards to quality scores of 0 to 100: best on the board is 100, the rule and the fit are stated in the snapshot; development only.
import type { QualityScore } from "../../../shared/model.ts";
import type { BoardRow, BoardTable, Figures } from "./figures.ts";
import { dateOf, families, spelled, spellings, splitEffort, withoutDate } from "./names.ts";
import { BOARD_NAMES, EFFORT_ORDER } from "./rules.ts";

export type SkillName = "general" | "code" | "maths" | "vision";

/** A board as a scale: its rows by spelling, and how one of its figures becomes a score. */
interface Scale {
  readonly source: string;
  readonly date: string;
  readonly unit: string;
  readonly byName: ReadonlyMap<string, readonly BoardRow[]>;
  readonly toScore: (figure: number) => number;
}

function named(table: BoardTable): Map<string, BoardRow[]> {
  const byName = new Map<string, BoardRow[]>();
  const add = (name: string, row: BoardRow) => byName.set(name, [...(byName.get(name) ?? []), row]);
  for (const row of table.rows) {
    const exact = spelled(row.slug ?? row.name);
    const { model } = splitEffort(exact);
    for (const name of new Set([exact, model, ...spellings(model), ...families(model)])) add(name, row);
  }
  return byName;
}

function effortRank(row: BoardRow): number {
  const rank = EFFORT_ORDER.indexOf(splitEffort(spelled(row.slug ?? row.name)).effort);
  return rank < 0 ? EFFORT_ORDER.length : rank;
}

/** Boards list a model once per effort and date: the exact name, then the vendor's default effort, then the newest date. */
function pick(rows: readonly BoardRow[], wanted: string, skill: SkillName): BoardRow | undefined {
  const nameOf = (row: BoardRow) => splitEffort(spelled(row.slug ?? row.name)).model;
  const distance = (row: BoardRow) => (nameOf(row) === wanted ? 0 : 1);
  return rows
    .filter((row) => row[skill] !== undefined)
    .toSorted((left, right) => {
      const byDate = dateOf(nameOf(right)) < dateOf(nameOf(left)) ? -1 : 1;
      return distance(left) - distance(right) || effortRank(left) - effortRank(right) || byDate;
    })[0];
}

/** `names`: the vendor's id and the display names that the lists give it. */
export function rowFor(byName: ReadonlyMap<string, readonly BoardRow[]>, names: readonly string[], skill: SkillName): BoardRow | undefined {
  const known = names.flatMap(spellings).flatMap((name) => [name, BOARD_NAMES[name] ?? []].flat());
  for (const name of known) {
    const row = pick(byName.get(name) ?? [], name, skill);
    if (row) return row;
  }
  return undefined;
}

const SKILLS: readonly SkillName[] = ["general", "code", "maths", "vision"];

function arenaScale(table: BoardTable, skill: SkillName): Scale {
  const best = Math.max(...table.rows.map((row) => row[skill] ?? 0));
  return { source: table.source, date: table.date, unit: "rating", byName: named(table), toScore: (rating) => (100 * rating) / best };
}

/** Least squares of the arena's score on the index's logarithm over the models that both boards know; without it the weakest models come out too high. */
function analysisScale(table: BoardTable, skill: SkillName, arena: Scale): Scale & { fit: string } {
  const byName = named(table);
  const pairs = [...byName.keys()].flatMap((name) => {
    const [ours, theirs] = [pick(byName.get(name) ?? [], name, skill)?.[skill], pick(arena.byName.get(name) ?? [], name, skill)?.[skill]];
    return ours !== undefined && theirs !== undefined && withoutDate(name) === name
      ? [{ x: Math.log1p(ours), y: arena.toScore(theirs) }]
      : [];
  });
  const mean = (pick: (pair: { x: number; y: number }) => number) => pairs.reduce((sum, pair) => sum + pick(pair), 0) / pairs.length;
  const [meanX, meanY] = [mean((pair) => pair.x), mean((pair) => pair.y)];
  const slope = mean((pair) => (pair.x - meanX) * (pair.y - meanY)) / mean((pair) => (pair.x - meanX) ** 2);
  const error = mean((pair) => Math.abs(meanY + slope * (pair.x - meanX) - pair.y));
  const fit = `${skill}: ${(meanY - slope * meanX).toFixed(2)} + ${slope.toFixed(4)} × ln(1 + index) over ${pairs.length} models, mean error ${error.toFixed(2)}`;
  const toScore = (index: number) => Math.min(100, meanY + slope * (Math.log1p(index) - meanX));
  return { source: table.source, date: table.date, unit: "index", byName, toScore, fit };
}

export interface Scales {
  readonly rule: string;
  readonly fits: readonly string[];
  readonly of: Readonly<Record<SkillName, readonly Scale[]>>;
}

export function scalesOf(figures: Figures): Scales {
  const text = {
    general: arenaScale(figures.arenaText, "general"),
    code: arenaScale(figures.arenaText, "code"),
    maths: arenaScale(figures.arenaText, "maths"),
  };
  const analysis = {
    general: analysisScale(figures.analysis, "general", text.general),
    code: analysisScale(figures.analysis, "code", text.code),
    maths: analysisScale(figures.analysis, "maths", text.maths),
  };
  return {
    rule: "100 × arena rating ÷ the board's best; indices mapped onto that scale by least squares on their logarithm; the mean where both measured the model; at most 100",
    fits: Object.values(analysis).map((scale) => scale.fit),
    of: {
      general: [text.general, analysis.general],
      code: [text.code, analysis.code],
      maths: [text.maths, analysis.maths],
      vision: [arenaScale(figures.arenaVision, "vision")],
    },
  };
}

/** The mean over the boards that measured this model; absent when none did. */
export function scoreOf(scales: Scales, names: readonly string[], skill: SkillName): QualityScore | undefined {
  const found = scales.of[skill].flatMap((scale) => {
    const row = rowFor(scale.byName, names, skill);
    const figure = row?.[skill];
    return row && figure !== undefined ? [{ scale, row, figure, score: scale.toScore(figure) }] : [];
  });
  if (found.length === 0) return undefined;
  const score = found.reduce((sum, { score }) => sum + score, 0) / found.length;
  return {
    score: Math.round(score * 10) / 10,
    source: found.map(({ scale }) => scale.source).join(" + "),
    date: found.map(({ scale }) => scale.date).sort()[0] ?? "",
    raw: found.map(({ scale, row, figure }) => `${scale.unit} ${figure} (${row.name})`).join("; "),
  };
}

export function scoresOf(scales: Scales, names: readonly string[]): Partial<Record<SkillName, QualityScore>> {
  const scores: Partial<Record<SkillName, QualityScore>> = {};
  for (const skill of SKILLS) {
    const score = scoreOf(scales, names, skill);
    if (score) scores[skill] = score;
  }
  return scores;
}
