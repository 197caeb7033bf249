// Training's own parts on data small enough to check by hand, and, where the labelled prompts lie beside the project, on those.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { decode } from "../../../server/routing/scorer/model.ts";
import { predict } from "../../../server/routing/scorer/predict.ts";
import { score } from "../../../server/routing/scorer/score.ts";
import { type Example, isPresent, readExamples } from "../../../server/routing/scorer/train/dataset.ts";
import { encode, moduleText } from "../../../server/routing/scorer/train/encode.ts";
import { GROWTH, learn } from "../../../server/routing/scorer/train/learn.ts";
import { apgr } from "../../../server/routing/scorer/train/metric.ts";
import { fitRidge } from "../../../server/routing/scorer/train/ridge.ts";
import { hash } from "../../../server/routing/scorer/words.ts";

const DATA = process.env.ROUTING_DATA ?? fileURLToPath(new URL("../../../../shared/routing/dev", import.meta.url));
const FEW_TREES = { ...GROWTH, trees: 8 };

const outcome = (value: number, weak: number, strong: number) => ({ score: value, weak, strong });

describe("apgr", () => {
  it("is one half for a score that says nothing", () => {
    assert.equal(apgr([outcome(1, 0, 1), outcome(1, 1, 1), outcome(1, 0, 0)]), 0.5);
  });

  it("is highest when every gain comes first and lowest when it comes last", () => {
    const rows = [outcome(4, 0, 1), outcome(3, 1, 1), outcome(2, 1, 1), outcome(1, 1, 1)];
    assert.equal(apgr(rows), 0.875);
    assert.equal(apgr(rows.map((row) => ({ ...row, score: -row.score }))), 0.125);
  });

  it("counts a loss of the stronger model against the score that chose it", () => {
    const rows = [outcome(3, 1, 0), outcome(2, 0, 1), outcome(1, 0, 1)];
    assert.ok(apgr(rows) < 0.5);
  });

  it("refuses a score that is no number", () => assert.throws(() => apgr([outcome(Number.NaN, 0, 1)])));
});

describe("ridge", () => {
  it("finds the line that made the targets", () => {
    const rows = [-2, -1, 0, 1, 2].map((value) => Float64Array.of(value, value * value));
    const line = fitRidge(
      rows,
      rows.map((row) => 3 * (row[0] ?? 0) - 2 * (row[1] ?? 0) + 7),
      rows.map(() => 1),
      1e-9,
    );
    assert.ok(Math.abs((line[0] ?? 0) - 3) < 1e-4 && Math.abs((line[1] ?? 0) + 2) < 1e-4, line.join());
  });

  it("shrinks towards nothing as the penalty grows", () => {
    const rows = [Float64Array.of(-1), Float64Array.of(1)];
    const slopes = [0, 2, 200].map((penalty) => fitRidge(rows, [-1, 1], [1, 1], penalty)[0] ?? 0);
    assert.deepEqual(
      slopes,
      slopes.toSorted((left, right) => right - left),
    );
  });
});

/** Without the material there is nothing to learn from; the suite then says so in its own name. */
if (!isPresent(DATA)) {
  describe("training", () => {
    it(`finds no labelled prompts at ${DATA}, so only its parts were checked`, () => assert.equal(isPresent(DATA), false));
  });
} else {
  describe("training on the labelled prompts", () => {
    let examples: Example[] = [];
    before(function () {
      this.timeout(120_000);
      examples = readExamples(DATA);
    });

    const meanApgr = (members: readonly Example[], scoreOf: (example: Example) => number): number => {
      const tasks = [...new Set(members.map(({ task }) => task))];
      const each = tasks.map((task) =>
        apgr(members.filter((example) => example.task === task).map((example) => ({ ...example, score: scoreOf(example) }))),
      );
      return each.reduce((sum, value) => sum + value, 0) / each.length;
    };

    it("beats prompt length on rows it has not seen", () => {
      const heldOut = ({ prompt }: Example): boolean => hash(prompt) % 2 === 0;
      const model = learn(
        examples.filter((example) => !heldOut(example)),
        FEW_TREES,
      );
      const unseen = examples.filter(heldOut);
      const learned = meanApgr(unseen, ({ anatomy }) => predict(model, anatomy));
      const length = meanApgr(unseen, ({ prompt }) => prompt.length);
      assert.ok(learned > length, `${learned} against ${length}`);
    }).timeout(120_000);

    it("gives the same weights twice, and they survive packing", () => {
      const some = examples.filter((_, index) => index % 10 === 0);
      const [first, second] = [learn(some, FEW_TREES), learn(some, FEW_TREES)];
      const text = moduleText(encode(first), some.length);
      assert.equal(text, moduleText(encode(second), some.length));
      const unpacked = decode(encode(first));
      for (const { anatomy } of some.slice(0, 50)) assert.ok(Math.abs(predict(first, anatomy) - predict(unpacked, anatomy)) < 1e-6);
    }).timeout(120_000);

    it("ships weights that beat prompt length on the prompts they came from", () => {
      assert.ok(meanApgr(examples, ({ prompt }) => score(prompt)) > meanApgr(examples, ({ prompt }) => prompt.length));
    }).timeout(120_000);
  });
}
