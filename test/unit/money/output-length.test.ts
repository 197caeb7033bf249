// Medians of answers' lengths: the newest sixty-four and a prior that counts as three, by arithmetic that sorts nothing.
import assert from "node:assert/strict";
import fc from "fast-check";
import { OutputLengths } from "../../../server/money/output-length.ts";

describe("the median length of answers", () => {
  it("is that of the newest sixty-four, sorted with the prior three times among them", () => {
    const length = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fc.array(length, { maxLength: 150 }), length, (seen, prior) => {
        const lengths = new OutputLengths();
        for (const tokens of seen) lengths.observe("a/m", "code", tokens);
        const sorted = [...seen.slice(-64), prior, prior, prior].sort((left, right) => left - right);
        const expected = seen.length === 0 ? prior : sorted[Math.floor((sorted.length - 1) / 2)];
        assert.equal(lengths.median("a/m", "code", prior), expected);
        // A task with fewer than three answers of its own takes those of the model.
        assert.equal(lengths.median("a/m", "chat", prior), expected);
      }),
    );
  });

  it("is the prior where nothing was seen, and passes answers of no length over", () => {
    const lengths = new OutputLengths();
    lengths.observe("a/m", "code", 0);
    assert.equal(lengths.knows("a/m"), false);
    assert.equal(lengths.median("a/m", "code", 600), 600);
  });
});
