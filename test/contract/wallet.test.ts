// The limit that holds: many sidecars, one ledger, one hard limit, sudden death; every step is read back from the ledger.
// LATCHKEY_KILL_ROUNDS=200 runs the long form (`npm run test:wallet`).
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Cluster, startCluster } from "../support/postgres-cluster.ts";
import { ACTUAL_NANO_USD, type Fleet, kill, sendMany, startFleet, until } from "../support/wallet-run.ts";

const KILL_ROUNDS = Number(process.env.LATCHKEY_KILL_ROUNDS ?? 6);
const SERVER_ROUNDS = Math.max(2, Math.round(KILL_ROUNDS / 10));
const limitUsd = (requests: number): number => (requests * ACTUAL_NANO_USD) / 1e9;
const hard = (requests: number) => [
  { scope: "all" as const, period: "month" as const, limitUsd: limitUsd(requests), kind: "hard" as const },
];

/** What every write of an attempt left behind, as the database itself saw it from inside the same transaction. */
interface Audit {
  readonly steps: number;
  readonly mostNanoUsd: number;
  readonly states: Readonly<Record<string, number>>;
  readonly keptNanoUsd: number;
  readonly rowsNanoUsd: number;
}

describe("wallet of many processes", function () {
  this.timeout(Math.max(120_000, KILL_ROUNDS * 3000));
  let home: string;
  let fleet: Fleet;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "latchkey-wallet-"));
  });
  afterEach(async () => {
    await fleet.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("8 sidecars, 2,000 requests at once, one hard limit: never passed, all settled, refusals clean", async () => {
    fleet = await startFleet(home);
    const sidecars = await Promise.all(Array.from({ length: 8 }, () => fleet.start()));
    await sidecars[0]?.request("budget/set", { budgets: hard(1000) });
    auditFile(home);
    const began = performance.now();
    await Promise.all(sidecars.map((sidecar) => sendMany(fleet, sidecar, 250)));
    const ms = performance.now() - began;
    const audit = readAudit(home);
    report("sqlite, 8 processes", audit, ms);
    assert.equal(fleet.tally.sent, 2000);
    verify(audit, 1000, fleet.tally.wrong);
    assert.deepEqual(audit.states, { settled: fleet.tally.answered });
    assert.deepEqual([fleet.tally.answered + fleet.tally.refused, fleet.tally.away], [2000, 0]);
    assert.ok(fleet.tally.answered > 100 && fleet.tally.refused > 100);
    // What was refused while much was reserved fits now: the limit is used to the last whole request.
    for (let more = 0; more < 4000 && readAudit(home).rowsNanoUsd + 2 * ACTUAL_NANO_USD * 8 < 1000 * ACTUAL_NANO_USD; more += 8)
      await Promise.all(sidecars.map((sidecar) => fleet.send(sidecar)));
    verify(readAudit(home), 1000);
  });

  it(`kill -9 of random sidecars at random moments, ${KILL_ROUNDS} rounds: never passed, nothing left reserved, nothing damaged`, async () => {
    fleet = await startFleet(home);
    await Promise.all(Array.from({ length: 8 }, () => fleet.start()));
    const limit = KILL_ROUNDS * 16;
    await fleet.sidecars[0]?.request("budget/set", { budgets: hard(limit) });
    auditFile(home);
    const began = performance.now();
    for (let round = 0; round < KILL_ROUNDS; round++) {
      const running = fleet.sidecars.flatMap((sidecar) => Array.from({ length: 5 }, () => fleet.send(sidecar)));
      await sleep(Math.random() * 60);
      const [victim] = fleet.sidecars.splice(Math.floor(Math.random() * fleet.sidecars.length), 1);
      if (victim) await kill(victim);
      await Promise.all([fleet.start(), ...running]);
    }
    const survivor = await fleet.start();
    const audit = await until(
      async () => {
        await survivor.request("budget/status", {});
        return readAudit(home);
      },
      ({ states }) => !states.reserved,
      20_000,
    );
    report(`sqlite, kill -9, ${KILL_ROUNDS} rounds`, audit, performance.now() - began);
    verify(audit, limit, fleet.tally.wrong);
    assert.ok(fleet.tally.cutOff > 0);
    assert.ok((audit.states.settled ?? 0) >= fleet.tally.answered, "an answer that was given was not booked");
  });
});

describe("wallet of a team", function () {
  this.timeout(Math.max(180_000, KILL_ROUNDS * 3000));
  let home: string;
  let fleet: Fleet;
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.remove());
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "latchkey-team-"));
  });
  afterEach(async () => {
    await fleet.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("4 sidecars on PostgreSQL, 2,000 requests at once, one hard limit: never passed, all settled, refusals clean", async () => {
    const url = await cluster.database("burst");
    fleet = await startFleet(home, { LATCHKEY_LEDGER: url });
    const sidecars = await Promise.all(Array.from({ length: 4 }, () => fleet.start()));
    await sidecars[0]?.request("budget/set", { budgets: hard(1000) });
    await auditServer(url);
    const began = performance.now();
    await Promise.all(sidecars.map((sidecar) => sendMany(fleet, sidecar, 500)));
    const audit = await readServer(url);
    report("postgres, 4 processes", audit, performance.now() - began);
    assert.equal(fleet.tally.sent, 2000);
    verify(audit, 1000, fleet.tally.wrong);
    assert.deepEqual(audit.states, { settled: fleet.tally.answered });
    assert.deepEqual([fleet.tally.answered + fleet.tally.refused, fleet.tally.away], [2000, 0]);
    assert.ok(fleet.tally.answered > 100 && fleet.tally.refused > 100);
  });

  it(`the server killed and started again ${SERVER_ROUNDS} times, and sidecars killed: never passed, nothing lost, nothing left reserved`, async () => {
    const url = await cluster.database("storm");
    fleet = await startFleet(home, { LATCHKEY_LEDGER: url });
    await Promise.all(Array.from({ length: 4 }, () => fleet.start()));
    const limit = SERVER_ROUNDS * 60;
    await fleet.sidecars[0]?.request("budget/set", { budgets: hard(limit) });
    await auditServer(url);
    const began = performance.now();
    for (let round = 0; round < SERVER_ROUNDS; round++) {
      const running = fleet.sidecars.flatMap((sidecar) => Array.from({ length: 20 }, () => fleet.send(sidecar)));
      await sleep(30 + Math.random() * 150);
      await cluster.crash();
      const [victim] = fleet.sidecars.splice(Math.floor(Math.random() * fleet.sidecars.length), 1);
      if (victim) await kill(victim);
      await cluster.start();
      await Promise.all([fleet.start(), ...running]);
    }
    const audit = await until(
      () => readServer(url),
      ({ states }) => !states.reserved,
      90_000,
    );
    report(
      `postgres, server killed ${SERVER_ROUNDS} times (${fleet.tally.away} of ${fleet.tally.sent} refused while it was away)`,
      audit,
      performance.now() - began,
    );
    verify(audit, limit, fleet.tally.wrong);
    assert.ok((audit.states.settled ?? 0) >= fleet.tally.answered, "an answer that was given was not booked");
  });
});

function verify(audit: Audit, requests: number, wrong: readonly string[] = []): void {
  assert.deepEqual([...new Set(wrong)], []);
  assert.ok(audit.steps > 0);
  assert.ok(
    audit.mostNanoUsd <= requests * ACTUAL_NANO_USD,
    `${audit.mostNanoUsd} nano-dollars passed the limit of ${requests * ACTUAL_NANO_USD}`,
  );
  assert.equal(audit.keptNanoUsd, audit.rowsNanoUsd);
}

function report(what: string, audit: Audit, ms: number): void {
  const states = Object.entries(audit.states).map(([state, count]) => `${count} ${state}`);
  console.log(
    `      ${what}: ${Math.round(ms)} ms, ${audit.steps} steps audited, most spent + reserved ${audit.mostNanoUsd} nano-dollars; rows: ${states.join(", ")}`,
  );
}

/** Triggers that no part of the product knows of: after each write the sum over all rows is taken down. */
function auditFile(home: string): void {
  const db = new DatabaseSync(join(home, "ledger.sqlite"), { timeout: 5000 });
  const note = "INSERT INTO audit SELECT coalesce(sum(held_nano), 0) + coalesce(sum(cost_nano), 0) FROM attempt";
  db.exec(`CREATE TABLE audit (total INTEGER NOT NULL);
    CREATE TRIGGER audit_insert AFTER INSERT ON attempt BEGIN ${note}; END;
    CREATE TRIGGER audit_update AFTER UPDATE ON attempt BEGIN ${note}; END;`);
  db.close();
}

function readAudit(home: string): Audit {
  const db = new DatabaseSync(join(home, "ledger.sqlite"), { timeout: 5000 });
  assert.equal(db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
  const steps = db.prepare("SELECT count(*) AS steps, max(total) AS most FROM audit").get();
  const sums = db
    .prepare(
      `SELECT (SELECT coalesce(sum(held_nano), 0) + coalesce(sum(cost_nano), 0) FROM attempt) AS rows,
       (SELECT spent_nano + reserved_nano FROM balance WHERE scope = 'all' ORDER BY from_ms LIMIT 1) AS kept`,
    )
    .get();
  const states = db.prepare("SELECT state, count(*) AS count FROM attempt GROUP BY state").all();
  db.close();
  return auditOf(steps, sums, states);
}

async function auditServer(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`CREATE TABLE audit (total bigint NOT NULL);
    CREATE FUNCTION audit() RETURNS trigger AS $$ BEGIN
      INSERT INTO audit SELECT coalesce(sum(held_nano), 0) + coalesce(sum(cost_nano), 0) FROM latchkey.attempt; RETURN NULL; END $$ LANGUAGE plpgsql;
    CREATE TRIGGER audit AFTER INSERT OR UPDATE ON latchkey.attempt FOR EACH ROW EXECUTE FUNCTION audit();`);
  await client.end();
}

async function readServer(url: string): Promise<Audit> {
  const client = new pg.Client(url);
  await client.connect();
  const steps = await client.query("SELECT count(*) AS steps, max(total) AS most FROM audit");
  const sums = await client.query(
    `SELECT (SELECT coalesce(sum(held_nano), 0) + coalesce(sum(cost_nano), 0) FROM latchkey.attempt) AS rows,
     (SELECT spent_nano + reserved_nano FROM latchkey.balance WHERE scope = 'all' ORDER BY from_ms LIMIT 1) AS kept`,
  );
  const states = await client.query("SELECT state, count(*) AS count FROM latchkey.attempt GROUP BY state");
  await client.end();
  return auditOf(steps.rows[0], sums.rows[0], states.rows);
}

type Row = Readonly<Record<string, unknown>>;

function auditOf(steps: Row | undefined, sums: Row | undefined, states: readonly Row[]): Audit {
  return {
    steps: Number(steps?.steps),
    mostNanoUsd: Number(steps?.most),
    keptNanoUsd: Number(sums?.kept),
    rowsNanoUsd: Number(sums?.rows),
    states: Object.fromEntries(states.map((row) => [String(row.state), Number(row.count)])),
  };
}
