// Sums, exports, savings and repricing over a real ledger.
import assert from "node:assert/strict";
import type { Price } from "../../../shared/model.ts";
import { NO_USAGE } from "../../../shared/money.ts";
import { createCalendar } from "../../../server/money/calendar.ts";
import { costOf } from "../../../server/money/cost.ts";
import { parseCsv } from "../../../server/money/csv.ts";
import { createReports, type Reports } from "../../../server/money/reports.ts";
import { modelOf } from "../../support/catalogue.ts";
import { closeTill, intent, never, openTill, outcome, type Till, USD } from "../../support/ledger.ts";

const dated = (usd: { input: number; output: number }, more: Partial<Price> = {}): Price => ({
  rates: { input: usd.input * USD, output: usd.output * USD, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
  version: `${usd.input}/${usd.output}`,
  source: "test",
  date: "2026-11-01",
  ...more,
});

describe("reports", () => {
  let till: Till;
  let prices: Record<string, Price[]>;
  let reports: Reports;
  beforeEach(async () => {
    till = await openTill();
    prices = { "openai/cheap": [dated({ input: 1, output: 2 })], "anthropic/dear": [dated({ input: 10, output: 20 })] };
    reports = createReports({
      ledger: till.ledger,
      find: (id) => {
        const known = prices[id];
        return known === undefined
          ? undefined
          : { ...modelOf(id, { capabilities: ["tools"], contextWindowTokens: 100_000 }), prices: known };
      },
      calendar: () => createCalendar("UTC"),
      now: () => till.clock.ms,
    });
  });
  afterEach(() => closeTill(till));

  /** Books an attempt with these tokens at its model's present price. */
  async function book(
    model: string,
    at: string,
    tokens: { input: number; output: number; cached?: number },
    more: Parameters<typeof intent>[1] = {},
  ): Promise<void> {
    till.clock.ms = Date.parse(at);
    const usage = { ...NO_USAGE, inputTokens: tokens.input, cacheReadTokens: tokens.cached ?? 0, outputTokens: tokens.output };
    const price = prices[model]?.[0] ?? null;
    const reservation = await till.budget.reserve(
      intent(price === null ? null : USD, { model, provider: model.split("/")[0] ?? "", priceVersion: price?.version ?? null, ...more }),
      never,
    );
    await reservation.settle(outcome(0, { usage, cost: costOf(usage, price), rawUsage: { n: tokens.input } }));
  }

  it("adds up by week and month across days", async () => {
    await book("openai/cheap", "2026-11-22T23:00:00Z", { input: 1000, output: 100 });
    await book("openai/cheap", "2026-11-23T01:00:00Z", { input: 1000, output: 100 });
    await book("openai/cheap", "2026-11-24T01:00:00Z", { input: 2000, output: 100 });
    const { rows } = await reports.summarise({ by: ["week"] });
    assert.deepEqual(
      rows.map((row) => [row.week, row.requests, row.usage.inputTokens, row.costNanoUsd]),
      [
        ["2026-W47", 1, 1000, 1_200_000],
        ["2026-W48", 2, 3000, 3_400_000],
      ],
    );
    assert.deepEqual(
      (await reports.summarise({ by: ["month", "provider"] })).rows.map((row) => [row.month, row.provider, row.attempts]),
      [["2026-11", "openai", 3]],
    );
    assert.equal((await reports.summarise({ by: [], from: "2026-11-23", to: "2026-11-23" })).rows[0]?.attempts, 1);
    assert.equal((await reports.summarise({ by: [], from: "2026-11-23T12:00:00Z" })).rows[0]?.attempts, 2);
    await assert.rejects(reports.summarise({ by: [], from: "soon" }), { kind: "invalidParams" });
  });

  it("exports every row as CSV and JSON, an unknown price empty and never 0", async () => {
    await book("openai/cheap", "2026-11-23T01:00:00Z", { input: 1000, output: 100 }, { workspace: '=HYPERLINK("x"), "y"\nz' });
    await book("openai/unknown", "2026-11-23T02:00:00Z", { input: 7, output: 1 });
    const csv = await reports.exportUsage({ format: "csv" });
    const rows = parseCsv(csv.content);
    assert.deepEqual([csv.rows, rows.length], [2, 2]);
    assert.deepEqual([rows[0]?.cost_usd, rows[1]?.cost_usd, rows[1]?.cost_provenance], ["0.001200000", "", "unpriced"]);
    assert.equal(rows[0]?.workspace, `'=HYPERLINK("x"), "y"\nz`);
    assert.deepEqual(JSON.parse(rows[0]?.raw_usage ?? ""), { n: 1000 });
    const json = JSON.parse((await reports.exportUsage({ format: "json", from: "2026-11-23", to: "2026-11-23" })).content) as Record<
      string,
      unknown
    >[];
    assert.deepEqual(
      json.map((row) => [row.model, row.reservedAt, row.rawUsage]),
      [
        ["openai/cheap", "2026-11-23T01:00:00.000Z", { n: 1000 }],
        ["openai/unknown", "2026-11-23T02:00:00.000Z", { n: 7 }],
      ],
    );
    assert.deepEqual(JSON.parse((await reports.exportUsage({ format: "json", from: "2027-01-01" })).content), []);
  });

  it("replays the log on another model and counts what that could not have done", async () => {
    await book("openai/cheap", "2026-11-23T01:00:00Z", { input: 1000, output: 100 });
    await book("openai/cheap", "2026-11-23T02:00:00Z", { input: 1000, output: 100 }, { needs: ["tools"] });
    await book("openai/cheap", "2026-11-23T03:00:00Z", { input: 1000, output: 100 }, { needs: ["tools", "vision"] });
    await book("openai/cheap", "2026-11-23T04:00:00Z", { input: 99_950, output: 100 });
    await book("openai/unknown", "2026-11-23T05:00:00Z", { input: 1, output: 1 });
    const savings = await reports.savings("anthropic/dear", {});
    assert.deepEqual(savings.lost, { tools: 0, vision: 1, structured: 0, window: 1 });
    assert.deepEqual(
      [savings.compared, savings.unpriced, savings.costNanoUsd, savings.baselineNanoUsd, savings.savingsNanoUsd],
      [2, 1, 2_400_000, 24_000_000, 21_600_000],
    );
    await assert.rejects(reports.savings("nobody/x", {}), { kind: "invalidParams" });
  });

  it("finds nothing to reprice while prices are the same", async () => {
    await book("openai/cheap", "2026-11-23T01:00:00Z", { input: 12_345, output: 678, cached: 90 });
    const plan = await reports.planRepricing({});
    assert.deepEqual([plan.looked, plan.changes.length, plan.models], [1, 0, []]);
  });

  it("shows what a corrected price changes, writes it when told, and keeps the old figure", async () => {
    await book("openai/cheap", "2026-11-22T01:00:00Z", { input: 1000, output: 100 });
    await book("openai/cheap", "2026-11-23T01:00:00Z", { input: 1000, output: 100 });
    await book("openai/unknown", "2026-11-23T02:00:00Z", { input: 1000, output: 100 });
    prices["openai/cheap"] = [
      dated({ input: 1, output: 2 }, { validUntil: "2026-11-23" }),
      dated({ input: 0.5, output: 1 }, { validFrom: "2026-11-23" }),
    ];
    prices["openai/unknown"] = [dated({ input: 3, output: 3 })];
    const plan = await reports.planRepricing({ from: "2026-11-01" });
    assert.deepEqual(plan.models, [
      { model: "openai/cheap", changed: 1, beforeNanoUsd: 1_200_000, afterNanoUsd: 600_000, nowPriced: 0, nowUnpriced: 0 },
      { model: "openai/unknown", changed: 1, beforeNanoUsd: 0, afterNanoUsd: 3_300_000, nowPriced: 1, nowUnpriced: 0 },
    ]);
    assert.equal((await reports.summarise({ by: [] })).rows[0]?.costNanoUsd, 2_400_000, "nothing is written yet");
    assert.equal(await reports.applyRepricing(plan.changes), 2);
    const [sum] = (await reports.summarise({ by: [] })).rows;
    assert.deepEqual([sum?.costNanoUsd, sum?.unpriced], [1_200_000 + 600_000 + 3_300_000, 0]);
    assert.equal((await reports.planRepricing({})).changes.length, 0, "the same price gives the same figure");
  });

  it("leaves alone what the vendor itself billed", async () => {
    const reservation = await till.budget.reserve(intent(USD, { model: "openai/cheap" }), never);
    await reservation.settle(outcome(777, { cost: { nanoUsd: 777, provenance: "reported", priceDate: null } }));
    const plan = await reports.planRepricing({});
    assert.deepEqual([plan.looked, plan.kept, plan.changes.length], [1, 1, 0]);
  });

  it("frees a limit that a mistyped price had used up", async () => {
    await till.budget.setLimits([{ scope: "all", period: "month", limitUsd: 1, kind: "hard" }]);
    prices["openai/cheap"] = [dated({ input: 1000, output: 2000 })];
    await book("openai/cheap", "2026-11-23T01:00:00Z", { input: 900, output: 10 });
    await assert.rejects(till.budget.reserve(intent(0.5 * USD), never), { kind: "budgetExceeded" });
    prices["openai/cheap"] = [dated({ input: 1, output: 2 })];
    await reports.applyRepricing((await reports.planRepricing({})).changes);
    assert.ok(await till.budget.reserve(intent(0.5 * USD), never));
  });
});
