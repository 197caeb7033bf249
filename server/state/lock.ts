// A lock between processes that dies with its holder: the system's own file lock, held through an empty SQLite file.
import { setTimeout as sleep } from "node:timers/promises";

const SQLITE_BUSY = 5;
const LONGEST_WAIT_MS = 30_000;

/** Runs `work` while no other process or caller holds the lock of `path`; a killed holder frees it at once. */
export async function withLock<T>(path: string, work: () => Promise<T>, longestWaitMs = LONGEST_WAIT_MS): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite");
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  try {
    await take(() => lock.exec("BEGIN EXCLUSIVE"), path, longestWaitMs);
    return await work();
  } finally {
    lock.close();
  }
}

async function take(begin: () => void, path: string, longestWaitMs: number): Promise<void> {
  const until = performance.now() + longestWaitMs;
  for (;;) {
    try {
      begin();
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > until)
        throw new Error(`${path} has been locked by another process for ${longestWaitMs} ms`, { cause: error });
      await sleep(1 + Math.random() * 9);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
