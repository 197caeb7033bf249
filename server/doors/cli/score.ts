// `latchkey score` (hidden): the scoreboard's line protocol, JSONL with prompts in, one number a line out.
import { createInterface } from "node:readline";
import { EXIT, type Verb } from "./verb.ts";

export const score: Verb = {
  summary: "Score prompts by what a stronger model would gain on them",
  usage: "< prompts.jsonl",
  options: {},
  optionHelp: {},
  hidden: true,
  async run({ edge }) {
    const { scoreLines } = await import("../../routing/scorer/lines.ts");
    for await (const line of scoreLines(createInterface({ input: edge.stdin }))) {
      if (!edge.stdout.write(`${line}\n`)) await new Promise((done) => edge.stdout.once("drain", done));
    }
    return EXIT.ok;
  },
};
