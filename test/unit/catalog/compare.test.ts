// Providers' prices side by side, from the shipped catalogue alone, and the cheapest models in order.
import assert from "node:assert/strict";
import { createCatalog } from "../../../server/catalog/catalog.ts";
import { cheapest, comparePrices, type PricedModel, priceLabel, usualCost } from "../../../server/catalog/compare.ts";
import { priceAt } from "../../../server/money/price.ts";
import { modelOf, NOW, type ModelFacts } from "../../support/catalogue.ts";

const priced = (id: string, facts: ModelFacts): PricedModel => {
  const model = modelOf(id, facts);
  return { ...model, price: priceAt(model, NOW) };
};
const usd = (each: number) => ({ usd: { input: each, output: each } });

describe("comparison of prices", () => {
  it("has a row with least, median, most, count and date for every hosted provider of the shipped catalogue", () => {
    const rows = comparePrices(
      createCatalog()
        .all()
        .map((model) => ({ ...model, price: priceAt(model, NOW) })),
    );
    assert.ok(rows.length >= 15, `${rows.length}`);
    for (const row of rows) {
      assert.ok(row.leastNanoUsd <= row.medianNanoUsd && row.medianNanoUsd <= row.mostNanoUsd, row.provider);
      assert.ok(row.models > 0);
      assert.match(row.priceDate, /^2026-/);
    }
  });

  it("takes the median, counts the unpriced apart and leaves out what is retired", () => {
    const [row] = comparePrices([
      priced("a/x", usd(1)),
      priced("a/y", usd(2)),
      priced("a/z", usd(9)),
      priced("a/unpriced", {}),
      priced("a/old", { ...usd(0.1), status: "deprecated" }),
    ]);
    assert.deepEqual(
      [row?.models, row?.unpriced, row?.leastNanoUsd, row?.medianNanoUsd, row?.mostNanoUsd],
      [3, 1, 1_500_000, 3_000_000, 13_500_000],
    );
  });

  it("labels by what a usual prompt costs", () => {
    assert.deepEqual([1_000_000, 1_000_001, 10_000_000, 10_000_001].map(priceLabel), ["budget", "mid", "mid", "premium"]);
  });

  it("lists the cheapest in ascending order, as many as asked for, priced and listed models only", () => {
    const all = createCatalog()
      .all()
      .map((model) => ({ ...model, price: priceAt(model, NOW) }));
    for (const most of [0, 3, 10]) {
      const found = cheapest(all, most);
      assert.equal(found.length, most);
      const costs = found.map((model) => usualCost(model) ?? Number.NaN);
      assert.deepEqual(
        costs,
        costs.toSorted((left, right) => left - right),
      );
      assert.ok(found.every(({ status }) => status === "active"));
    }
  });

  it("knows that a local model costs nothing, and that unknown is not nothing", () => {
    assert.equal(usualCost({ local: true, price: null }), 0);
    assert.equal(usualCost({ local: false, price: null }), null);
  });
});
