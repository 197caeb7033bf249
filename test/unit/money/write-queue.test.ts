// Writers of one process in line: batched, undone one by one, and none before its turn.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection, type Connection } from "../../../server/money/ledger/sqlite-connection.ts";
import { createWriteQueue } from "../../../server/money/ledger/write-queue.ts";

describe("write queue", () => {
  let folder: string;
  let path: string;
  let connection: Connection;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-queue-"));
    path = join(folder, "q.sqlite");
    const db = new DatabaseSync(path, { timeout: 0 });
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER) STRICT");
    connection = createConnection(db, { path, readOnly: false, wal: true, isNew: false });
  });
  afterEach(async () => {
    await connection.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const put = (x: number, after?: () => void, signal?: AbortSignal) =>
    connection.write(
      () => {
        connection.prepare("INSERT INTO t VALUES (?)").run(x);
        after?.();
        return x;
      },
      { durable: false, signal },
    );
  const all = () =>
    connection.read(() =>
      connection
        .prepare("SELECT x FROM t ORDER BY rowid")
        .all()
        .map((row) => row.x),
    );
  const boom = () => {
    throw new Error("boom");
  };

  it("undoes what a step wrote before it threw, alone", async () => {
    await assert.rejects(put(1, boom), /boom/);
    assert.deepEqual(await all(), []);
    assert.equal(await put(2), 2);
  });

  it("undoes one step of a batch and keeps the others, in order", async () => {
    const other = new DatabaseSync(path, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    const writes = [put(1), put(2, boom), put(3), put(4, boom), put(5)].map((write) => write.catch((error: Error) => error.message));
    await sleep(20);
    assert.deepEqual(await all(), []);
    other.exec("ROLLBACK");
    other.close();
    assert.deepEqual(await Promise.all(writes), [1, "boom", 3, "boom", 5]);
    assert.deepEqual(await all(), [1, 3, 5]);
  });

  it("fails each write, and waits for none for ever, where the file can no longer be read", async () => {
    const { db, prepare, memory } = connection;
    const unreadable = { ...memory, refresh: () => assert.fail("database disk image is malformed") };
    const queue = createWriteQueue(db, prepare, unreadable);
    const writes = [1, 2, 3].map((x) => queue.write(() => x, undefined).catch((error: Error) => error.message));
    for (const message of await Promise.all(writes)) assert.match(String(message), /malformed/);
    assert.equal(await put(4), 4);
  });

  it("does not write for someone who has given up while waiting", async () => {
    const other = new DatabaseSync(path, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    const controller = new AbortController();
    const writes = [put(1), put(2, undefined, controller.signal), put(3)];
    const given = assert.rejects(writes[1] ?? Promise.resolve(), { kind: "cancelled" });
    controller.abort();
    await given;
    other.exec("ROLLBACK");
    other.close();
    await Promise.all([writes[0], writes[2]]);
    assert.deepEqual(await all(), [1, 3]);
  });

  it("lets the loop turn while another process holds the lock", async () => {
    const other = new DatabaseSync(path, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    const write = put(1);
    let turns = 0;
    for (const until = performance.now() + 60; performance.now() < until; turns++) await sleep(1);
    other.exec("COMMIT");
    other.close();
    assert.equal(await write, 1);
    assert.ok(turns > 5, `only ${turns} turns`);
  });
});
