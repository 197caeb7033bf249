// When the status bar takes a colour, and which limit it speaks of.
import assert from "node:assert/strict";
import { alarmFor, leftOf, tightestOf } from "../../../extension/limits.ts";
import type { BudgetState } from "../../../shared/spending.ts";

const limit = (given: Partial<BudgetState>): BudgetState => ({
  scope: "all",
  period: "day",
  kind: "hard",
  limitNanoUsd: 100,
  spentNanoUsd: 0,
  reservedNanoUsd: 0,
  ...given,
});

describe("limits at a glance", () => {
  const cases: readonly { name: string; budgets: readonly BudgetState[]; alarm: ReturnType<typeof alarmFor> }[] = [
    { name: "no limit", budgets: [], alarm: undefined },
    { name: "a limit nearly used up", budgets: [limit({ spentNanoUsd: 99 })], alarm: undefined },
    { name: "a soft limit used up", budgets: [limit({ kind: "soft", spentNanoUsd: 100 })], alarm: "asks" },
    { name: "a hard limit used up", budgets: [limit({ spentNanoUsd: 100 })], alarm: "refuses" },
    { name: "what is reserved counts", budgets: [limit({ spentNanoUsd: 60, reservedNanoUsd: 40 })], alarm: "refuses" },
    { name: "both used up", budgets: [limit({ kind: "soft", spentNanoUsd: 100 }), limit({ spentNanoUsd: 100 })], alarm: "refuses" },
    { name: "one conversation's limit", budgets: [limit({ scope: "conversation", spentNanoUsd: 100 })], alarm: undefined },
  ];
  for (const { name, budgets, alarm } of cases) {
    it(`${name}: ${alarm ?? "no colour"}`, () => assert.equal(alarmFor(budgets), alarm));
  }

  it("the tightest is the hard one with the least left", () => {
    const budgets = [limit({ spentNanoUsd: 10 }), limit({ spentNanoUsd: 70 }), limit({ kind: "soft", spentNanoUsd: 99 })];
    const tightest = tightestOf(budgets);
    assert.ok(tightest);
    assert.equal(leftOf(tightest), 30);
  });
});
