// How hard a prompt is, and why: four levels and five cognitive tiers from what can be seen in it; pure, explained, linear.
import { type CognitiveTier, type Complexity, COMPLEXITY_ORDER, type Signal, type TaskType } from "../../shared/route.ts";
import type { CueKind } from "./cues.ts";
import { type Features, featuresOf } from "./features.ts";
import { COGNITIVE_LIMITS, COMMAND_TASKS, LENGTH_POINTS, LEVEL_LIMITS, POINTS, TASK_POINTS } from "./weights.ts";

export interface EditorSignals {
  readonly languageId?: string;
  readonly selectionLines?: number;
  readonly diagnostics?: number;
  readonly command?: string;
}

export interface ComplexityHints {
  readonly taskType?: TaskType;
  readonly editor?: EditorSignals;
}

/** Which of the catalogue's scores counts for this prompt. */
export type SkillWanted = "general" | "code" | "maths";

export interface Difficulty {
  readonly level: Complexity;
  readonly cognitiveTier: CognitiveTier;
  readonly score: number;
  readonly signals: Signal[];
  readonly skill: SkillWanted;
  readonly taskType: TaskType | undefined;
  readonly tokens: number;
}

export function complexity(text: string, hints: ComplexityHints = {}): Difficulty {
  const features = featuresOf(text);
  const taskType = hints.taskType ?? taskOf(hints.editor?.command);
  const signals = [...wordSignals(features), ...shapeSignals(features), ...hintSignals(taskType, hints)];
  const score = signals.reduce((sum, signal) => sum + signal.points, 0);
  return {
    level: levelAt(score),
    cognitiveTier: tierAt(score, features.distinctTokens),
    score,
    signals,
    skill: skillOf(features, taskType, hints.editor),
    taskType,
    tokens: features.tokens,
  };
}

function levelAt(score: number): Complexity {
  return LEVEL_LIMITS.find((limit) => score <= limit.atMost)?.level ?? "advanced";
}

function tierAt(score: number, tokens: number): CognitiveTier {
  return COGNITIVE_LIMITS.find((limit) => score <= limit.score && tokens <= limit.tokens)?.tier ?? "complex";
}

/** The level one step lower; the lowest stays. */
export function lowerLevel(level: Complexity): Complexity {
  return COMPLEXITY_ORDER[Math.max(0, COMPLEXITY_ORDER.indexOf(level) - 1)] ?? "simple";
}

function shown(features: Features, ...kinds: readonly CueKind[]): string {
  const words = kinds.flatMap((kind) => [...(features.cues.get(kind) ?? [])]);
  return words.slice(0, 4).join(", ");
}

function amount(features: Features, kind: CueKind): number {
  return features.cues.get(kind)?.size ?? 0;
}

/** Each vocabulary counts once, however many of its words there are; everyday words only count in company. */
function wordSignals(features: Features): Signal[] {
  const signals: Signal[] = [];
  const add = (name: string, points: number, detail: string) => signals.push({ name, points, detail });
  if (amount(features, "greeting") + amount(features, "light") > 0 || features.opensSimply) {
    add("light request", POINTS.light, shown(features, "greeting", "light") || "opens as a plain question");
  }
  if (amount(features, "moderate") > 0) add("explanation", POINTS.moderate, shown(features, "moderate"));
  if (amount(features, "technical") > 0) add("maths or science", POINTS.technical, shown(features, "technical"));
  else if (amount(features, "proof") > 0) add("proof", POINTS.proof, shown(features, "proof"));
  if (amount(features, "code") > 0) add("code words", POINTS.code, shown(features, "code"));
  else if (amount(features, "weakCode") >= 2) add("words of code or of everyday", POINTS.weakCode, shown(features, "weakCode"));
  if (amount(features, "advanced") > 0) add("architecture or security", POINTS.advanced, shown(features, "advanced"));
  else if (amount(features, "weakAdvanced") >= 2) add("systems", POINTS.weakAdvanced, shown(features, "weakAdvanced"));
  return signals;
}

function shapeSignals(features: Features): Signal[] {
  const signals: Signal[] = [];
  const add = (name: string, points: number, detail: string) => signals.push({ name, points, detail });
  const length = LENGTH_POINTS.find((step) => features.distinctTokens >= step.tokens);
  if (length) add("length", length.points, `about ${features.distinctTokens} tokens that are not repetition`);
  if (features.fencedLines > 0) add("code block", POINTS.fence, `${features.fencedLines} lines`);
  else if (features.looseCodeLines >= 3) add("code without a fence", POINTS.looseCode, `${features.looseCodeLines} lines`);
  if (features.hasDiff) add("diff", POINTS.trace, "a patch to read");
  if (features.hasStackTrace) add("stack trace", POINTS.trace, "a failure to find");
  const constraints = amount(features, "constraint");
  if (constraints >= 3) add("constraints", POINTS.constraints, shown(features, "constraint"));
  if (features.listItems >= 3 || features.questions >= 3) {
    add(
      "several parts",
      POINTS.manyParts,
      features.listItems >= 3 ? `${features.listItems} list items` : `${features.questions} questions`,
    );
  }
  if (isWordedProblem(features)) add("worded problem", POINTS.quantities, `${features.quantities} numbers and a question`);
  if (features.paths >= 2) add("several files", POINTS.severalFiles, `${features.paths} paths`);
  return signals;
}

function isWordedProblem({ quantities, questions, cues }: Features): boolean {
  return quantities >= 3 && questions >= 1 && !cues.has("technical");
}

function hintSignals(taskType: TaskType | undefined, hints: ComplexityHints): Signal[] {
  const signals: Signal[] = [];
  const points = taskType ? TASK_POINTS[taskType] : 0;
  if (taskType && points !== 0) signals.push({ name: `task ${taskType}`, points, detail: hints.taskType ? "as asked" : "by the command" });
  const { selectionLines = 0, diagnostics = 0 } = hints.editor ?? {};
  const lines = selectionLines >= 200 ? 2 : selectionLines >= 50 ? 1 : 0;
  if (lines > 0) signals.push({ name: "selection", points: lines, detail: `${selectionLines} lines` });
  if (diagnostics > 0) signals.push({ name: "diagnostics", points: 1, detail: `${diagnostics} in the selection` });
  return signals;
}

/** "latchkey.fixSelection" is a fix: the words of the last part of a command's name are looked up. */
function taskOf(command: string | undefined): TaskType | undefined {
  if (command === undefined) return undefined;
  const last = command.slice(command.lastIndexOf(".") + 1);
  const words = last
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  const known = words.find((word) => Object.hasOwn(COMMAND_TASKS, word));
  return known ? COMMAND_TASKS[known] : undefined;
}

/** Prose languages of an editor; every other language id is code. */
const PROSE_LANGUAGES: readonly string[] = ["plaintext", "markdown", "latex", "tex", "restructuredtext", "asciidoc"];

function skillOf(features: Features, taskType: TaskType | undefined, editor: EditorSignals | undefined): SkillWanted {
  const language = editor?.languageId;
  const inCode = language !== undefined && !PROSE_LANGUAGES.includes(language);
  const seesCode = features.fencedLines > 0 || features.looseCodeLines >= 3 || features.hasDiff || features.hasStackTrace;
  if (taskType === "code" || inCode || seesCode || amount(features, "code") >= 2) return "code";
  if (amount(features, "technical") > 0 || amount(features, "proof") > 0 || isWordedProblem(features)) return "maths";
  return amount(features, "code") > 0 || amount(features, "weakCode") >= 2 ? "code" : "general";
}
