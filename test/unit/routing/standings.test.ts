// The order by leading bits is the order by comparison, whatever the numbers.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Standing, Standings } from "../../../server/routing/standings.ts";

const amount = fc.oneof(fc.constantFrom(0, -0, 1, 200_000), fc.double({ min: 0, max: 1e12, noNaN: true }), fc.nat());
const score = fc.oneof(
  fc.constantFrom(0, Number.MIN_VALUE, 1e-300, 1),
  fc.double({ min: 0, max: 2000, noNaN: true }),
  // So close that their leading bits are the same.
  fc.nat(9).map((step) => 1 + step * Number.EPSILON),
);
const standing = fc.record({
  group: fc.nat(7),
  score,
  cost: fc.option(amount, { nil: null }),
  quality: fc.option(
    fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10),
    { nil: null },
  ),
});

function byComparison(rows: readonly Standing[]): number[] {
  const compare = (left: Standing, right: Standing) =>
    left.group - right.group ||
    right.score - left.score ||
    (left.cost ?? 0) - (right.cost ?? 0) ||
    (right.quality ?? 0) - (left.quality ?? 0) ||
    left.place - right.place;
  return [...rows].sort(compare).map(({ place }) => place);
}

describe("standings", () => {
  it("are in the order that comparing each with each gives", () => {
    fc.assert(
      fc.property(fc.array(standing, { maxLength: 200 }), (drawn) => {
        const rows = drawn.map((row, place) => ({ ...row, place }));
        const standings = new Standings(rows.length);
        for (const { place, group, score, cost, quality } of rows) standings.set(place, group, score, cost, quality, place);
        assert.deepEqual([...standings.order()], byComparison(rows));
      }),
    );
  });

  it("know whether any has a price or a score", () => {
    const standings = new Standings(1);
    standings.set(0, 4, 0, null, null, 0);
    assert.deepEqual([standings.anyMeasured, standings.anyPriced], [false, false]);
    standings.set(0, 0, 1, 0, 80, 0);
    assert.deepEqual([standings.anyMeasured, standings.anyPriced], [true, true]);
  });
});
