// The work before a request leaves, without any network: a decision over 2,000 models, the scorer, and token estimates of text made to be slow.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createCatalog } from "../../server/catalog/catalog.ts";
import { createEstimator } from "../../server/money/estimate.ts";
import { estimateTokens } from "../../server/money/tokens.ts";
import { createRoute } from "../../server/routing/route.ts";
import { scorePrompt } from "../../server/routing/scorer/score.ts";
import type { ModelInfo } from "../../shared/model.ts";
import { NOW, routeInput } from "../support/catalogue.ts";
import { format, median, printTable, type Target } from "./figures.ts";

export const MODELS = 2000;
export const PROMPT = "Write a function that sorts an array of orders by date and then by amount, and explain its complexity.";

/** The shipped models, then copies of them under other names until there are two thousand. */
export function manyModels(): ModelInfo[] {
  const shipped = createCatalog().all();
  return Array.from({ length: MODELS }, (_, index) => {
    const model = shipped[index % shipped.length] as ModelInfo;
    return index < shipped.length ? model : { ...model, id: `${model.id}-${index}`, model: `${model.model}-${index}` };
  });
}

export function times(work: () => void, rounds: number): number[] {
  for (let round = 0; round < rounds / 4; round++) work();
  return Array.from({ length: rounds }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
}

/** What byte-pair tokenizers are slow at: nothing in it can be split. */
const HOSTILE: Readonly<Record<string, (length: number) => string>> = {
  "one letter": (length) => "a".repeat(length),
  spaces: (length) => " ".repeat(length),
  "one ideograph": (length) => "\u6f22".repeat(length),
  "brackets and quotes": (length) => '"}]'.repeat(length / 3),
};
const HOSTILE_CHARACTERS = 200_000;
const GROWTH_CHARACTERS = 400_000;

export async function measureWork(): Promise<Target[]> {
  const models = manyModels();
  const estimator = createEstimator({ now: () => NOW });
  await estimator.ready();
  const route = createRoute({ learned: scorePrompt });
  const input = routeInput(PROMPT, models, {});
  const decide = () => void route({ ...input, estimate: estimator.quote({ messages: [...input.messages] }, undefined) });
  // As often as `npm run bench -- routing` has decided before it comes to every key: until then V8 still compiles.
  times(decide, 400);
  const decision = median(times(decide, 200));
  const long = Array.from({ length: 14_000 }, (_, index) => `w${(index * 7919) % 5000}`)
    .join(" ")
    .slice(0, 100_000);
  const scorer = median(times(() => void scorePrompt(PROMPT), 200));
  const longScorer = median(times(() => void scorePrompt(long), 20));
  const hostile = Object.entries(HOSTILE).map(([name, make]) => ({ name, ...growth(estimator.quote.bind(estimator), make) }));
  const rows = hostile.map(({ name, ms, exactMs, ratio }) => [name, format(ms), format(exactMs), format(ratio)]);
  printTable(`Token estimates of ${HOSTILE_CHARACTERS / 1000} kB of`, ["text", "by script, ms", "quoted exactly, ms", "x for twice"], rows);
  return [
    { metric: `decision over ${MODELS} models, median`, seen: decision, unit: "ms", limit: 1, least: "atMost" },
    { metric: "scorer on a prompt, median", seen: scorer, unit: "ms", limit: 1, least: "atMost" },
    { metric: "scorer on a prompt of 100 kB, median", seen: longScorer, unit: "ms", limit: 5, least: "atMost" },
    {
      metric: "hostile text of 800 kB over 400 kB, worst",
      seen: Math.max(...hostile.map(({ ratio }) => ratio)),
      unit: "x",
      limit: 3,
      least: "atMost",
    },
    {
      metric: "hostile text of 200 kB quoted, worst",
      seen: Math.max(...hostile.map(({ exactMs }) => exactMs)),
      unit: "ms",
      limit: 100,
      least: "atMost",
    },
  ];
}

/** What the text before left is not this one's to clear away. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc()");
}

type Quote = ReturnType<typeof createEstimator>["quote"];

function growth(quote: Quote, make: (length: number) => string): { ms: number; exactMs: number; ratio: number } {
  const whole = make(HOSTILE_CHARACTERS);
  let round = 0;
  // Each text is new to the estimator, which remembers what it has counted.
  collectGarbage();
  const once = (text: string): number => {
    round += 1;
    const began = performance.now();
    quote({ messages: [{ role: "user", parts: [{ type: "text", text: `${round}${text}` }] }] });
    return performance.now() - began;
  };
  const exact = Array.from({ length: 10 }, () => once(whole)).slice(2);
  // Long enough that a pause of the machine is not the most of it, and in turn, so that both sizes meet the same pauses.
  const [half, twice] = [make(GROWTH_CHARACTERS), make(2 * GROWTH_CHARACTERS)];
  const pairs = Array.from({ length: 15 }, () => ({ half: once(half), twice: once(twice) }));
  // The least is what the work takes; what is above it is the machine's.
  const ratio = Math.min(...pairs.map((pair) => pair.twice)) / Math.min(...pairs.map((pair) => pair.half));
  return { ms: median(times(() => void estimateTokens(whole), 20)), exactMs: median(exact), ratio };
}
