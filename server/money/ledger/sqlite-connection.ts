// One connection to the ledger file: short write transactions, retried without blocking, on the disk a moment later.
import { fdatasync, openSync, closeSync } from "node:fs";
import { open } from "node:fs/promises";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { translate, unavailable } from "./sqlite-errors.ts";
import { createMemory, type Memory } from "./sqlite-memory.ts";
import { createWriteQueue } from "./write-queue.ts";

/** What was granted in so many milliseconds is told to the disk at once. */
const SOON_MS = 5;

export interface Connection {
  readonly db: DatabaseSync;
  readonly readOnly: boolean;
  /** For steps inside a write alone. */
  readonly memory: Memory;
  prepare(sql: string): StatementSync;
  /** A statement whose text is long to make, by a name of its own. */
  named(name: string, sql: () => string): StatementSync;
  /** Runs `step` in one write transaction. With `durable` the disk is told to keep it, without waiting for it. */
  write<Result>(step: () => Result, options: { durable: boolean; signal?: AbortSignal }): Promise<Result>;
  read<Result>(step: () => Result): Promise<Result>;
  /** Resolves when everything written so far is on the disk. */
  flushed(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly path: string;
  readonly readOnly: boolean;
  readonly wal: boolean;
  /** Just created, and not yet kept by the disk. */
  readonly isNew: boolean;
}

export function createConnection(db: DatabaseSync, options: ConnectionOptions): Connection {
  const statements = new Map<string, StatementSync>();
  const byName = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = db.prepare(sql);
    statements.set(sql, made);
    return made;
  };
  const named = (name: string, sql: () => string): StatementSync => {
    const known = byName.get(name);
    if (known !== undefined) return known;
    const made = db.prepare(sql());
    byName.set(name, made);
    return made;
  };
  const disk = options.wal && !options.readOnly ? createDiskSync(`${options.path}-wal`, options.isNew ? options.path : null) : null;
  const memory = createMemory(prepare);
  const queue = createWriteQueue(db, prepare, memory);
  const write = async <Result>(step: () => Result, { durable, signal }: { durable: boolean; signal?: AbortSignal }): Promise<Result> => {
    if (options.readOnly) throw unavailable("The ledger may only be read (the file or its folder is write-protected)");
    const result = await queue.write(step, signal);
    if (durable) disk?.askSoon();
    return result;
  };
  const read = async <Result>(step: () => Result): Promise<Result> => {
    try {
      return step();
    } catch (error) {
      throw translate(error);
    }
  };
  const flushed = async (): Promise<void> => {
    disk?.ask();
    await disk?.settled();
  };
  const close = async (): Promise<void> => {
    disk?.ask();
    await disk?.close();
    if (db.isOpen) db.close();
  };
  return { db, readOnly: options.readOnly, memory, prepare, named, write, read, flushed, close };
}

/**
 * Tells the disk to keep what is in the write-ahead log, off this thread, one request at a time: a request that
 * comes while one is under way is served by one more, so a hundred reservations cost two waits for the disk. A file
 * that was just created is kept with the first of them: SQLite drops a log whose file is empty.
 */
function createDiskSync(
  path: string,
  created: string | null,
): { ask(): void; askSoon(): void; settled(): Promise<void>; close(): Promise<void> } {
  let descriptor: number | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let isClosed = false;
  let unkept = created;
  const keep = (opened: () => number): Promise<void> =>
    new Promise((resolve) => {
      try {
        fdatasync(opened(), () => resolve());
      } catch {
        resolve();
      }
    });
  const keepFile = async (file: string): Promise<void> => {
    const handle = await open(file, "r+").catch(() => null);
    await handle?.sync().catch(() => undefined);
    await handle?.close().catch(() => undefined);
  };
  const once = async (): Promise<void> => {
    if (unkept !== null) await keepFile(unkept);
    unkept = null;
    await keep(() => (descriptor ??= openSync(path, "r+")));
  };
  const run = async (): Promise<void> => {
    do {
      again = false;
      await once();
    } while (again);
    running = null;
  };
  const ask = (): void => {
    if (isClosed) return;
    again = true;
    running ??= run();
  };
  let soon: NodeJS.Timeout | undefined;
  /** Handing the question to another thread takes longer than the write it is about, and the request is about to leave. */
  const askSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined;
      ask();
    }, SOON_MS);
  };
  const settled = async (): Promise<void> => {
    while (running !== null) await running;
  };
  const close = async (): Promise<void> => {
    await settled();
    isClosed = true;
    clearTimeout(soon);
    if (descriptor !== null) closeSync(descriptor);
    descriptor = null;
  };
  return { ask, askSoon, settled, close };
}
