// Honest figures before shipping: held-out rows, whole families left out, whole subjects left out, each beside prompt length.
import { predict } from "../predict.ts";
import { hash } from "../words.ts";
import type { Example } from "./dataset.ts";
import { groupBy } from "./group.ts";
import { GROWTH, learn } from "./learn.ts";
import { apgr } from "./metric.ts";

const FOLDS = 5;

/** Fewer trees than ship, so that the seventeen fits of a whole table stay within minutes. */
const PLAN = { ...GROWTH, trees: 60 };

const EXAM_TASKS = ["MMLU", "MMLU-Pro"];

type FoldOf = (example: Example) => string | undefined;

/** Scores of every example that belongs to a fold, each by a model that saw nothing of that fold. */
function crossScore(examples: readonly Example[], foldOf: FoldOf): Map<Example, number> {
  const folds = new Set(examples.map(foldOf).filter((fold) => fold !== undefined));
  const scores = new Map<Example, number>();
  for (const fold of folds) {
    const model = learn(
      examples.filter((example) => foldOf(example) !== fold),
      PLAN,
    );
    for (const example of examples) if (foldOf(example) === fold) scores.set(example, predict(model, example.anatomy));
  }
  return scores;
}

function taskApgr(examples: readonly Example[], task: string, score: (example: Example) => number): number {
  return apgr(examples.filter((example) => example.task === task).map((example) => ({ ...example, score: score(example) })));
}

/** Mean over subject folds, each weighed by the gain there is to recover in it. */
function subjectApgr(examples: readonly Example[], task: string, foldOf: FoldOf, score: (example: Example) => number): number {
  let sum = 0;
  let total = 0;
  for (const members of groupBy(
    examples.filter((example) => example.task === task),
    foldOf,
  ).values()) {
    const gain = members.reduce((lead, { weak, strong }) => lead + strong - weak, 0);
    sum += gain * apgr(members.map((example) => ({ ...example, score: score(example) })));
    total += gain;
  }
  return sum / total;
}

export function validate(examples: readonly Example[]): string[] {
  const tasks = [...new Set(examples.map(({ task }) => task))];
  const subjectFold: FoldOf = ({ task, subject }) => (EXAM_TASKS.includes(task) ? `subject ${hash(subject, 7) % FOLDS}` : undefined);
  const byRow = crossScore(examples, ({ prompt }) => `row ${hash(prompt) % FOLDS}`);
  const byFamily = crossScore(examples, ({ family }) => family);
  const bySubject = crossScore(examples, subjectFold);
  const length = (example: Example): number => example.prompt.length;
  const of = (scores: Map<Example, number>) => (example: Example) => scores.get(example) ?? 0;
  const figure = (value: number): string => value.toFixed(3).padStart(8);
  const rows = tasks.map((task) => [
    taskApgr(examples, task, length),
    taskApgr(examples, task, of(byRow)),
    taskApgr(examples, task, of(byFamily)),
  ]);
  const mean = (column: number): number => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) / rows.length;
  const header = `${"task".padEnd(30)}  length  rows out  family out`;
  const body = tasks.map((task, index) => task.padEnd(28) + (rows[index] ?? []).map((value) => figure(value)).join("  "));
  const exam = EXAM_TASKS.map(
    (task) =>
      `${`${task}, subjects left out`.padEnd(28)}${figure(subjectApgr(examples, task, subjectFold, length))}  ${figure(subjectApgr(examples, task, subjectFold, of(bySubject)))}`,
  );
  return [header, ...body, `${"mean".padEnd(28)}${[0, 1, 2].map((column) => figure(mean(column))).join("  ")}`, ...exam];
}
