// What else could score a prompt, each learned from the same rows, so that the shipped scorer is judged beside its alternatives.
import { binRow, walk } from "../forest.ts";
import { predict, standardise } from "../predict.ts";
import { hash, readWords } from "../words.ts";
import type { Example } from "./dataset.ts";
import { grow } from "./grow.ts";
import { EDGES, GROWTH, learn, quantiles, scales } from "./learn.ts";
import { fitRidge } from "./ridge.ts";
import { seeded } from "./random.ts";
import { makeTargets, type Targets } from "./target.ts";

export type Scorer = (example: Example) => number;
export type Learner = (examples: readonly Example[]) => Scorer;

/** Fewer trees than ship, so that a whole table stays within minutes. */
export const PLAN = { ...GROWTH, trees: 40 };

const BUCKETS = 2 ** 16;
const EPOCHS = 6;
const STEP = 0.05;
const DECAY = 1e-4;

function hashedWords({ anatomy }: Example): number[] {
  const { words } = readWords([anatomy.stem, ...anatomy.options, ...anatomy.code].join(" "));
  const single = words.map((word) => hash(word) % BUCKETS);
  const pairs = words.slice(1).map((word, index) => hash(`${words[index]} ${word}`) % BUCKETS);
  return [...new Set([...single, ...pairs])];
}

/** Linear weights on hashed words and word pairs by stochastic descent on the pair's gain within its task. */
const hashedNgrams: Learner = (examples) => {
  const weights = new Float32Array(BUCKETS);
  const { gain, weight } = makeTargets(examples);
  const inputs = examples.map(hashedWords);
  const random = seeded(GROWTH.seed);
  const sum = (input: readonly number[]): number =>
    input.reduce((total, at) => total + (weights[at] ?? 0), 0) / Math.sqrt(input.length || 1);
  for (let step = 0; step < EPOCHS * examples.length; step += 1) {
    const at = Math.floor(random() * examples.length);
    const input = inputs[at] ?? [];
    const push = (STEP * (weight[at] ?? 0) * ((gain[at] ?? 0) - sum(input))) / Math.sqrt(input.length || 1);
    for (const bucket of input) weights[bucket] = (weights[bucket] ?? 0) * (1 - DECAY) + push;
  }
  return (example) => sum(hashedWords(example));
};

/** One forest for prompts of every kind. */
const forestOn =
  (aim: (targets: Targets, examples: readonly Example[]) => readonly number[]): Learner =>
  (examples) => {
    const size = examples[0]?.values.length ?? 0;
    const scaling = scales(examples, size);
    const rows = examples.map(({ values }) => standardise(scaling, values));
    const edges = quantiles(rows, size);
    const targets = makeTargets(examples);
    const bins = rows.map((row) => binRow(edges, EDGES, row));
    const forest = grow(bins, aim(targets, examples), targets.weight, PLAN);
    return ({ values }) => walk(forest, binRow(edges, EDGES, standardise(scaling, values)));
  };

/** One line for prompts of every kind. */
const lineOn =
  (aim: (targets: Targets) => readonly (number | undefined)[]): Learner =>
  (examples) => {
    const scaling = scales(examples, examples[0]?.values.length ?? 0);
    const targets = makeTargets(examples);
    const wanted = aim(targets);
    const chosen = [...examples.keys()].filter((index) => wanted[index] !== undefined);
    const line = fitRidge(
      chosen.map((index) => standardise(scaling, examples[index]?.values ?? [])),
      chosen.map((index) => wanted[index] ?? 0),
      chosen.map((index) => targets.weight[index] ?? 0),
      300,
    );
    return ({ values }) => standardise(scaling, values).reduce((sum, value, index) => sum + value * (line[index] ?? 0), 0);
  };

const shipped: Learner = (examples) => {
  const model = learn(examples, PLAN);
  return ({ anatomy }) => predict(model, anatomy);
};

export const CANDIDATES: Readonly<Record<string, Learner>> = {
  "prompt length": () => (example) => example.prompt.length,
  "hashed words and pairs": hashedNgrams,
  "line on the gain": lineOn(({ gain }) => gain),
  "line on the answer's length": lineOn(({ length }) => length),
  "forest on the pair's gain": forestOn(({ pair }) => pair),
  "forest on the smoothed gain": forestOn(({ gain }) => gain),
  "forest on hardness": forestOn(({ hardness }) => hardness),
  "shipped: by kind": shipped,
};
