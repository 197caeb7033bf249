// What makes a worded problem long to work out: how many different kinds of operation it names, and how many quantities. Never solves it.
import { log } from "./measure.ts";
import type { Words } from "./words.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** One set of words for each kind of step a worded problem can ask for. */
const OPERATIONS = {
  fraction: set("half third thirds quarter quarters fourth fifth fraction tenth"),
  percent: set("percent percentage interest discount tax tip"),
  multiple: set("times twice double triple thrice dozen dozens multiplied product"),
  difference: set("more less fewer greater longer older younger taller bigger smaller difference than"),
  rate: set("each every per apiece hourly daily weekly monthly speed rate mph"),
  condition: set("if when assuming suppose unless otherwise"),
  remainder: set("left remain remains remaining rest still leftover"),
  proportion: set("ratio proportion split divided divide equally shared"),
  equality: set("same equal many much"),
  average: set("average mean median mode"),
  sequence: set("after before then until next later first second third finally"),
} as const;

const NUMBER_WORDS = set(
  "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty hundred thousand million half twice double triple dozen",
);

export function problemFeatures({ words, numbers }: Words): Record<string, number> {
  const present = new Set(words);
  let kinds = 0;
  for (const members of Object.values(OPERATIONS)) kinds += Number([...members].some((word) => present.has(word)));
  const quantities = numbers.length + words.filter((word) => NUMBER_WORDS.has(word)).length;
  return { "operation kinds": kinds, quantities: log(quantities) };
}
