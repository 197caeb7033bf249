// Properties of the state folder: whatever became of a file in it, the house opens, says what happened, and spends nothing it cannot book.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { isFailure } from "../../shared/failure.ts";
import { closeTill, intent, never, openTill, outcome } from "../support/ledger.ts";
import { damaged, holds, RUNS } from "../support/property.ts";

describe("fuzz: the ledger file", () => {
  let whole = Buffer.alloc(0);

  before(async () => {
    const till = await openTill({ budgets: [{ scope: "all", limitUsd: 5 }] });
    for (let index = 0; index < 20; index += 1) {
      const reservation = await till.budget.reserve(intent(1_000_000), never);
      await reservation.settle(outcome(500_000));
    }
    await closeTill(till, true);
    whole = readFileSync(join(till.folder, "ledger.sqlite"));
    rmSync(till.folder, { recursive: true, force: true });
  });

  holds(
    "a damaged ledger never throws a bug: it books, or refuses, and what was set aside is kept and said",
    fc.asyncProperty(damaged(fc.constantFrom("whole").map(() => whole)), async (bytes) => {
      const folder = mkdtempSync(join(tmpdir(), "latchkey-fuzz-"));
      try {
        writeFileSync(join(folder, "ledger.sqlite"), bytes);
        const till = await openTill({ budgets: [{ scope: "all", limitUsd: 5 }] }, { folder });
        try {
          const reservation = await till.budget.reserve(intent(1_000_000), never);
          await reservation.settle(outcome(500_000));
          await till.budget.status();
        } catch (error) {
          assert.ok(isFailure(error), String(error));
        }
        const aside = readdirSync(folder).find((name) => name.includes(".damaged-"));
        if (aside) {
          assert.ok(readFileSync(join(folder, aside)).equals(bytes) || bytes.length === 0);
          assert.ok(till.ledger.notices.length > 0);
        }
        await closeTill(till);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    Math.ceil(RUNS / 4),
  );
});
