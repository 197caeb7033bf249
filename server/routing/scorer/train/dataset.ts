// Reads the labelled prompts where they lie and turns each row into features and outcomes. Trains nothing, copies nothing.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Anatomy, dissect } from "../anatomy.ts";
import { type Kind, kindOf } from "../kind.ts";
import { sample } from "../sample.ts";
import { shape } from "../shape.ts";

export interface Example {
  /** What a result is reported for: one set, or one domain of a set that holds several. */
  task: string;
  /** Tasks that share questions or authors; left out together. */
  family: string;
  /** School subject, the same name in every set that has it. */
  subject: string;
  prompt: string;
  anatomy: Anatomy;
  kind: Kind;
  values: number[];
  weak: number;
  strong: number;
  /** Outcomes of the models that are neither the weak nor the strong one. */
  others: number[];
  /** Mean log length (or price) of the answers, where the set tells it. */
  work: number | undefined;
}

interface Line {
  domain: string;
  src?: string;
  prompt: string;
  q: number[];
  c?: number[];
  outc?: number[];
}

interface SetPlan {
  file: string;
  task: (line: Line) => string;
  family: (line: Line) => string;
}

const EXAM = "MMLU and MMLU-Pro";
const GRADE_SCHOOL = "GSM8K";
const TASK_NAMES: Readonly<Record<string, string>> = { arc_challenge: "ARC", mbpp: "MBPP", winograde: "Winogrande" };

/** MMLU-Pro reuses MMLU's questions and ZeroEval reuses GSM8K's, so each pair is one family. */
const SETS: readonly SetPlan[] = [
  { file: "routellm_mmlu", task: () => "MMLU", family: () => EXAM },
  { file: "routellm_gsm8k", task: () => "GSM8K", family: () => GRADE_SCHOOL },
  { file: "mmlupro", task: () => "MMLU-Pro", family: () => EXAM },
  { file: "routerbench_zs", task: ({ domain }) => TASK_NAMES[domain] ?? domain, family: ({ domain }) => TASK_NAMES[domain] ?? domain },
  { file: "zeroeval_crux", task: () => "CRUX", family: () => "CRUX" },
  { file: "zeroeval_gsm", task: () => "GSM8K, haiku to sonnet", family: () => GRADE_SCHOOL },
];

const SUBJECT = /^ori_mmlu-(.+)$/;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Prices stand in for lengths only where the prompt is a small part of them: in MBPP. */
function workOf({ outc, c, domain }: Line): number | undefined {
  if (outc) return mean(outc.map((length) => Math.log1p(length)));
  if (c && domain === "mbpp") return mean(c.map((usd) => Math.log(Math.max(usd, 1e-9))));
  return undefined;
}

function readSet(directory: string, plan: SetPlan): Example[] {
  const [head, ...lines] = readFileSync(join(directory, `${plan.file}.jsonl`), "utf8")
    .split("\n")
    .filter(Boolean);
  // The first line of every set is its description; the names are checked by the indices found below.
  const { models, weak, strong } = (JSON.parse(head ?? "{}") as { _meta: { models: string[]; weak: string; strong: string } })._meta;
  const [weakAt, strongAt] = [models.indexOf(weak), models.indexOf(strong)];
  if (weakAt < 0 || strongAt < 0) throw new Error(`${plan.file}: its weak or strong model is not among its models`);
  return lines.map((text) => {
    const line = JSON.parse(text) as Line; // the rows are the material's own; a missing field fails loudly right here
    const anatomy = dissect(sample(line.prompt));
    return {
      task: plan.task(line),
      family: plan.family(line),
      subject: SUBJECT.exec(line.src ?? "")?.[1] ?? line.domain,
      prompt: line.prompt,
      anatomy,
      kind: kindOf(anatomy),
      values: Object.values(shape(anatomy)),
      weak: line.q[weakAt] ?? 0,
      strong: line.q[strongAt] ?? 0,
      others: line.q.filter((_, index) => index !== weakAt && index !== strongAt),
      work: workOf(line),
    };
  });
}

export function isPresent(directory: string): boolean {
  return existsSync(join(directory, "routellm_mmlu.jsonl"));
}

export function readExamples(directory: string): Example[] {
  return SETS.flatMap((plan) => readSet(directory, plan));
}
