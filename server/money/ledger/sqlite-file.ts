// Opens the ledger file: creates it, brings an older one up to date, and sets a damaged one aside; never deletes one.
import { accessSync, chmodSync, constants, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Failure } from "../../../shared/failure.ts";
import { type Connection, createConnection } from "./sqlite-connection.ts";
import { isBusy, isDamaged, isForbidden, translate } from "./sqlite-errors.ts";
import { MIGRATIONS, OLDEST_WRITER } from "./sqlite-schema.ts";

export interface OpenedFile {
  readonly connection: Connection;
  readonly notices: readonly string[];
}

type Sqlite = typeof import("node:sqlite");

/** How often opening is tried while other processes create or migrate the same file. */
const TRIES = 400;

export async function openFile(path: string, atMs: number): Promise<OpenedFile> {
  const sqlite = await import("node:sqlite");
  const notices: string[] = [];
  for (let round = 0; ; round++) {
    const file = identityOf(path);
    try {
      return { connection: await openOnce(sqlite, path), notices };
    } catch (error) {
      if (!isDamaged(error) || round > 2) throw translate(error);
      const kept = setAside(path, file, atMs);
      if (kept !== null)
        notices.push(
          `The ledger file was damaged. It is kept as ${kept}; a new one was begun, so what was spent before is not counted in limits.`,
        );
    }
  }
}

async function openOnce(sqlite: Sqlite, path: string): Promise<Connection> {
  const readOnly = !prepareFolder(path);
  let db: DatabaseSync | null = null;
  for (let attempt = 0; ; attempt++) {
    try {
      db = openDatabase(sqlite, path, readOnly);
      const writable = !readOnly && canWrite(path);
      const isNew = writable && isEmpty(db);
      const wal = configure(db, isNew);
      if (writable) migrate(db, MIGRATIONS.length);
      refuseNewer(db);
      return createConnection(db, { path, readOnly: !writable, wal, isNew });
    } catch (error) {
      if (db?.isOpen) db.close();
      if (!isBusy(error) || attempt >= TRIES) throw error;
      await sleep(1 + Math.random() * 8);
    }
  }
}

function openDatabase(sqlite: Sqlite, path: string, readOnly: boolean): DatabaseSync {
  if (!readOnly) {
    try {
      return first(new sqlite.DatabaseSync(path, { timeout: 0 }));
    } catch (error) {
      if (!isForbidden(error) || !existsSync(path)) throw error;
    }
  }
  try {
    return first(new sqlite.DatabaseSync(path, { timeout: 0, readOnly: true }));
  } catch (error) {
    if (!isForbidden(error)) throw error;
    // Without a right to create the shared-memory file, a file in WAL mode can be read only as it lies there.
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    return first(new sqlite.DatabaseSync(url, { timeout: 0, readOnly: true }));
  }
}

/** SQLite reads nothing before the first statement: this is where a forbidden or foreign file shows. */
function first(db: DatabaseSync): DatabaseSync {
  try {
    db.prepare("PRAGMA user_version").get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Asked of the file system: SQLite itself opens a write-protected file without a word and begins to read. */
function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** NORMAL, since each reservation asks the disk itself (see docs/decisions, the ledger and the disk); FULL where there is no WAL. */
function configure(db: DatabaseSync, isNew: boolean): boolean {
  // A new file holds nothing that waiting for the disk would keep: the first reservation has it kept, file and log.
  if (isNew) db.exec("PRAGMA page_size = 2048; PRAGMA synchronous = OFF");
  const mode = db.prepare("PRAGMA journal_mode = WAL").get();
  const wal = mode?.journal_mode === "wal";
  db.exec(`PRAGMA synchronous = ${wal ? "NORMAL" : "FULL"}; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000`);
  return wal;
}

function isEmpty(db: DatabaseSync): boolean {
  return Number(db.prepare("PRAGMA page_count").get()?.page_count ?? 0) === 0;
}

/** Applies the steps up to `target` that the file does not have yet. */
export function migrate(db: DatabaseSync, target: number): void {
  if (versionOf(db) >= target) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (let step = versionOf(db); step < target; step++) db.exec(MIGRATIONS[step] ?? "");
    db.prepare("INSERT INTO setting VALUES ('oldest-writer', ?, 0) ON CONFLICT DO UPDATE SET value = excluded.value").run(
      String(Math.min(target, OLDEST_WRITER)),
    );
    db.exec(`PRAGMA user_version = ${Math.max(versionOf(db), target)}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function refuseNewer(db: DatabaseSync): void {
  if (versionOf(db) <= MIGRATIONS.length) return;
  const row = db.prepare("SELECT value FROM setting WHERE name = 'oldest-writer'").get();
  if (Number(row?.value) <= MIGRATIONS.length) return;
  throw new Failure("ledgerUnavailable", "The ledger was written by a newer Latchkey. Update this one; nothing was sent or charged.");
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
}

/** True when the file may be written as far as its folder tells; a new file is its owner's alone. */
function prepareFolder(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return true;
  } catch {
    return false;
  }
}

/** Which file lies at the path; file systems give a removed file's number to the next one, so its birth is part of it. */
export function identityOf(path: string): string | null {
  try {
    const { dev, ino, birthtimeMs } = statSync(path);
    return `${dev} ${ino} ${birthtimeMs}`;
  } catch {
    return null;
  }
}

/** Renames the file and its companions; null when another process has done it already. */
export function setAside(path: string, file: string | null, atMs: number): string | null {
  if (file === null || identityOf(path) !== file) return null;
  const kept = `${path}.damaged-${new Date(atMs).toISOString().replaceAll(":", "-")}`;
  for (const suffix of ["", "-wal", "-shm"]) if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix);
  return kept;
}

/** The ledger and its companions are for its owner only. */
export function keepPrivate(path: string): void {
  try {
    for (const suffix of ["", "-wal", "-shm"]) if (existsSync(path + suffix)) chmodSync(path + suffix, 0o600);
  } catch {
    // A file of someone else's, or a file system without modes: it stays as its owner made it.
  }
}
