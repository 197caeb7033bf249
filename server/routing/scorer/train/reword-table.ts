// How many decisions at a task's median survive each rewording, on prompts held out of training: the weights must not hang on manners.
import { dissect } from "../anatomy.ts";
import { predict } from "../predict.ts";
import { sample } from "../sample.ts";
import { hash } from "../words.ts";
import type { Example } from "./dataset.ts";
import { groupBy } from "./group.ts";
import { learn } from "./learn.ts";
import { REWORDINGS } from "./reword.ts";

const HELD_OUT_ONE_IN = 5;

type Score = (prompt: string) => number;

export interface Judged {
  prompt: string;
  score: number;
  threshold: number;
}

/** The threshold that sends half of a task's prompts to the stronger model. */
export function judge(examples: readonly Example[], score: Score): Judged[] {
  return [...groupBy(examples, ({ task }) => task).values()].flatMap((members) => {
    const scored = members.map(({ prompt }) => ({ prompt, score: score(prompt) }));
    const sorted = scored.map((each) => each.score).sort((left, right) => left - right);
    const middle = sorted.length / 2;
    const threshold = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
    return scored.map((each) => ({ ...each, threshold }));
  });
}

/** Share of decisions kept; only prompts that the rewording changes are counted. */
export function keptShare(judged: readonly Judged[], score: Score, reword: (prompt: string) => string): { kept: number; changed: number } {
  let kept = 0;
  let changed = 0;
  for (const { prompt, score: before, threshold } of judged) {
    const reworded = reword(prompt);
    if (reworded === prompt) continue;
    changed += 1;
    kept += Number(score(reworded) > threshold === before > threshold);
  }
  return { kept: changed === 0 ? 1 : kept / changed, changed };
}

export function rewordTable(examples: readonly Example[]): string[] {
  const isHeldOut = ({ prompt }: Example): boolean => hash(prompt) % HELD_OUT_ONE_IN === 0;
  const model = learn(examples.filter((example) => !isHeldOut(example)));
  const score: Score = (prompt) => predict(model, dissect(sample(prompt)));
  const judged = judge(examples.filter(isHeldOut), score);
  let kept = 0;
  let changed = 0;
  const lines = Object.entries(REWORDINGS).map(([name, reword]) => {
    const found = keptShare(judged, score, reword);
    kept += found.kept * found.changed;
    changed += found.changed;
    return `${name.padEnd(28)}${(100 * found.kept).toFixed(1).padStart(6)} % of ${found.changed}`;
  });
  return [...lines, `${"all".padEnd(28)}${((100 * kept) / changed).toFixed(1).padStart(6)} % of ${changed}`];
}
