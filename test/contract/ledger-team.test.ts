// A team's ledger whose server goes away: refuse, or spend a little and tell the team later; never silence, never a lost figure.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { readSettings } from "../../shared/settings.ts";
import { Failure } from "../../shared/failure.ts";
import type { Budget, BudgetChange } from "../../server/money/budget.ts";
import type { Ledger } from "../../server/money/ledger/ledger.ts";
import { LOCAL_FILE, openLedger } from "../../server/money/ledger/open.ts";
import { createBudget } from "../../server/money/wallet.ts";
import { facts, intent, never, NOON, outcome, USD } from "../support/ledger.ts";
import { type Cluster, startCluster } from "../support/postgres-cluster.ts";

interface Member {
  readonly ledger: Ledger;
  readonly budget: Budget;
  readonly changes: BudgetChange[];
  close(): Promise<void>;
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => assert.fail("it was done"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Failure, String(error));
  return error;
}

describe("team ledger", function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let folder: string;
  let url: string;
  let count = 0;
  const open: Member[] = [];
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.remove());
  beforeEach(async () => {
    await cluster.start();
    count++;
    url = await cluster.database(`team_${count}`);
    folder = mkdtempSync(join(tmpdir(), "latchkey-member-"));
  });
  afterEach(async () => {
    for (const member of open.splice(0)) await member.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function become(settings: Record<string, unknown>, address = url, own = folder): Promise<Member> {
    const read = readSettings({ "budget.timeZone": "UTC", ...settings }).settings;
    const ledger = await openLedger({
      folder: own,
      env: { LATCHKEY_LEDGER: address },
      facts,
      now: () => NOON,
      settings: () => read,
      patienceMs: 300,
    });
    const budget = createBudget({ ledger, settings: () => read, now: () => NOON, timeZone: "UTC", pollMs: 50 });
    const changes: BudgetChange[] = [];
    budget.onChange((change) => changes.push(change));
    let isClosed = false;
    const member: Member = {
      ledger,
      budget,
      changes,
      close: async () => {
        if (isClosed) return;
        isClosed = true;
        await budget.close();
        await ledger.close();
      },
    };
    open.push(member);
    return member;
  }

  const alerts = (member: Member): string[] => member.changes.flatMap((change) => (change.alert ? [change.alert.message] : []));

  it("holds one limit for all members", async () => {
    const [one, two] = [await become({}), await become({}, url, mkdtempSync(join(tmpdir(), "latchkey-member-")))];
    await one.budget.setLimits([{ scope: "all", period: "month", limitUsd: 1, kind: "hard" }]);
    await (await one.budget.reserve(intent(0.7 * USD), never)).settle(outcome(0.6 * USD));
    const failure = await failureOf(two.budget.reserve(intent(0.5 * USD), never));
    assert.deepEqual([failure.kind, failure.details.spentNanoUsd], ["budgetExceeded", 0.6 * USD]);
  });

  it("refuses while the server is away, says why, and lets free models pass", async () => {
    const member = await become({ "ledger.unreachable": "refuse" });
    await (await member.budget.reserve(intent(0.1 * USD), never)).settle(outcome(0.1 * USD));
    await cluster.crash("SIGQUIT");
    const failure = await failureOf(member.budget.reserve(intent(0.1 * USD), never));
    assert.deepEqual([failure.kind, failure.details.unreachable], ["ledgerUnavailable", true]);
    assert.match(failure.message, /team ledger cannot be reached.*nothing was sent/);
    assert.ok(await member.budget.reserve(intent(0), never));
    await cluster.start();
    assert.ok(await member.budget.reserve(intent(0.1 * USD), never));
  });

  it("starts while the server is away", async () => {
    await cluster.crash("SIGQUIT");
    const member = await become({});
    assert.equal((await failureOf(member.budget.reserve(intent(1), never))).kind, "ledgerUnavailable");
    await cluster.start();
    assert.ok(await member.budget.reserve(intent(1), never));
  });

  it("spends no more than the allowance while the server is away, and tells the team afterwards", async () => {
    const settings = { "ledger.unreachable": "allowance", "ledger.allowanceUsd": 0.5 };
    const member = await become(settings);
    await member.budget.setLimits([{ scope: "all", period: "month", limitUsd: 5, kind: "hard" }]);
    await (await member.budget.reserve(intent(1 * USD), never)).settle(outcome(1 * USD));
    await cluster.crash("SIGQUIT");
    const first = await member.budget.reserve(intent(0.3 * USD), never);
    const failure = await failureOf(member.budget.reserve(intent(0.3 * USD), never));
    assert.deepEqual([failure.kind, failure.details.availableNanoUsd, failure.details.unreachable], ["budgetExceeded", 0.2 * USD, true]);
    await first.settle(outcome(0.25 * USD, { rawUsage: { prompt_tokens: 5 } }));
    assert.ok(alerts(member).some((message) => /up to \$0\.50 may be spent on this machine/.test(message)));
    await member.close();
    assert.equal(rowsHere(), 1, "it is written down here");
    await cluster.start();
    const later = await become(settings);
    await later.ledger.sweep(NOON);
    assert.equal(rowsHere(), 0);
    const { rows } = await later.ledger.rows({ limit: 9 });
    assert.deepEqual(rows.map((row) => [row.state, row.cost?.nanoUsd, row.rawUsage === null ? null : JSON.parse(row.rawUsage)]).at(-1), [
      "settled",
      0.25 * USD,
      { prompt_tokens: 5 },
    ]);
    assert.equal((await later.budget.status()).budgets[0]?.spentNanoUsd, 1.25 * USD);
    assert.equal((await later.ledger.sums([], {}))[0]?.costNanoUsd, 1.25 * USD);
  });

  it("still holds the team's last known limits while the server is away", async () => {
    const member = await become({ "ledger.unreachable": "allowance", "ledger.allowanceUsd": 3 });
    await member.budget.setLimits([{ scope: "request", limitUsd: 0.2, kind: "hard" }]);
    await (await member.budget.reserve(intent(0.1 * USD), never)).settle(outcome(0.1 * USD));
    await cluster.crash("SIGQUIT");
    const failure = await failureOf(member.budget.reserve(intent(0.3 * USD), never));
    assert.deepEqual([failure.kind, failure.details.scope], ["budgetExceeded", "request"]);
    assert.ok(await member.budget.reserve(intent(0.1 * USD), never));
  });

  for (const policy of ["refuse", "allowance"]) {
    it(`loses no figure of an attempt that ends while the server is away (${policy})`, async () => {
      const member = await become({ "ledger.unreachable": policy });
      const reservation = await member.budget.reserve(intent(0.3 * USD), never);
      await cluster.crash("SIGQUIT");
      await reservation.settle(outcome(0.125 * USD));
      await cluster.start();
      await member.ledger.sweep(NOON);
      const { rows } = await member.ledger.rows({ limit: 9 });
      assert.deepEqual(
        rows.map((row) => [row.state, row.cost?.nanoUsd, row.heldNanoUsd]),
        [["settled", 0.125 * USD, 0]],
      );
    });
  }

  it("says when a password, a database or an address is wrong, without the password", async () => {
    const wrong = [url.replace(/team_\d+$/, "nowhere"), "postgres://latchkey:geheim@127.0.0.1:1/x", "mysql://x"];
    for (const address of wrong) {
      const member = await become({}, address);
      const failure = await failureOf(member.budget.reserve(intent(1), never));
      assert.equal(failure.kind, "ledgerUnavailable");
      assert.match(failure.message, /nowhere|ECONNREFUSED|must begin with postgres/);
      assert.ok(!failure.message.includes("geheim"));
    }
  });

  it("is migrated once by eight members who come at the same moment", async () => {
    const members = await Promise.all(Array.from({ length: 8 }, () => become({}, url, mkdtempSync(join(tmpdir(), "latchkey-member-")))));
    await Promise.all(members.map((member) => member.budget.reserve(intent(5), never)));
    assert.equal((await members[0]?.ledger.rows({ limit: 99 }))?.rows.length, 8);
  });

  function rowsHere(): number {
    const db = new DatabaseSync(join(folder, LOCAL_FILE));
    const found = Number(db.prepare("SELECT count(*) AS count FROM attempt").get()?.count);
    db.close();
    return found;
  }
});
