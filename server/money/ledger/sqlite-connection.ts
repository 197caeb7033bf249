// One connection to the ledger file: short write transactions, retried without blocking, on the disk a moment later.
import { fdatasync, openSync, closeSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../../shared/failure.ts";

/** SQLite's primary result codes that mean something here (sqlite.org/rescode.html). */
const CODE = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

/** How long a write waits for other writers before it gives up; each of them holds the lock for well under a millisecond. */
const PATIENCE_MS = 10_000;
const TURNS_BEFORE_SLEEP = 6;

export interface Connection {
  readonly db: DatabaseSync;
  readonly readOnly: boolean;
  prepare(sql: string): StatementSync;
  /** Runs `step` in one write transaction. With `durable` the disk is told to keep it, without waiting for it. */
  write<Result>(step: () => Result, options: { durable: boolean; signal?: AbortSignal }): Promise<Result>;
  read<Result>(step: () => Result): Result;
  /** Resolves when everything written so far is on the disk. */
  flushed(): Promise<void>;
  close(): Promise<void>;
}

export function createConnection(db: DatabaseSync, options: { path: string; readOnly: boolean; wal: boolean }): Connection {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  const disk = options.wal && !options.readOnly ? createDiskSync(`${options.path}-wal`) : null;
  const write = async <Result>(step: () => Result, { durable, signal }: { durable: boolean; signal?: AbortSignal }): Promise<Result> => {
    if (options.readOnly) throw unavailable("The ledger may only be read (the file or its folder is write-protected)");
    const deadline = performance.now() + PATIENCE_MS;
    // Beginning and ending happen in one turn of the loop: nothing else of this process gets in between.
    for (let turn = 0; !begins(prepare("BEGIN IMMEDIATE")); turn++) await patience(turn, deadline, signal);
    const result = atomically(db, prepare("COMMIT"), step);
    if (durable) disk?.ask();
    return result;
  };
  const read = <Result>(step: () => Result): Result => {
    try {
      return step();
    } catch (error) {
      throw translate(error);
    }
  };
  const flushed = async (): Promise<void> => disk?.settled();
  const close = async (): Promise<void> => {
    disk?.ask();
    await disk?.close();
    if (db.isOpen) db.close();
  };
  return { db, readOnly: options.readOnly, prepare, write, read, flushed, close };
}

/** False while another process writes. No SQLite busy timeout: its wait would block every stream of this process. */
function begins(statement: StatementSync): boolean {
  try {
    statement.run();
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw translate(error);
  }
}

async function patience(turn: number, deadline: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) throw new Failure("cancelled");
  if (performance.now() > deadline) throw unavailable("The ledger has been locked by another process for too long");
  if (turn < TURNS_BEFORE_SLEEP) await nextTurn();
  else await sleep(1 + Math.random() * Math.min(turn, 12));
}

function atomically<Result>(db: DatabaseSync, commit: StatementSync, step: () => Result): Result {
  try {
    const result = step();
    commit.run();
    return result;
  } catch (error) {
    // A full disk may have rolled back already; then there is nothing left to undo.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw translate(error);
  }
}

/**
 * Tells the disk to keep what is in the write-ahead log, off this thread, one request at a time: a request that
 * comes while one is under way is served by one more, so a hundred reservations cost two waits for the disk.
 */
function createDiskSync(path: string): { ask(): void; settled(): Promise<void>; close(): Promise<void> } {
  let descriptor: number | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  const once = (): Promise<void> =>
    new Promise((resolve) => {
      try {
        descriptor ??= openSync(path, "r+");
        fdatasync(descriptor, () => resolve());
      } catch {
        resolve();
      }
    });
  const run = async (): Promise<void> => {
    do {
      again = false;
      await once();
    } while (again);
    running = null;
  };
  const ask = (): void => {
    again = true;
    running ??= run();
  };
  const settled = async (): Promise<void> => {
    while (running !== null) await running;
  };
  const close = async (): Promise<void> => {
    await settled();
    if (descriptor !== null) closeSync(descriptor);
    descriptor = null;
  };
  return { ask, settled, close };
}

export function codeOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("errcode" in error) || typeof error.errcode !== "number") return 0;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  return codeOf(error) === CODE.busy || codeOf(error) === CODE.locked;
}

export function isDamaged(error: unknown): boolean {
  return codeOf(error) === CODE.corrupt || codeOf(error) === CODE.notADatabase;
}

export function isForbidden(error: unknown): boolean {
  return codeOf(error) === CODE.readOnly || codeOf(error) === CODE.cannotOpen;
}

function unavailable(message: string, cause?: unknown): Failure {
  return new Failure("ledgerUnavailable", `${message}, so no limit could hold; nothing was sent or charged.`, {}, { cause });
}

/** SQLite's error as a sentence; what is no SQLite error passes as it is. */
export function translate(error: unknown): unknown {
  switch (codeOf(error)) {
    case 0:
      return error;
    case CODE.full:
      return unavailable("The disk that holds the ledger is full", error);
    case CODE.readOnly:
    case CODE.cannotOpen:
      return unavailable("The ledger may not be written", error);
    case CODE.corrupt:
    case CODE.notADatabase:
      return unavailable("The ledger file is damaged; restart Latchkey and it will be set aside", error);
    default:
      return unavailable(`The ledger could not be written (${error instanceof Error ? error.message : "unknown error"})`, error);
  }
}
