// Honest figures before shipping: held-out rows, whole families left out, whole subjects left out, for every candidate and for an oracle.
import { hash } from "../words.ts";
import { CANDIDATES, type Learner, type Scorer } from "./candidates.ts";
import type { Example } from "./dataset.ts";
import { groupBy } from "./group.ts";
import { apgr } from "./metric.ts";

const FOLDS = 5;
const EXAM_TASKS = ["MMLU", "MMLU-Pro"];

type FoldOf = (example: Example) => string | undefined;

const FOLDINGS: Readonly<Record<string, FoldOf>> = {
  rows: ({ prompt }) => `row ${hash(prompt) % FOLDS}`,
  families: ({ family }) => family,
  subjects: ({ task, subject }) => (EXAM_TASKS.includes(task) ? `subject ${hash(subject, 7) % FOLDS}` : undefined),
};

/** Scores of every example that belongs to a fold, each by a scorer that saw nothing of that fold. */
function crossScore(examples: readonly Example[], foldOf: FoldOf, learner: Learner): Scorer {
  const folds = new Set(examples.map(foldOf).filter((fold) => fold !== undefined));
  const scores = new Map<Example, number>();
  for (const fold of folds) {
    const score = learner(examples.filter((example) => foldOf(example) !== fold));
    for (const example of examples) if (foldOf(example) === fold) scores.set(example, score(example));
  }
  return (example) => scores.get(example) ?? 0;
}

const scored = (members: readonly Example[], score: Scorer): number =>
  apgr(members.map((example) => ({ weak: example.weak, strong: example.strong, score: score(example) })));

/** Mean over the folds, each weighed by the gain there is to recover in it: scorers of different folds share no scale. */
function foldedApgr(members: readonly Example[], foldOf: FoldOf, score: Scorer): number {
  let sum = 0;
  let total = 0;
  for (const fold of groupBy(members, foldOf).values()) {
    const gain = fold.reduce((lead, { weak, strong }) => lead + strong - weak, 0);
    sum += gain * scored(fold, score);
    total += gain;
  }
  return sum / total;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const figure = (value: number): string => value.toFixed(3).padStart(8);

function rowsFor(examples: readonly Example[], learner: Learner): string {
  const byTask = groupBy(examples, ({ task }) => task);
  const exam = EXAM_TASKS.map((task) => byTask.get(task) ?? []);
  return Object.entries(FOLDINGS)
    .map(([name, foldOf]) => {
      const score = crossScore(examples, foldOf, learner);
      const each =
        name === "subjects"
          ? exam.map((members) => foldedApgr(members, foldOf, score))
          : [...byTask.values()].map((members) => scored(members, score));
      return `  ${`${name} left out`.padEnd(20)}${each.map(figure).join("")}   mean${figure(mean(each))}`;
    })
    .join("\n");
}

/** No prompt was read for these: they know how other models did on the very same item. */
function oracle(examples: readonly Example[]): string {
  const failed: Scorer = ({ others }) => (others.length === 0 ? 0 : 1 - mean(others));
  const bestDomain = new Map<string, number>();
  for (const [key, members] of groupBy(examples, ({ task, subject }) => `${task}/${subject}`))
    bestDomain.set(key, mean(members.map(({ weak, strong }) => strong - weak)));
  const bySubject: Scorer = ({ task, subject }) => bestDomain.get(`${task}/${subject}`) ?? 0;
  const line = (name: string, score: Scorer): string => {
    const each = [...groupBy(examples, ({ task }) => task).values()].map((members) => scored(members, score));
    return `  ${name.padEnd(20)}${each.map(figure).join("")}   mean${figure(mean(each))}`;
  };
  return ["knowing the answers", line("others that failed", failed), line("gain of the subject", bySubject)].join("\n");
}

export function* validate(examples: readonly Example[]): Generator<string> {
  yield `APGR by task: ${[...new Set(examples.map(({ task }) => task))].join(" | ")}; subjects: ${EXAM_TASKS.join(" | ")}`;
  for (const [name, learner] of Object.entries(CANDIDATES)) yield `${name}\n${rowsFor(examples, learner)}`;
  yield oracle(examples);
}
