// Costs: the five public bills, the rules for buckets without a rate, and what holds for any usage at any price.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Price, Rates } from "../../../shared/model.ts";
import { addUsage, NO_USAGE, totalInputTokens, type Usage } from "../../../shared/money.ts";
import { costOf, outputTokensWithin, worstCase } from "../../../server/money/cost.ts";
import { priceAt } from "../../../server/money/price.ts";

const MILLION = 1_000_000_000;

/** A price in dollars per million tokens. */
function price(usd: Partial<Record<keyof Rates, number>>, more: Partial<Price> = {}): Price {
  return { rates: rates(usd), version: "test", source: "test", date: "2026-11-01", ...more };
}

function rates(usd: Partial<Record<keyof Rates, number>>): Rates {
  const nano = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value * MILLION));
  const { input = 0, output = 0, reasoning } = usd;
  return {
    input: nano(input) ?? 0,
    cacheRead: nano(usd.cacheRead),
    cacheWrite5m: nano(usd.cacheWrite5m),
    cacheWrite1h: nano(usd.cacheWrite1h),
    output: nano(output) ?? 0,
    ...(reasoning === undefined ? {} : { reasoning: nano(reasoning) ?? 0 }),
  };
}

const usage = (more: Partial<Usage>): Usage => ({ ...NO_USAGE, ...more });
const usd = (bill: number): number => Math.round(bill * 1e9);

describe("bills that others got wrong", () => {
  // Figures: https://github.com/BerriAI/litellm/issues/14849 (2025-09-24), reported there as 0.7642.
  it("cached reads are not billed twice (litellm#14849: 0.1849)", () => {
    const cost = costOf(
      usage({ inputTokens: 262_960 - 257_955, cacheReadTokens: 257_955, outputTokens: 1744 }),
      price({ input: 1.25, cacheRead: 0.625, output: 10 }),
    );
    assert.equal(cost.nanoUsd, usd(0.184918125));
    assert.equal(((cost.nanoUsd ?? 0) / 1e9).toFixed(4), "0.1849");
  });

  // Figures: https://github.com/BerriAI/litellm/issues/9812 (2025-04-08): 4.614 + 0.825 cents on the vendor's own page, 3 uncached tokens beside them.
  it("cache writes are not billed as input too (litellm#9812: 0.05439, reported 0.091311)", () => {
    const claude37 = price({ input: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15 });
    const whole = costOf(usage({ inputTokens: 3, cacheWrite5mTokens: 12_304, outputTokens: 550 }), claude37);
    assert.equal(whole.nanoUsd, usd(0.05439 + 3 * 3e-6));
    assert.equal(costOf(usage({ cacheWrite5mTokens: 12_304 }), claude37).nanoUsd, usd(0.04614));
    assert.equal(costOf(usage({ outputTokens: 550 }), claude37).nanoUsd, usd(0.00825));
  });

  // Figures: https://github.com/can1357/oh-my-pi/issues/6876 (2026-07-28).
  it("one-hour cache writes are billed at their own rate (oh-my-pi#6876: 3.44139, reported 2.15086875)", () => {
    const opus5 = price({ input: 5, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10, output: 25 });
    assert.equal(costOf(usage({ cacheWrite1hTokens: 344_139 }), opus5).nanoUsd, usd(3.44139));
    assert.equal(costOf(usage({ cacheWrite5mTokens: 344_139 }), opus5).nanoUsd, usd(2.15086875));
  });

  // https://github.com/Owloops/claude-powerline/issues/104 (2026-08-14) gives the two sums of a session, 305.30 all at the
  // five-minute rate and 355.66 split, but not its tokens or model; what follows from the sums on every Claude price is tested.
  it("the split of a session's writes explains the whole difference (claude-powerline#104: 355.66, reported 305.30)", () => {
    for (const input of [1, 3, 5, 10, 15]) {
      const claude = price({ input, cacheWrite5m: 1.25 * input, cacheWrite1h: 2 * input, output: 5 * input });
      const difference = usd(355.66) - usd(305.3);
      const oneHour = Math.round((difference * 1e6) / (0.75 * input * MILLION));
      const rest = usd(305.3) - (costOf(usage({ cacheWrite5mTokens: oneHour }), claude).nanoUsd ?? 0);
      const output = Math.round((rest * 1e6) / (5 * input * MILLION));
      const wrong = costOf(usage({ cacheWrite5mTokens: oneHour, outputTokens: output }), claude);
      const right = costOf(usage({ cacheWrite1hTokens: oneHour, outputTokens: output }), claude);
      assert.equal(((wrong.nanoUsd ?? 0) / 1e9).toFixed(2), "305.30");
      assert.equal(((right.nanoUsd ?? 0) / 1e9).toFixed(2), "355.66");
    }
  });

  // Figures: https://github.com/tailcallhq/forgecode/issues/1641 (2025-10-03): cost 0, is_byok true, upstream_inference_cost 0.0360795.
  it("an own key behind a router costs what the vendor upstream took (forgecode#1641: 0.0360795, reported 0)", () => {
    const used = usage({ inputTokens: 9171, outputTokens: 113, reasoningTokens: 55 });
    const claude = price({ input: 3, output: 15 });
    assert.deepEqual(costOf(used, claude, { reportedNanoUsd: usd(0.0360795) }), {
      nanoUsd: usd(0.0360795),
      provenance: "reported",
      priceDate: "2026-11-01",
    });
    assert.deepEqual(costOf(used, claude, { reportedNanoUsd: 0 }).provenance, "computed");
    assert.equal(costOf(used, null, { reportedNanoUsd: 0 }).provenance, "unpriced");
  });
});

describe("cost", () => {
  it("is unpriced without a price, never zero", () => {
    assert.deepEqual(costOf(usage({ outputTokens: 5 }), null), { nanoUsd: null, provenance: "unpriced", priceDate: null });
  });

  it("is the vendor's own figure where it gives one, also without a price", () => {
    assert.deepEqual(costOf(usage({ outputTokens: 5 }), null, { reportedNanoUsd: 12 }), {
      nanoUsd: 12,
      provenance: "reported",
      priceDate: null,
    });
  });

  it("counts reasoning once, at its own rate where there is one", () => {
    const used = usage({ outputTokens: 1000, reasoningTokens: 400 });
    assert.equal(costOf(used, price({ output: 10 })).nanoUsd, usd(0.01));
    assert.equal(costOf(used, price({ output: 10, reasoning: 20 })).nanoUsd, usd(0.014));
  });

  const missing = [
    { bucket: "cacheReadTokens", rates: { input: 2 }, perMillion: 2 },
    { bucket: "cacheWrite5mTokens", rates: { input: 2 }, perMillion: 2 },
    { bucket: "cacheWrite1hTokens", rates: { input: 2 }, perMillion: 2 },
    { bucket: "cacheWrite1hTokens", rates: { input: 2, cacheWrite5m: 2.5 }, perMillion: 4 },
    { bucket: "cacheReadTokens", rates: { input: 2, cacheRead: 0 }, perMillion: 0 },
  ] as const;
  for (const { bucket, rates: given, perMillion } of missing) {
    it(`bills a million ${bucket} at ${perMillion} USD where the price says ${JSON.stringify(given)}`, () => {
      assert.equal(costOf(usage({ [bucket]: 1_000_000 }), price(given)).nanoUsd, usd(perMillion));
    });
  }

  it("bills the whole request at the tier that its input passes", () => {
    const tiered = price({ input: 1.25, output: 10 }, { tiers: [{ aboveInputTokens: 200_000, rates: rates({ input: 2.5, output: 15 }) }] });
    assert.equal(costOf(usage({ inputTokens: 200_000, outputTokens: 1000 }), tiered).nanoUsd, usd(0.25 + 0.01));
    assert.equal(
      costOf(usage({ inputTokens: 200_000, cacheReadTokens: 1, outputTokens: 1000 }), tiered).nanoUsd,
      usd(0.5 + 0.0000025 + 0.015),
    );
  });

  it("bills a stated service tier at its rates and calls an unstated one an estimate", () => {
    const served = price({ input: 2, output: 8 }, { serviceTiers: { batch: rates({ input: 1, output: 4 }) } });
    assert.equal(costOf(usage({ inputTokens: 1_000_000 }), served, { serviceTier: "batch" }).nanoUsd, usd(1));
    assert.equal(costOf(usage({ inputTokens: 1_000_000 }), served, { serviceTier: "priority" }).provenance, "estimated");
    assert.equal(costOf(usage({ inputTokens: 1_000_000 }), served, { serviceTier: "default" }).provenance, "computed");
  });

  it("adds prices per request and per image", () => {
    assert.equal(costOf(usage({}), price({}, { perRequestNanoUsd: 5, perImageNanoUsd: 7 }), { images: 2 }).nanoUsd, 19);
  });

  it("holds the price that is valid at the moment", () => {
    const old = price({ input: 1 }, { validUntil: "2026-09-01" });
    const current = price({ input: 2 }, { validFrom: "2026-09-01" });
    assert.equal(priceAt({ prices: [old, current] }, new Date("2026-08-31T23:59:59Z")), old);
    assert.equal(priceAt({ prices: [old, current] }, new Date("2026-09-01T00:00:00Z")), current);
    assert.equal(priceAt({ prices: [] }, new Date()), null);
  });
});

const tokens = fc.integer({ min: 0, max: 50_000_000 });
const anyUsage: fc.Arbitrary<Usage> = fc
  .record({
    inputTokens: tokens,
    cacheReadTokens: tokens,
    cacheWrite5mTokens: tokens,
    cacheWrite1hTokens: tokens,
    outputTokens: tokens,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ share, ...buckets }) => usage({ ...buckets, reasoningTokens: Math.floor(buckets.outputTokens * share) }));
const rate = fc.integer({ min: 0, max: 600 * MILLION });
const optional = fc.option(rate, { nil: null });
const anyRates: fc.Arbitrary<Rates> = fc.record({
  input: rate,
  cacheRead: optional,
  cacheWrite5m: optional,
  cacheWrite1h: optional,
  output: rate,
});
const flatPrice = anyRates.map((given): Price => ({ rates: given, version: "v", source: "s", date: "2026-11-01" }));

describe("cost of anything", () => {
  it("is a whole number of nano-dollars, never negative, and the same each time", () => {
    fc.assert(
      fc.property(anyUsage, flatPrice, (used, at) => {
        const { nanoUsd } = costOf(used, at);
        assert.ok(nanoUsd !== null && Number.isSafeInteger(nanoUsd) && nanoUsd >= 0);
        assert.deepEqual(costOf(used, at), costOf(structuredClone(used), structuredClone(at)));
      }),
    );
  });

  it("equals the exact sum of its buckets, rounded once", () => {
    fc.assert(
      fc.property(anyUsage, anyRates, (used, given) => {
        const full = { ...given, cacheRead: given.cacheRead ?? given.input, cacheWrite5m: given.cacheWrite5m ?? given.input };
        const oneHour = given.cacheWrite1h ?? (given.cacheWrite5m === null ? given.input : Math.max(given.cacheWrite5m, 2 * given.input));
        const exact =
          BigInt(used.inputTokens) * BigInt(full.input) +
          BigInt(used.cacheReadTokens) * BigInt(full.cacheRead) +
          BigInt(used.cacheWrite5mTokens) * BigInt(full.cacheWrite5m) +
          BigInt(used.cacheWrite1hTokens) * BigInt(oneHour) +
          BigInt(used.outputTokens) * BigInt(full.output);
        const nanoUsd = BigInt(costOf(used, { rates: given, version: "v", source: "s", date: "d" }).nanoUsd ?? -1);
        const off = nanoUsd * 1_000_000n - exact;
        assert.ok(off >= -500_000n && off <= 500_000n, `${off}`);
      }),
    );
  });

  it("is additive to the nano-dollar", () => {
    fc.assert(
      fc.property(anyUsage, anyUsage, flatPrice, (left, right, at) => {
        const parts = (costOf(left, at).nanoUsd ?? 0) + (costOf(right, at).nanoUsd ?? 0);
        assert.ok(Math.abs((costOf(addUsage(left, right), at).nanoUsd ?? 0) - parts) <= 1);
      }),
    );
  });

  it("grows with every bucket", () => {
    fc.assert(
      fc.property(anyUsage, anyUsage, flatPrice, (used, more, at) => {
        assert.ok((costOf(addUsage(used, more), at).nanoUsd ?? 0) >= (costOf(used, at).nanoUsd ?? 0));
      }),
    );
  });

  it("is not lowered by a vendor's negative count", () => {
    fc.assert(
      fc.property(anyUsage, flatPrice, fc.integer({ min: -1e6, max: -1 }), (used, at, below) => {
        assert.equal(costOf({ ...used, cacheReadTokens: below }, at).nanoUsd, costOf({ ...used, cacheReadTokens: 0 }, at).nanoUsd);
      }),
    );
  });

  it("never passes the worst case for the same tokens", () => {
    fc.assert(
      fc.property(anyUsage, flatPrice, (used, at) => {
        const most = worstCase(at, { inputTokens: totalInputTokens(used), outputTokens: used.outputTokens, cache: "1h" });
        assert.ok((costOf(used, at).nanoUsd ?? 0) <= (most ?? -1));
      }),
    );
  });

  it("fits under the cap at which a stream is cut, and more tokens do not", () => {
    fc.assert(
      fc.property(flatPrice, fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 1e12 }), (at, inputTokens, nanoUsd) => {
        const most = outputTokensWithin(at, nanoUsd, { inputTokens });
        if (most < 0) assert.ok((worstCase(at, { inputTokens, outputTokens: 0 }) ?? 0) > nanoUsd);
        else if (most < 1e9) {
          assert.ok((worstCase(at, { inputTokens, outputTokens: most }) ?? 0) <= nanoUsd);
          // Below a nano-dollar a token, several tokens may fit into what rounding up left.
          const step = Math.ceil(1_000_000 / Math.max(1, at.rates.output, at.rates.reasoning ?? 0));
          assert.ok((worstCase(at, { inputTokens, outputTokens: most + 1 + step }) ?? 0) > nanoUsd);
        }
      }),
    );
  });
});
