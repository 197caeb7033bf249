// What a process remembers of the ledger file: never more than the file holds, whoever else writes, whatever is undone.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { Reservation } from "../../../server/money/budget.ts";
import { LEDGER_FILE } from "../../../server/money/ledger/open.ts";
import { runningBalance } from "../../../server/money/ledger/sqlite-balances.ts";
import { openFile } from "../../../server/money/ledger/sqlite-file.ts";
import { closeTill, intent, never, NOON, openTill, outcome, type Till, USD } from "../../support/ledger.ts";

const BUDGETS = [
  { scope: "all", period: "day", limitUsd: 5 },
  { scope: "provider", period: "month", limitUsd: 4 },
  { scope: "conversation", limitUsd: 2 },
];

const step = fc.record({
  who: fc.nat({ max: 2 }),
  what: fc.constantFrom("reserve", "reserve", "settle", "settle", "release", "status", "limit", "wait"),
  provider: fc.constantFrom("openai", "mistral"),
  conversationId: fc.constantFrom(undefined, "talk"),
  cents: fc.integer({ min: 1, max: 90 }),
  nth: fc.nat({ max: 5 }),
});

describe("a process's memory of the ledger", () => {
  it("equals the rows after every step of three processes on one file", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const first = await openTill({ budgets: BUDGETS });
        const tills = [first, await openTill({ budgets: BUDGETS }, { folder: first.folder }), await openTill({}, { folder: first.folder })];
        const held: Reservation[] = [];
        const file = new DatabaseSync(join(first.folder, LEDGER_FILE), { readOnly: true });
        try {
          for (const each of steps) {
            await take(tills, held, each);
            for (const { kept, summed } of windowsIn(file)) assert.deepEqual(kept, summed);
          }
        } finally {
          file.close();
          for (const till of tills.toReversed()) await closeTill(till, true);
          rmSync(first.folder, { recursive: true, force: true });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is given up with a step that is undone", async () => {
    const till = await openTill();
    await closeTill(till, true);
    const { connection } = await openFile(join(till.folder, LEDGER_FILE), NOON);
    const window = { scope: "all", id: "", fromMs: NOON - 1000, toMs: NOON + 1000 } as const;
    const begin = () => runningBalance(connection, window, NOON);
    const undone = connection.write(
      () => {
        begin();
        begin();
        throw new Error("undone");
      },
      { durable: false },
    );
    await assert.rejects(undone, /undone/);
    assert.equal(connection.memory.windows.size, 0);
    await connection.write(begin, { durable: false });
    const rows = await connection.read(() =>
      connection.prepare("SELECT count(*) AS count FROM balance WHERE from_ms = ?").get(window.fromMs),
    );
    assert.equal(rows?.count, 1);
    await connection.close();
    rmSync(till.folder, { recursive: true, force: true });
  });
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function take(tills: readonly Till[], held: Reservation[], { who, what, provider, conversationId, cents, nth }: Step): Promise<void> {
  const till = tills[who];
  assert.ok(till);
  const asked = intent((cents / 100) * USD, { provider, model: `${provider}/m`, ...(conversationId ? { conversationId } : {}) });
  switch (what) {
    case "reserve":
      held.push(
        ...(await till.budget.reserve(asked, never).then(
          (reservation) => [reservation],
          () => [],
        )),
      );
      return;
    case "settle":
      return held.splice(nth, 1)[0]?.settle(outcome((cents / 200) * USD));
    case "release":
      return held.splice(nth, 1)[0]?.release("cancelled");
    case "status":
      await till.budget.status();
      return;
    case "limit":
      await till.budget.setLimits([{ scope: "model", period: "week", limitUsd: nth + 1, kind: "hard" }]);
      return;
    case "wait":
      till.clock.ms += 5 * 3_600_000;
  }
}

const COLUMN = {
  all: "''",
  provider: "provider",
  model: "model",
  conversation: "conversation_id",
  workspace: "workspace",
  request: "chat_id",
};

/** Every window that is kept, beside what its rows add up to. */
function windowsIn(file: DatabaseSync): { kept: unknown[]; summed: unknown[] }[] {
  return file
    .prepare("SELECT * FROM balance")
    .all()
    .map((row) => {
      const column = COLUMN[String(row.scope) as keyof typeof COLUMN];
      const sums = file
        .prepare(
          `SELECT coalesce(sum(cost_nano), 0) AS spent, coalesce(sum(held_nano), 0) AS held FROM attempt
           WHERE reserved_at >= ? AND reserved_at < ? AND ${column} = ?`,
        )
        .get(row.from_ms ?? 0, row.to_ms ?? 0, row.id ?? "");
      return { kept: [row.spent_nano, row.reserved_nano], summed: [sums?.spent, sums?.held] };
    });
}
