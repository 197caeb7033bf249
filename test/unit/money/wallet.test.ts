// The wallet over a real SQLite ledger: what it grants, refuses, books, says and remembers.
import assert from "node:assert/strict";
import { Failure } from "../../../shared/failure.ts";
import type { BudgetChange } from "../../../server/money/budget.ts";
import { closeTill, intent, never, openTill, outcome, type Till, USD } from "../../support/ledger.ts";

async function refused(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
  assert.fail("it was granted");
}

describe("wallet", () => {
  let till: Till;
  const open = async (budgets: unknown[], more: Record<string, unknown> = {}): Promise<Till> => {
    till = await openTill({ budgets, ...more });
    return till;
  };
  afterEach(async () => {
    if (till) await closeTill(till);
  });

  it("holds the worst case, then books what it was", async () => {
    const { budget } = await open([{ scope: "all", period: "day", limitUsd: 1 }]);
    const reservation = await budget.reserve(intent(0.4 * USD), never);
    assert.equal(reservation.reservedNanoUsd, 0.4 * USD);
    assert.deepEqual(
      (await budget.status()).budgets.map((state) => [state.spentNanoUsd, state.reservedNanoUsd]),
      [[0, 0.4 * USD]],
    );
    await reservation.settle(outcome(0.1 * USD));
    const { budgets, todayNanoUsd } = await budget.status();
    assert.deepEqual([budgets[0]?.spentNanoUsd, budgets[0]?.reservedNanoUsd, todayNanoUsd], [0.1 * USD, 0, 0.1 * USD]);
    assert.equal(budgets[0]?.resetsAt, "2026-11-24T00:00:00.000Z");
  });

  it("refuses what would pass a hard limit, with every figure, and holds nothing for it", async () => {
    const { budget } = await open([{ scope: "all", period: "day", limitUsd: 1 }]);
    await (await budget.reserve(intent(0.5 * USD), never)).settle(outcome(0.3 * USD));
    await budget.reserve(intent(0.5 * USD), never);
    const failure = await refused(budget.reserve(intent(0.3 * USD), never));
    assert.equal(failure.kind, "budgetExceeded");
    const { scope, limitNanoUsd, spentNanoUsd, reservedNanoUsd, neededNanoUsd, availableNanoUsd, resetsAt } = failure.details;
    assert.deepEqual(
      [scope, limitNanoUsd, spentNanoUsd, reservedNanoUsd, neededNanoUsd, availableNanoUsd, resetsAt],
      ["all", USD, 0.3 * USD, 0.5 * USD, 0.3 * USD, 0.2 * USD, "2026-11-24T00:00:00.000Z"],
    );
    assert.match(
      failure.message,
      /daily limit of \$1\.00 for all spending.*\$0\.30 spent, \$0\.50 reserved.*resets at 2026-11-24 00:00 \(UTC\)/,
    );
    assert.ok(await budget.reserve(intent(0.2 * USD), never));
  });

  it("gives released money back", async () => {
    const { budget } = await open([{ scope: "all", limitUsd: 1 }]);
    const reservation = await budget.reserve(intent(USD), never);
    await reservation.release("never sent");
    await reservation.settle(outcome(USD));
    assert.equal((await budget.reserve(intent(USD), never)).reservedNanoUsd, USD);
  });

  it("lets free models pass whatever is spent", async () => {
    const { budget } = await open([{ scope: "all", period: "month", limitUsd: 0 }]);
    const reservation = await budget.reserve(intent(0, { provider: "ollama", model: "ollama/qwen3" }), never);
    assert.equal(reservation.reservedNanoUsd, null);
    await reservation.settle(outcome(0));
    assert.equal((await refused(budget.reserve(intent(1), never))).kind, "budgetExceeded");
  });

  const unpriced = [
    { setting: "refuse", limits: [{ scope: "all", limitUsd: 1 }], passes: false },
    { setting: "allow", limits: [{ scope: "all", limitUsd: 1 }], passes: true },
    { setting: "refuse", limits: [{ scope: "all", limitUsd: 1, kind: "soft" }], passes: true },
    { setting: "refuse", limits: [{ scope: "provider", id: "anthropic", limitUsd: 1 }], passes: true },
    { setting: "refuse", limits: [], passes: true },
  ];
  for (const { setting, limits, passes } of unpriced) {
    it(`${passes ? "lets" : "does not let"} an unpriced model pass with ${setting} and ${JSON.stringify(limits)}`, async () => {
      const { budget, ledger } = await open(limits, { "budget.unpriced": setting });
      if (!passes) {
        assert.equal((await refused(budget.reserve(intent(null), never))).details.unpriced, true);
        return;
      }
      await (await budget.reserve(intent(null), never)).settle(outcome(null));
      const [row] = (await ledger.rows({ limit: 9 })).rows;
      assert.deepEqual(row?.cost, { nanoUsd: null, provenance: "unpriced", priceDate: "2026-11-01" });
    });
  }

  const scopes = [
    { limit: { scope: "request", limitUsd: 1 }, same: { chatId: "c" }, other: { chatId: "d" } },
    { limit: { scope: "conversation", limitUsd: 1 }, same: { conversationId: "c" }, other: { conversationId: "d" } },
    { limit: { scope: "workspace", limitUsd: 1 }, same: { workspace: "/a" }, other: { workspace: "/b" } },
    { limit: { scope: "provider", limitUsd: 1 }, same: { provider: "openai" }, other: { provider: "groq" } },
    { limit: { scope: "provider", id: "openai", limitUsd: 1 }, same: { provider: "openai" }, other: { provider: "groq" } },
    { limit: { scope: "model", id: "openai/o3", limitUsd: 1 }, same: { model: "openai/o3" }, other: { model: "openai/o4" } },
  ];
  for (const { limit, same, other } of scopes) {
    it(`keeps ${JSON.stringify(limit)} for its own id`, async () => {
      const { budget } = await open([limit]);
      await (await budget.reserve(intent(0.6 * USD, same), never)).settle(outcome(0.6 * USD));
      assert.equal((await refused(budget.reserve(intent(0.6 * USD, same), never))).details.scope, limit.scope);
      assert.ok(await budget.reserve(intent(0.6 * USD, other), never));
    });
  }

  it("keeps the caller's own ceiling over all attempts of a chat", async () => {
    const { budget } = await open([]);
    const chat = { chatId: "one", chatLimitNanoUsd: 0.5 * USD };
    await (await budget.reserve(intent(0.3 * USD, chat), never)).settle(outcome(0.3 * USD));
    assert.equal((await refused(budget.reserve(intent(0.3 * USD, chat), never))).details.scope, "request");
  });

  it("holds less than the worst case when the caller takes less", async () => {
    const { budget } = await open([{ scope: "all", limitUsd: 1 }]);
    const reservation = await budget.reserve(intent(3 * USD, { leastNanoUsd: 0.5 * USD }), never);
    assert.equal(reservation.reservedNanoUsd, USD);
    assert.equal((await refused(budget.reserve(intent(3 * USD, { leastNanoUsd: 1 }), never))).details.availableNanoUsd, 0);
  });

  it("asks at a soft limit, and refuses it only to those who want to be asked first", async () => {
    const { budget } = await open([{ scope: "all", limitUsd: 1, kind: "soft" }]);
    const passed = await budget.reserve(intent(1.5 * USD), never);
    assert.deepEqual(
      passed.asks.map((ask) => [ask.kind, ask.limitNanoUsd, ask.reservedNanoUsd, ask.neededNanoUsd]),
      [["soft", USD, 1.5 * USD, 1.5 * USD]],
    );
    await passed.release("not wanted");
    assert.deepEqual((await budget.reserve(intent(0.5 * USD), never)).asks, []);
    const failure = await refused(budget.reserve(intent(USD, { softLimits: "ask" }), never));
    assert.equal(failure.details.ask, true);
  });

  it("starts anew when the day is over", async () => {
    const { budget, clock } = await open([{ scope: "all", period: "day", limitUsd: 1 }]);
    await (await budget.reserve(intent(USD), never)).settle(outcome(USD));
    assert.equal((await refused(budget.reserve(intent(1), never))).kind, "budgetExceeded");
    clock.ms += 12 * 3_600_000;
    assert.ok(await budget.reserve(intent(USD), never));
  });

  it("keeps the sum when the clock is set back an hour", async () => {
    const { budget, clock, ledger } = await open([{ scope: "all", period: "day", limitUsd: 1 }]);
    const reservation = await budget.reserve(intent(0.6 * USD), never);
    clock.ms -= 3_600_000;
    await reservation.settle(outcome(0.6 * USD));
    assert.equal((await refused(budget.reserve(intent(0.6 * USD), never))).details.spentNanoUsd, 0.6 * USD);
    assert.equal(await ledger.sweep(clock.ms), 0);
    assert.ok(await budget.reserve(intent(0.4 * USD), never));
  });

  it("shares limits that were set with every process, beside its own settings", async () => {
    const { budget, folder } = await open([{ scope: "all", limitUsd: 5 }]);
    const other = await openTill({}, { folder });
    await other.budget.reserve(intent(0.1 * USD), never);
    await budget.setLimits([{ scope: "all", limitUsd: 0.5, kind: "hard" }]);
    assert.equal((await refused(other.budget.reserve(intent(0.45 * USD), never))).details.limitNanoUsd, 0.5 * USD);
    assert.equal((await budget.limits()).budgets.length, 2);
    assert.equal((await other.budget.limits()).budgets.length, 1);
    await closeTill(other, true);
  });

  const wrong = [
    { limit: { scope: "request", period: "day", limitUsd: 1 }, field: "budgets[0].period" },
    { limit: { scope: "all", id: "x", limitUsd: 1 }, field: "budgets[0].id" },
    { limit: { scope: "model", id: "gpt-5", limitUsd: 1 }, field: "budgets[0].id" },
    { limit: { scope: "all", limitUsd: 1e12 }, field: "budgets[0].limitUsd" },
    { limit: { scope: "all", limitUsd: -1 }, field: "budgets[0].limitUsd" },
    { limit: { scope: "galaxy", limitUsd: 1 }, field: "budgets[0].scope" },
  ];
  for (const { limit, field } of wrong) {
    it(`changes no limit for ${JSON.stringify(limit)} and names the field`, async () => {
      const { budget } = await open([]);
      const failure = await refused(budget.setLimits([limit as never]));
      assert.deepEqual([failure.kind, failure.details.field], ["invalidParams", field]);
    });
  }

  it("raises each threshold once, whoever passes it", async () => {
    const { budget, folder } = await open([{ scope: "all", period: "day", limitUsd: 1 }]);
    const other = await openTill({ budgets: [{ scope: "all", period: "day", limitUsd: 1 }] }, { folder });
    const changes: BudgetChange[] = [];
    budget.onChange((change) => changes.push(change));
    other.budget.onChange((change) => changes.push(change));
    for (const wallet of [budget, other.budget, budget, other.budget, budget])
      await (await wallet.reserve(intent(0.2 * USD), never)).settle(outcome(0.2 * USD));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(
      changes
        .flatMap((change) => (change.alert && /is used/.test(change.alert.message) ? [change.alert.percent] : []))
        .sort((a, b) => a - b),
      [50, 75, 90, 100],
    );
    await closeTill(other, true);
  });

  it("warns of a rate that would use the limit up within the hour", async () => {
    const { budget } = await open([{ scope: "all", period: "month", limitUsd: 10 }]);
    const alerts: string[] = [];
    budget.onChange((change) => change.alert && alerts.push(change.alert.message));
    await (await budget.reserve(intent(3 * USD), never)).settle(outcome(3 * USD));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(alerts, [
      "Spending runs at $18.00 an hour: the monthly limit of $10.00 for all spending would be used up in about 23 minutes.",
    ]);
  });

  it("tells listeners of another process's spending", async () => {
    const { budget, folder } = await open([{ scope: "all", period: "day", limitUsd: 1 }]);
    const other = await openTill({}, { folder });
    const heard = new Promise<BudgetChange>((resolve) => budget.onChange((change) => change.todayNanoUsd > 0 && resolve(change)));
    await (await other.budget.reserve(intent(0.2 * USD), never)).settle(outcome(0.2 * USD));
    assert.equal((await heard).todayNanoUsd, 0.2 * USD);
    await closeTill(other, true);
  });
});
