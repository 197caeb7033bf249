// `npm run train`: reads the labelled prompts in place, fits one set of weights and writes weights.ts; `--validate` prints the tables instead.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isPresent, readExamples } from "./dataset.ts";
import { encode, moduleText } from "./encode.ts";
import { learn } from "./learn.ts";
import { rewordTable } from "./reword-table.ts";
import { validate } from "./validate.ts";

const { values } = parseArgs({
  options: { data: { type: "string" }, validate: { type: "boolean", default: false }, reword: { type: "boolean", default: false } },
});
const directory = values.data ?? process.env.ROUTING_DATA ?? new URL("../../../../../shared/routing/dev", import.meta.url).pathname;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (!isPresent(directory)) {
  say(`No labelled prompts at ${directory}: nothing was trained. Give their folder with --data or ROUTING_DATA.`);
  process.exitCode = 1;
} else if (values.validate) {
  for (const line of validate(readExamples(directory))) say(line);
} else if (values.reword) {
  for (const line of rewordTable(readExamples(directory))) say(line);
} else {
  const examples = readExamples(directory);
  const text = moduleText(encode(learn(examples)), examples.length);
  writeFileSync(new URL("../weights.ts", import.meta.url), text);
  say(`weights.ts: ${text.length} bytes from ${examples.length} prompts`);
}
