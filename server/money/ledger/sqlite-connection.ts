// One connection to the ledger file: short write transactions, retried without blocking, on the disk a moment later.
import { fdatasync, openSync, closeSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { translate, unavailable } from "./sqlite-errors.ts";
import { createWriteQueue } from "./write-queue.ts";

export interface Connection {
  readonly db: DatabaseSync;
  readonly readOnly: boolean;
  prepare(sql: string): StatementSync;
  /** Runs `step` in one write transaction. With `durable` the disk is told to keep it, without waiting for it. */
  write<Result>(step: () => Result, options: { durable: boolean; signal?: AbortSignal }): Promise<Result>;
  read<Result>(step: () => Result): Promise<Result>;
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
  const queue = createWriteQueue(db, prepare);
  const write = async <Result>(step: () => Result, { durable, signal }: { durable: boolean; signal?: AbortSignal }): Promise<Result> => {
    if (options.readOnly) throw unavailable("The ledger may only be read (the file or its folder is write-protected)");
    const result = await queue.write(step, signal);
    if (durable) disk?.ask();
    return result;
  };
  const read = async <Result>(step: () => Result): Promise<Result> => {
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
