// The corpus of hostile answers, written out: whatever shows a model's words is tried with these.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface HostileAnswer {
  readonly name: string;
  readonly text: string;
}

interface Written {
  readonly name: string;
  readonly text?: string;
  readonly repeat?: { readonly text: string; readonly times: number };
}

export function hostileAnswers(): HostileAnswer[] {
  const file = join(import.meta.dirname, "../fixtures/hostile/answers.json");
  const { answers } = JSON.parse(readFileSync(file, "utf8")) as { answers: Written[] };
  return answers.map(({ name, text, repeat }) => ({ name, text: text ?? repeat?.text.repeat(repeat.times) ?? "" }));
}
