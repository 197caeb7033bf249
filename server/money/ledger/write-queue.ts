// One line of writers per process: in order, a lone one at once, those of a busy moment in one transaction, never blocking the loop.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../../shared/failure.ts";
import { isBusy, translate, unavailable } from "./sqlite-errors.ts";
import type { Memory } from "./sqlite-memory.ts";

type Prepare = (sql: string) => StatementSync;

export interface WriteQueue {
  /** Runs `step` inside a write transaction; what it throws undoes it alone. */
  write<Result>(step: () => Result, signal: AbortSignal | undefined): Promise<Result>;
}

interface Job {
  readonly step: () => unknown;
  readonly signal: AbortSignal | undefined;
  readonly sinceMs: number;
  done(result: unknown): void;
  fail(error: unknown): void;
}

interface File {
  readonly db: DatabaseSync;
  readonly prepare: Prepare;
  readonly memory: Memory;
}

/** How long a write waits for other processes; each of them holds the lock for about a millisecond. */
const PATIENCE_MS = 10_000;
const TURNS_BEFORE_SLEEP = 6;
/** While every turn brings more writes, they are gathered this long: beginning and ending a transaction costs as much as a write. */
const GATHER_MS = 3;
const MOST_GATHERED = 32;
/** A batch ends here, so that streams of this process and writers of others get their turn. */
const LONGEST_BATCH_MS = 6;

export function createWriteQueue(db: DatabaseSync, prepare: Prepare, memory: Memory): WriteQueue {
  const file: File = { db, prepare, memory };
  const waiting: Job[] = [];
  let isDraining = false;
  /** The last transaction held one write alone: nothing says that another is about to come. */
  let isQuiet = true;
  const drain = async (): Promise<void> => {
    for (let turn = 0; waiting.length > 0; ) {
      try {
        if (begins(prepare("BEGIN IMMEDIATE"))) {
          turn = 0;
          isQuiet = waiting.length === 1;
          runBatch(file, waiting);
          await gather(waiting);
          continue;
        }
      } catch (error) {
        waiting.shift()?.fail(error);
        continue;
      }
      dropImpatient(waiting);
      if (turn < TURNS_BEFORE_SLEEP) await nextTurn();
      else await sleep(1 + Math.random() * Math.min(turn, 10));
      turn++;
    }
    isDraining = false;
  };
  const write = <Result>(step: () => Result, signal: AbortSignal | undefined): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      // The queue keeps results of many kinds; each goes back to the one who knows its own.
      waiting.push({ step, signal, sinceMs: performance.now(), done: (result) => resolve(result as Result), fail: reject });
      if (isDraining) return;
      isDraining = true;
      // In a busy moment at the end of this turn of the loop: what a hundred sockets bring in one turn becomes one transaction.
      if (isQuiet) void drain();
      else setImmediate(() => void drain());
    });
  return { write };
}

/** Once a write, so without the options that `node:timers/promises` looks at. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Until a turn of the loop brings no more writes; not for long, and with one turn where there are none. */
async function gather(waiting: readonly Job[]): Promise<void> {
  const until = performance.now() + GATHER_MS;
  let seen: number;
  do {
    seen = waiting.length;
    await nextTurn();
  } while (waiting.length > seen && waiting.length < MOST_GATHERED && performance.now() < until);
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

/** Inside one transaction: as many jobs as there is time for; their promises settle once all of it is committed. */
function runBatch(file: File, waiting: Job[]): void {
  const { db, prepare, memory } = file;
  const until = performance.now() + LONGEST_BATCH_MS;
  const finished: { job: Job; result: unknown }[] = [];
  const isAlone = waiting.length === 1;
  try {
    for (let job = waiting.shift(); job !== undefined; job = performance.now() < until ? waiting.shift() : undefined) {
      runOne(file, job, isAlone, finished);
    }
    prepare("COMMIT").run();
  } catch (error) {
    memory.forget();
    // A full disk may have rolled back already; then there is nothing left to undo.
    if (db.isTransaction) db.exec("ROLLBACK");
    for (const { job } of finished) job.fail(translate(error));
    return;
  }
  for (const { job, result } of finished) job.done(result);
}

function runOne({ db, prepare, memory }: File, job: Job, isAlone: boolean, finished: { job: Job; result: unknown }[]): void {
  if (!isAlone) prepare("SAVEPOINT job").run();
  try {
    // Within the job, so that a file that can no longer be read fails somebody.
    if (finished.length === 0) memory.refresh();
    finished.push({ job, result: job.step() });
    if (!isAlone) prepare("RELEASE job").run();
  } catch (error) {
    if (finished.at(-1)?.job === job) finished.pop();
    job.fail(translate(error));
    memory.forget();
    // Alone, the whole transaction is undone; so it is when SQLite has done that already for want of room.
    if (isAlone || !db.isTransaction) throw error;
    prepare("ROLLBACK TO job").run();
    prepare("RELEASE job").run();
  }
}

function dropImpatient(waiting: Job[]): void {
  for (let index = waiting.length - 1; index >= 0; index--) {
    const job = waiting[index];
    if (job === undefined) continue;
    const isOver = performance.now() - job.sinceMs > PATIENCE_MS;
    if (!isOver && !job.signal?.aborted) continue;
    waiting.splice(index, 1);
    job.fail(isOver ? unavailable("The ledger has been locked by another process for too long") : new Failure("cancelled"));
  }
}
