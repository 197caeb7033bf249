// What changed between two catalogues, and which changes the generator may not make on its own; development only.
import type { ModelInfo, QualityScore, Rates } from "../../../shared/model.ts";
import { SKILLS } from "../snapshot.ts";

export interface Change {
  readonly model: string;
  readonly field: string;
  readonly from: string;
  readonly to: string;
  /** Why the generator may make this change without being told to; null when it may not. */
  readonly explained: string | null;
}

/** How far a figure may move when its source has a newer date; anything else needs `--accept`. */
export const DRIFT_RULES = {
  priceFactor: 2,
  windowFactor: 4,
  scorePoints: 4,
} as const;

function currentRates(model: ModelInfo): Rates | undefined {
  return model.prices.at(-1)?.rates;
}

function factor(left: number, right: number): number {
  return left === right ? 1 : Math.max(left, right) / Math.max(Math.min(left, right), 1);
}

/** A version holds a hash of the figures, the hours and the dates. */
function versions(model: ModelInfo): string {
  return model.prices.map((price) => price.version).join("\n");
}

function priceChange(before: ModelInfo, after: ModelInfo): Change[] {
  const [from, to] = [currentRates(before), currentRates(after)];
  if (versions(before) === versions(after)) return [];
  const text = (rates: Rates | undefined) => (rates ? `${rates.input / 1e9}/${rates.output / 1e9}` : "unpriced");
  const newer = (after.prices.at(-1)?.version ?? "") !== (before.prices.at(-1)?.version ?? "") && sourceMoved(before, after);
  const isSmall = from && to && Math.max(factor(from.input, to.input), factor(from.output, to.output)) <= DRIFT_RULES.priceFactor;
  const explained =
    !from && to
      ? "a price where there was none"
      : newer && isSmall
        ? `the source is newer and the price moved less than ${DRIFT_RULES.priceFactor}-fold`
        : null;
  return [{ model: after.id, field: "price", from: text(from), to: text(to), explained }];
}

function sourceMoved(before: ModelInfo, after: ModelInfo): boolean {
  const [from, to] = [before.prices.at(-1), after.prices.at(-1)];
  return from?.source !== to?.source || (from?.date ?? "") < (to?.date ?? "");
}

function scoreChanges(before: ModelInfo, after: ModelInfo): Change[] {
  return SKILLS.flatMap((skill) => {
    const [from, to] = [before.scores[skill], after.scores[skill]].map(known);
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    const isNewer = to !== undefined && (from === undefined || from.date < to.date || from.source !== to.source);
    const isSmall = from === undefined || (to !== undefined && Math.abs(from.score - to.score) <= DRIFT_RULES.scorePoints);
    const explained = isNewer && isSmall ? "the board is newer and the score moved little" : null;
    return [
      { model: after.id, field: `score ${skill}`, from: String(from?.score ?? "unknown"), to: String(to?.score ?? "unknown"), explained },
    ];
  });
}

function known(score: QualityScore | "unknown" | undefined): QualityScore | undefined {
  return score === "unknown" ? undefined : score;
}

function factChanges(before: ModelInfo, after: ModelInfo): Change[] {
  const changes: Change[] = [];
  const isNewer = before.date < after.date;
  const note = (field: string, from: unknown, to: unknown, explained: string | null) => {
    if (JSON.stringify(from) !== JSON.stringify(to))
      changes.push({ model: after.id, field, from: JSON.stringify(from), to: JSON.stringify(to), explained });
  };
  const lost = before.capabilities.filter((capability) => !after.capabilities.includes(capability));
  note("capabilities", before.capabilities, after.capabilities, isNewer && lost.length === 0 ? "a newer list adds a capability" : null);
  const moved = factor(before.contextWindowTokens, after.contextWindowTokens);
  note(
    "window",
    before.contextWindowTokens,
    after.contextWindowTokens,
    isNewer && moved <= DRIFT_RULES.windowFactor ? "a newer list" : null,
  );
  note(
    "status",
    before.status,
    after.status,
    isNewer || after.status === "deprecated" ? "a newer list, or a list that no longer has it" : null,
  );
  return changes;
}

export function drift(before: readonly ModelInfo[], after: readonly ModelInfo[]): Change[] {
  const old = new Map(before.map((model) => [model.id, model]));
  const kept = new Set(after.flatMap((model) => [model.id, ...model.aliases]));
  const gone = before
    .filter((model) => !kept.has(model.id))
    .map((model) => ({ model: model.id, field: "model", from: "listed", to: "gone", explained: null }));
  const moved = after.flatMap((model) => {
    const previous = old.get(model.id);
    if (!previous) return [{ model: model.id, field: "model", from: "absent", to: "listed", explained: "a list names it" }];
    return [...priceChange(previous, model), ...scoreChanges(previous, model), ...factChanges(previous, model)];
  });
  return [...gone, ...moved];
}
