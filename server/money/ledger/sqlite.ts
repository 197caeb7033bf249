// The ledger of one user on one machine: a SQLite file in WAL mode that every sidecar shares; the default.
import { createHolder, type Holder, type HolderRecord, isDead, LEASE_MS, type ProcessFacts } from "./holder.ts";
import type { Ledger, SharedTable, StoredLimits } from "./ledger.ts";
import { book, forget, orphan, release, settle } from "./sqlite-attempts.ts";
import { ensureBalance, keepByIds, keptByIds, pruneBalances, readBalance, sumRows } from "./sqlite-balances.ts";
import type { Connection } from "./sqlite-connection.ts";
import { keepPrivate, type OpenedFile, openFile } from "./sqlite-file.ts";
import { followFile } from "./sqlite-follow.ts";
import { lastAnswer, recent, reprice, rows, sums } from "./sqlite-reports.ts";

export interface SqliteOptions {
  readonly path: string;
  readonly facts: ProcessFacts;
  /** Milliseconds since 1970, as the wall clock shows them. */
  readonly now: () => number;
}

export interface SqliteLedger extends Ledger {
  /** Takes ended attempts out of the file, once they are kept elsewhere. */
  forget(attemptIds: readonly string[]): Promise<void>;
}

export async function openSqliteLedger(options: SqliteOptions): Promise<SqliteLedger> {
  const { connection, notices, onNotice } = await openFollowed(options);
  const holder = createHolder(options.facts);
  const quick = { durable: false } as const;
  const kept = new Set<string>();
  return {
    kind: "sqlite",
    notices: connection.readOnly ? [...notices, "The ledger may only be read: nothing that costs money can be sent."] : notices,
    ...attempts(connection, holder, options.facts),
    balances: async (windows) => {
      const known = await connection.read(() => windows.map((window) => readBalance(connection, window)));
      if (!known.includes(null)) return known.filter((balance) => balance !== null);
      if (connection.readOnly) return connection.read(() => windows.map((window) => sumRows(connection, window)));
      return connection.write(() => windows.map((window) => ensureBalance(connection, window)), quick);
    },
    balancesOf: async (scope, span, limit) => {
      const name = [scope, span.fromMs, span.toMs].join();
      if (!kept.has(name) && !connection.readOnly) await connection.write(() => keepByIds(connection, scope, span), quick);
      kept.add(name);
      return connection.read(() => keptByIds(connection, scope, span, limit));
    },
    spentSince: async (fromMs) =>
      connection.read(() => sumRows(connection, { scope: "all", id: "", fromMs, toMs: Number.MAX_SAFE_INTEGER }).spentNanoUsd),
    limits: async () => connection.read(() => readLimits(connection)),
    storeLimits: (json) => connection.write(() => writeLimits(connection, json), { durable: true }),
    claim: (name, expiresAtMs, atMs) =>
      connection.write(
        () =>
          connection
            .prepare("INSERT INTO claim VALUES (?, ?) ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= ?")
            .run(name, expiresAtMs, atMs).changes === 1,
        quick,
      ),
    version: async () => connection.read(() => Number(connection.prepare("PRAGMA data_version").get()?.data_version)),
    sums: async (by, days) => connection.read(() => sums(connection, by, days)),
    rows: async (range) => connection.read(() => rows(connection, range)),
    recent: async (limit) => connection.read(() => recent(connection, limit)),
    lastAnswer: async (conversationId) => connection.read(() => lastAnswer(connection, conversationId)),
    reprice: (repricings) => connection.write(() => reprice(connection, repricings), { durable: true }),
    onNotice,
    forget: (ids) => connection.write(() => forget(connection, ids), { durable: true }),
    shared: sharedTable(connection),
    close: async () => {
      if (!connection.readOnly) await leave(connection, holder).catch(() => undefined);
      await connection.close();
    },
  };
}

/** The connection that stays with the path, and who is told when that leads to another file. */
async function openFollowed({ path, now }: SqliteOptions): Promise<OpenedFile & { onNotice: NonNullable<Ledger["onNotice"]> }> {
  const listeners = new Set<(message: string) => void>();
  const open = async (): Promise<OpenedFile> => {
    const opened = await openFile(path, now());
    keepPrivate(path);
    return opened;
  };
  const opened = await open();
  const say = (notice: string): void => {
    for (const listener of listeners) listener(notice);
  };
  const onNotice = (listener: (message: string) => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { connection: followFile({ path, opened, reopen: open, now, say }), notices: opened.notices, onNotice };
}

function attempts(connection: Connection, holder: Holder, facts: ProcessFacts): Pick<Ledger, "reserve" | "settle" | "release" | "sweep"> {
  let leaseUntilMs = 0;
  let writtenTo: unknown = null;
  /** What this process holds for its open attempts. */
  const heldNanoUsd = new Map<string, number>();
  const hold = (atMs: number): void => {
    if (writtenTo === connection.db && leaseUntilMs - atMs > LEASE_MS / 2 && leaseUntilMs - atMs <= LEASE_MS) return;
    leaseUntilMs = atMs + LEASE_MS;
    writtenTo = connection.db;
    connection
      .prepare("INSERT INTO holder VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET lease_until = excluded.lease_until")
      .run(holder.id, holder.pid, holder.place, holder.started, leaseUntilMs);
  };
  return {
    reserve: (booking, signal) =>
      connection
        .write(
          () => {
            hold(booking.atMs);
            return book(connection, booking, holder.id);
          },
          { durable: booking.intent.worstNanoUsd !== 0, signal },
        )
        .then((verdict) => {
          if (verdict.outcome === "granted") heldNanoUsd.set(booking.intent.attemptId, verdict.amountNanoUsd);
          return verdict;
        })
        .catch((error: unknown) => {
          // What was undone may have held the record of this process, without which others would take its attempts for orphans.
          leaseUntilMs = 0;
          throw error;
        }),
    settle: async (settlement) => {
      const id = settlement.booking.intent.attemptId;
      const held = heldNanoUsd.get(id);
      heldNanoUsd.delete(id);
      return connection.write(() => settle(connection, settlement, holder.id, held), { durable: false });
    },
    release: (booking, reason, atMs) => {
      heldNanoUsd.delete(booking.intent.attemptId);
      return connection.write(() => release(connection, booking, reason, atMs), { durable: false });
    },
    sweep: async (atMs) => {
      const open = await connection.read(() => openHolders(connection));
      const dead = open.filter((record) => record.id !== holder.id && isDead(record, holder, facts, atMs)).map((record) => record.id);
      const renew = open.some((record) => record.id === holder.id);
      if (connection.readOnly || (dead.length === 0 && !renew)) return 0;
      return connection.write(
        () => {
          if (renew) hold(atMs);
          return dead.reduce((settled, id) => settled + orphanAll(connection, id, atMs), 0);
        },
        { durable: false },
      );
    },
  };
}

/** Whoever has reservations open, with what is known of the process; one that left no record counts as long gone. */
function openHolders(connection: Connection): HolderRecord[] {
  return connection
    .prepare(
      `SELECT o.holder AS id, coalesce(pid, 0) AS pid, coalesce(place, '') AS place, coalesce(started, '') AS started,
       coalesce(lease_until, 0) AS leaseUntilMs
       FROM (SELECT DISTINCT holder FROM attempt WHERE state = 'reserved') AS o LEFT JOIN holder AS h ON h.id = o.holder`,
    )
    .all()
    .map((record) => ({
      id: String(record.id),
      pid: Number(record.pid),
      place: String(record.place),
      started: String(record.started),
      leaseUntilMs: Number(record.leaseUntilMs),
    }));
}

function orphanAll(connection: Connection, holder: string, atMs: number): number {
  const left = connection.prepare("SELECT * FROM attempt WHERE holder = ? AND state = 'reserved'").all(holder);
  for (const row of left) orphan(connection, row, atMs);
  connection.prepare("DELETE FROM holder WHERE id = ?").run(holder);
  return left.length;
}

/** A process that ends in order leaves no record, and clears away what is over. */
async function leave(connection: Connection, holder: Holder): Promise<void> {
  await connection.write(
    () => {
      const open = connection.prepare("SELECT 1 FROM attempt WHERE holder = ? AND state = 'reserved' LIMIT 1").get(holder.id);
      if (open === undefined) connection.prepare("DELETE FROM holder WHERE id = ?").run(holder.id);
      const latest = Number(connection.prepare("SELECT max(reserved_at) AS at FROM attempt").get()?.at ?? 0);
      connection.prepare("DELETE FROM claim WHERE expires_at < ?").run(latest);
      connection.prepare("DELETE FROM shared WHERE expires_at < ?").run(latest);
      pruneBalances(connection, latest);
    },
    { durable: false },
  );
}

function readLimits(connection: Connection): StoredLimits {
  const record = connection.prepare("SELECT value, revision FROM setting WHERE name = 'limits'").get();
  return record === undefined ? { revision: 0, json: "[]" } : { revision: Number(record.revision), json: String(record.value) };
}

function writeLimits(connection: Connection, json: string): StoredLimits {
  connection.memory.forget();
  connection
    .prepare("INSERT INTO setting VALUES ('limits', ?, 1) ON CONFLICT DO UPDATE SET value = excluded.value, revision = revision + 1")
    .run(json);
  return readLimits(connection);
}

function sharedTable(connection: Connection): SharedTable {
  return {
    get: async (key, atMs) => {
      const record = await connection.read(() =>
        connection.prepare("SELECT value FROM shared WHERE key = ? AND expires_at > ?").get(key, atMs),
      );
      return record === undefined ? null : String(record.value);
    },
    set: async ({ key, value, expiresAtMs }) => {
      const put = "INSERT INTO shared VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at";
      await connection.write(() => connection.prepare(put).run(key, value, expiresAtMs), { durable: false });
    },
    delete: async (key) => {
      await connection.write(() => connection.prepare("DELETE FROM shared WHERE key = ?").run(key), { durable: false });
    },
    list: async (prefix, atMs) =>
      connection.read(() =>
        connection
          .prepare("SELECT * FROM shared WHERE substr(key, 1, length(?)) = ? AND expires_at > ? ORDER BY key")
          .all(prefix, prefix, atMs)
          .map((record) => ({ key: String(record.key), value: String(record.value), expiresAtMs: Number(record.expires_at) })),
      ),
  };
}
