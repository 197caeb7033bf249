// What can happen to a file: an older and a newer build, damage, no right to write, no room, a process that dies.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure } from "../../shared/failure.ts";
import type { Reservation } from "../../server/money/budget.ts";
import { LEDGER_FILE } from "../../server/money/ledger/open.ts";
import { migrate, openFile } from "../../server/money/ledger/sqlite-file.ts";
import { MIGRATIONS } from "../../server/money/ledger/sqlite-schema.ts";
import { closeTill, intent, never, NOON, openTill, outcome, USD } from "../support/ledger.ts";

const WORKER = resolve(import.meta.dirname, "../support/ledger-worker.ts");
const isRoot = process.getuid?.() === 0;

interface Said {
  readonly word?: string;
  readonly error?: string;
  readonly message?: string;
  readonly reserved?: number | null;
  readonly notices?: readonly string[];
  readonly said?: readonly string[];
}

function linesOf(text: string): Said[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Said);
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => assert.fail("it was done"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Failure, String(error));
  return error;
}

describe("ledger file", function () {
  this.timeout(30_000);
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-file-"));
    file = join(folder, LEDGER_FILE);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is its owner's alone, and begins in WAL mode", async () => {
    const till = await openTill({}, { folder });
    await till.budget.reserve(intent(1), never);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
    await closeTill(till, true);
    const db = new DatabaseSync(file);
    assert.equal(db.prepare("PRAGMA journal_mode").get()?.journal_mode, "wal");
    db.close();
  });

  for (let step = 1; step < MIGRATIONS.length; step++) {
    it(`of an older build, at step ${step}, is brought up to date with its rows`, async () => {
      const old = new DatabaseSync(file);
      migrate(old, step);
      const columns =
        "attempt_id, chat_id, editor, provider, model, purpose, state, first_in_chat, held_nano, cost_nano, reserved_at, day, holder";
      old.exec(
        `INSERT INTO attempt (${columns}) VALUES ('a', 'c', 'vscode', 'openai', 'openai/o3', 'chat', 'settled', 1, 0, 70000000, ${NOON - 1000}, '2026-11-23', 'h')`,
      );
      if (step >= 2) old.exec("INSERT INTO rollup VALUES ('2026-11-23','openai','openai/o3','','vscode',1,1,0,0,0,0,0,0,1,70000000,0,0)");
      old.close();
      const till = await openTill({ budgets: [{ scope: "all", period: "day", limitUsd: 0.1 }] }, { folder });
      assert.equal((await till.budget.status()).todayNanoUsd, 70_000_000);
      assert.equal((await till.ledger.sums(["model"], {}))[0]?.costNanoUsd, 70_000_000);
      assert.equal((await failureOf(till.budget.reserve(intent(0.04 * USD), never))).kind, "budgetExceeded");
      await till.ledger.shared.set({ key: "k", value: "v", expiresAtMs: NOON + 1 });
      await closeTill(till, true);
    });
  }

  it("of a newer build that lets older ones write is written", async () => {
    await closeTill(await openTill({}, { folder }), true);
    const newer = new DatabaseSync(file);
    newer.exec(
      `ALTER TABLE attempt ADD COLUMN mood TEXT NOT NULL DEFAULT 'fine'; CREATE TABLE more (x); PRAGMA user_version = ${MIGRATIONS.length + 1}`,
    );
    newer.close();
    const till = await openTill({ budgets: [{ scope: "all", limitUsd: 1 }] }, { folder });
    await (await till.budget.reserve(intent(0.5 * USD), never)).settle(outcome(0.1 * USD));
    assert.equal((await till.budget.status()).budgets[0]?.spentNanoUsd, 0.1 * USD);
    await closeTill(till, true);
    const after = new DatabaseSync(file);
    assert.equal(after.prepare("PRAGMA user_version").get()?.user_version, MIGRATIONS.length + 1);
    after.close();
  });

  it("of a newer build that does not is left alone, and says to update", async () => {
    await closeTill(await openTill({}, { folder }), true);
    const newer = new DatabaseSync(file);
    newer.exec(`PRAGMA user_version = 99; UPDATE setting SET value = '99' WHERE name = 'oldest-writer'`);
    newer.close();
    const till = await openTill({}, { folder });
    const failure = await failureOf(till.budget.reserve(intent(1), never));
    assert.deepEqual([failure.kind, /newer Latchkey\. Update/.test(failure.message)], ["ledgerUnavailable", true]);
    assert.ok(await till.budget.reserve(intent(0), never), "a free model passes");
    await closeTill(till, true);
  });

  const damages: readonly { name: string; damage(path: string): void }[] = [
    { name: "is no database", damage: (path) => writeFileSync(path, "x".repeat(8192)) },
    { name: "is cut in the middle", damage: (path) => writeFileSync(path, readFileSync(path).subarray(0, 5000)) },
    {
      name: "has rubbish where its schema was",
      damage: (path) => {
        const bytes = readFileSync(path);
        bytes.fill(0xab, 100, 4000);
        writeFileSync(path, bytes);
      },
    },
  ];
  for (const { name, damage } of damages) {
    it(`that ${name} is kept aside, never deleted, and a new one begun with a clear word`, async () => {
      const first = await openTill({}, { folder });
      await (await first.budget.reserve(intent(1), never)).settle(outcome(1));
      await closeTill(first, true);
      damage(file);
      const damaged = readFileSync(file);
      const till = await openTill({ budgets: [{ scope: "all", limitUsd: 1 }] }, { folder });
      const kept = readdirSync(folder).find((entry) => /\.damaged-.*Z$/.test(entry));
      assert.ok(kept);
      assert.ok(readFileSync(join(folder, kept)).equals(damaged));
      assert.match(till.ledger.notices.join(), /was damaged\. It is kept as .*damaged-.*a new one was begun/);
      assert.ok(await till.budget.reserve(intent(0.5 * USD), never));
      await closeTill(till, true);
    });
  }

  it("that is damaged while four open it is set aside once", async () => {
    await closeTill(await openTill({}, { folder }), true);
    writeFileSync(file, "y".repeat(8192));
    const tills = await Promise.all([1, 2, 3, 4].map(() => openTill({}, { folder })));
    assert.equal(readdirSync(folder).filter((entry) => /\.damaged-.*Z$/.test(entry)).length, 1);
    for (const till of tills) assert.ok(await till.budget.reserve(intent(5), never));
    assert.equal((await tills[0]?.ledger.rows({ limit: 9 }))?.rows.length, 4);
    for (const till of tills) await closeTill(till, true);
  });

  it("that is removed while in use is followed by one that all processes share", async () => {
    const limit = { budgets: [{ scope: "all", limitUsd: 1 }] };
    const [one, two] = [await openTill(limit, { folder }), await openTill(limit, { folder })];
    const before = await one.budget.reserve(intent(0.4 * USD), never);
    await two.budget.reserve(intent(0.1 * USD), never);
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    await one.budget.reserve(intent(0.7 * USD), never);
    assert.equal((await failureOf(two.budget.reserve(intent(0.4 * USD), never))).details.reservedNanoUsd, 0.7 * USD);
    await before.settle(outcome(0.2 * USD));
    assert.equal((await two.budget.status()).budgets[0]?.spentNanoUsd, 0.2 * USD, "what ended later is not forgotten");
    assert.match(one.said.join(), /moved or removed while in use/);
    for (const till of [one, two]) await closeTill(till, true);
  });

  it("that is damaged while in use is kept aside, and everyone goes on in a new one", async () => {
    const limit = { budgets: [{ scope: "all", limitUsd: 1 }] };
    const [one, two] = [await openTill(limit, { folder }), await openTill(limit, { folder })];
    for (let index = 0; index < 300; index++) await (await one.budget.reserve(intent(1000), never)).settle(outcome(1000));
    const checkpoint = new DatabaseSync(file, { timeout: 1000 });
    checkpoint.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    checkpoint.close();
    const rubbish = Buffer.alloc(statSync(file).size - 4096, 0x5a);
    const handle = openSync(file, "r+");
    writeSync(handle, rubbish, 0, rubbish.length, 4096);
    closeSync(handle);
    for (const till of [two, one, two]) await till.budget.reserve(intent(0.3 * USD), never);
    assert.equal((await failureOf(one.budget.reserve(intent(0.3 * USD), never))).kind, "budgetExceeded");
    assert.equal(readdirSync(folder).filter((entry) => /\.damaged-.*Z$/.test(entry)).length, 1);
    assert.match([...one.said, ...two.said].join(), /found damaged while in use.*kept as/);
    for (const till of [one, two]) await closeTill(till, true);
  });

  it("that may only be read shows what was spent, refuses what costs and lets free models pass", async () => {
    const till = await openTill({}, { folder });
    await (await till.budget.reserve(intent(0.03 * USD), never)).settle(outcome(0.02 * USD));
    await closeTill(till, true);
    const [start, status, reserve, free] = asSomeoneElse(folder, ["status", "reserve", "free"]);
    assert.match(start?.notices?.join() ?? "", /may only be read/);
    assert.equal((status as { budgets?: { spentNanoUsd: number }[] }).budgets?.[0]?.spentNanoUsd, 0.02 * USD);
    assert.deepEqual([reserve?.error, /may only be read.*nothing was sent/.test(reserve?.message ?? "")], ["ledgerUnavailable", true]);
    assert.deepEqual([free?.error, free?.reserved], [undefined, null]);
  });

  it("in a folder that may not be made is said to be unavailable, and free models pass", async () => {
    writeFileSync(join(folder, "in-the-way"), "");
    const till = await openTill({}, { folder: join(folder, "in-the-way", "state") });
    assert.equal((await failureOf(till.budget.reserve(intent(1), never))).kind, "ledgerUnavailable");
    assert.ok(await till.budget.reserve(intent(0), never));
    await closeTill(till, true);
  });

  it("that may not grow refuses cleanly, keeps what it has and goes on when there is room", async () => {
    const { connection } = await openFile(file, NOON);
    const pages = Number(connection.db.prepare("PRAGMA page_count").get()?.page_count);
    connection.db.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const put = () =>
      connection.write(() => connection.prepare("INSERT INTO shared VALUES (?, ?, 1)").run(crypto.randomUUID(), "x".repeat(3000)), {
        durable: true,
      });
    const failure = await failureOf(
      (async () => {
        for (let row = 0; row < 50; row++) await put();
      })(),
    );
    assert.deepEqual([failure.kind, /disk that holds the ledger is full/.test(failure.message)], ["ledgerUnavailable", true]);
    connection.db.exec(`PRAGMA max_page_count = ${pages + 200}`);
    await put();
    assert.equal(connection.db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
    await connection.close();
  });

  it("under a limit on file size refuses cleanly and stays whole", async () => {
    await closeTill(await openTill({}, { folder }), true);
    const script = `trap '' XFSZ; ulimit -f 300; exec "${process.execPath}" "${WORKER}" "${folder}" ${"reserve settle ".repeat(40)}`;
    const said = linesOf(spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout);
    assert.ok(said.some((line) => line.reserved !== undefined));
    const refusals = said.filter((line) => line.error !== undefined);
    assert.ok(refusals.length > 0, "nothing was refused");
    assert.deepEqual([...new Set(refusals.map((line) => line.error))], ["ledgerUnavailable"]);
    await checkWhole(folder);
  });

  // A file system of one's own can be mounted only by root; elsewhere the two tests above stand for it.
  if (isRoot)
    it("on a full disk refuses cleanly, books what ended once there is room, and stays whole", async () => {
      const small = join(folder, "small");
      mkdirSync(small);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=900k", "tmpfs", small]);
      try {
        const till = await openTill({ budgets: [{ scope: "all", limitUsd: 100 }] }, { folder: small });
        const open: Reservation[] = [];
        let refusal: Failure | null = null;
        while (refusal === null && open.length < 2000)
          await till.budget.reserve(intent(1000, { workspace: "w".repeat(500) }), never).then(
            (reservation) => open.push(reservation),
            (error: Failure) => {
              refusal = error;
            },
          );
        const settled = open.slice(0, 5);
        await Promise.all(settled.map((reservation) => reservation.settle(outcome(10, { rawUsage: { filler: "x".repeat(30_000) } }))));
        execFileSync("mount", ["-o", "remount,size=20m", small]);
        await till.budget.close();
        const { rows } = await till.ledger.rows({ limit: 9999 });
        await till.ledger.close();
        const { kind, message } = refusal ?? assert.fail("the disk was never full");
        assert.deepEqual([kind, /disk that holds the ledger is full/.test(message)], ["ledgerUnavailable", true]);
        assert.match(till.said.join(), /could not be written down yet; it is tried again/);
        assert.deepEqual([rows.length, rows.filter((row) => row.state === "settled").length], [open.length, settled.length]);
        await checkWhole(small);
      } finally {
        execFileSync("umount", [small]);
      }
    });

  it("with what a killed process held is settled at its estimate by the next", async () => {
    const worker = spawn(process.execPath, [WORKER, folder, "reserve", "reserve", "wait"], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    await new Promise<void>((done) =>
      worker.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
        if (linesOf(text).length >= 3) done();
      }),
    );
    const gone = new Promise((done) => worker.once("exit", done));
    const till = await openTill({ budgets: [{ scope: "all", limitUsd: 0.02 }] }, { folder });
    assert.equal(
      (await failureOf(till.budget.reserve(intent(0.01 * USD), never))).details.reservedNanoUsd,
      0.02 * USD,
      "while it lives, it holds",
    );
    worker.kill("SIGKILL");
    await gone;
    assert.ok(await till.budget.reserve(intent(0.01 * USD), never), "found at once when the money is needed");
    const { rows } = await till.ledger.rows({ limit: 9 });
    const orphans = rows.filter((row) => row.state === "orphaned");
    assert.deepEqual(
      orphans.map((row) => [row.outcome, row.cost?.nanoUsd, row.cost?.provenance, row.heldNanoUsd]),
      [1, 2].map(() => ["lost", 0.0025 * USD, "estimated", 0]),
    );
    await closeTill(till, true);
  });

  it("is not deceived by another process that got the dead one's number", async () => {
    const till = await openTill({ budgets: [{ scope: "all", limitUsd: 1 }] }, { folder });
    const dead = await openTill({}, { folder });
    await dead.budget.reserve(intent(0.8 * USD), never);
    const db = new DatabaseSync(file, { timeout: 1000 });
    const { changes } = db.prepare("UPDATE holder SET started = '1' WHERE started <> ''").run();
    db.close();
    assert.equal(changes, 1);
    assert.ok(await till.budget.reserve(intent(0.8 * USD), never));
    await closeTill(dead, true);
    await closeTill(till, true);
  });

  it("believes a lease where it cannot ask the kernel, and corrects itself when the silent one speaks", async () => {
    const till = await openTill({ budgets: [{ scope: "all", limitUsd: 1 }] }, { folder });
    const distant = await openTill({}, { folder });
    const reservation = await distant.budget.reserve(intent(0.8 * USD), never);
    const db = new DatabaseSync(file, { timeout: 1000 });
    db.exec("UPDATE holder SET place = 'another machine'");
    db.close();
    assert.equal((await failureOf(till.budget.reserve(intent(0.5 * USD), never))).kind, "budgetExceeded");
    till.clock.ms += 61_000;
    assert.ok(await till.budget.reserve(intent(0.5 * USD), never));
    await reservation.settle(outcome(0.4 * USD));
    const state = (await till.budget.status()).budgets[0];
    assert.deepEqual([state?.spentNanoUsd, state?.reservedNanoUsd], [0.4 * USD, 0.5 * USD]);
    assert.equal((await till.ledger.sums([], {}))[0]?.costNanoUsd, 0.4 * USD);
    await closeTill(distant, true);
    await closeTill(till, true);
  });

  it("prints no warning of Node's on stdout", () => {
    const { stdout } = spawnSync(process.execPath, [WORKER, folder, "reserve"], { encoding: "utf8" });
    assert.ok(
      stdout
        .split("\n")
        .filter(Boolean)
        .every((line) => line.startsWith("{")),
      stdout,
    );
  });
});

async function checkWhole(folder: string): Promise<void> {
  const db = new DatabaseSync(join(folder, LEDGER_FILE));
  assert.equal(db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
  db.close();
  const till = await openTill({ budgets: [{ scope: "all", limitUsd: 100 }] }, { folder });
  await till.ledger.sweep(NOON);
  const { rows } = await till.ledger.rows({ limit: 99_999 });
  const [all] = (await till.budget.status()).budgets;
  assert.equal(
    all?.spentNanoUsd,
    rows.reduce((sum, row) => sum + (row.cost?.nanoUsd ?? 0), 0),
  );
  assert.equal(
    all?.reservedNanoUsd,
    rows.reduce((sum, row) => sum + row.heldNanoUsd, 0),
  );
  await closeTill(till, true);
}

/** The worker under an account that may read the files but not write them; root would not notice a mode. */
function asSomeoneElse(folder: string, words: readonly string[]): Said[] {
  const shown = mkdtempSync(join(tmpdir(), "latchkey-shown-"));
  try {
    cpSync(folder, shown, { recursive: true });
    if (!existsSync(join(shown, LEDGER_FILE))) assert.fail("no ledger to show");
    for (const name of readdirSync(shown)) chmodSync(join(shown, name), 0o444);
    chmodSync(shown, 0o555);
    const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    if (isRoot) chownSync(shown, 0, 0);
    const { stdout, stderr } = spawnSync(process.execPath, [WORKER, shown, ...words], { encoding: "utf8", ...nobody });
    assert.notEqual(stdout, "", stderr);
    return linesOf(stdout);
  } finally {
    chmodSync(shown, 0o755);
    rmSync(shown, { recursive: true, force: true });
  }
}
