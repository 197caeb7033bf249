// The connection to a team's PostgreSQL: a pool, migrations under an advisory lock, and patience with a server that restarts.
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import { Failure } from "../../../shared/failure.ts";
import type { ProcessFacts } from "./holder.ts";
import { MIGRATION_LOCK, TEAM_MIGRATIONS, TEAM_OLDEST_WRITER } from "./postgres-schema.ts";

export interface PostgresOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  readonly facts: ProcessFacts;
  readonly log?: (message: string, details: Record<string, unknown>) => void;
  /** How long a server that cannot be reached is waited for before a step is given up. */
  readonly patienceMs?: number;
  readonly leaseMs?: number;
}

export type Query = (text: string, values?: readonly unknown[], signal?: AbortSignal) => Promise<readonly Record<string, unknown>[]>;

const CONNECTIONS = 4;

/** Every step is idempotent, so one whose outcome the network swallowed is simply asked again while patience lasts. */
export function connect(options: PostgresOptions): { query: Query; end: () => Promise<void> } {
  const patienceMs = options.patienceMs ?? 5000;
  let opened: Promise<Pool> | null = null;
  const open = (): Promise<Pool> => {
    opened ??= openPool(options).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  const slots = createSlots(CONNECTIONS);
  const once = async (text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> => {
    await slots.take();
    try {
      return (await (await open()).query(text, [...values])).rows;
    } finally {
      slots.give();
    }
  };
  const query: Query = async (text, values = [], signal) => {
    let deadline = Number.POSITIVE_INFINITY;
    for (let delayMs = 25; ; delayMs = Math.min(2 * delayMs, 500)) {
      try {
        return await once(text, values);
      } catch (error) {
        if (!isPassing(error)) throw isRefusal(error) ? unreachable(error) : error;
        if (signal?.aborted) throw new Failure("cancelled", undefined, {}, { cause: error });
        // Patience begins with the first trouble: a queue of one's own making is none.
        deadline = Math.min(deadline, performance.now() + patienceMs);
        if (performance.now() + delayMs > deadline) throw unreachable(error);
        await sleep(delayMs * (0.5 + Math.random() / 2));
      }
    }
  };
  return {
    query,
    end: async () => {
      const pool = await opened?.catch(() => null);
      await pool?.end().catch(() => undefined);
      opened = null;
    },
  };
}

/** The pool's own queue has a time limit, which a burst of chats would meet; this one is served in order, however long. */
function createSlots(count: number): { take(): Promise<void>; give(): void } {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take: () => {
      if (free > 0) {
        free--;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    give: () => {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}

async function openPool({ url, log }: PostgresOptions): Promise<Pool> {
  const { Pool } = await import("pg");
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 3000,
    query_timeout: 10_000,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    application_name: "latchkey",
  });
  // Without a listener, a server that closes an idle connection would end this process.
  pool.on("error", (error) => log?.("the team ledger closed a connection", { reason: error.message }));
  try {
    await migrate(pool);
    return pool;
  } catch (error) {
    await pool.end().catch(() => undefined);
    throw error;
  }
}

async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    await client.query(
      "CREATE SCHEMA IF NOT EXISTS latchkey; CREATE TABLE IF NOT EXISTS latchkey.schema_step (step int PRIMARY KEY, oldest_writer int NOT NULL)",
    );
    const { rows } = await client.query(
      "SELECT coalesce(max(step), 0) AS step, coalesce(max(oldest_writer), 0) AS writer FROM latchkey.schema_step",
    );
    const applied = Number(rows[0]?.step);
    if (applied > TEAM_MIGRATIONS.length && Number(rows[0]?.writer) > TEAM_MIGRATIONS.length)
      throw new Failure(
        "ledgerUnavailable",
        "The team ledger was migrated by a newer Latchkey. Update this one; nothing was sent or charged.",
      );
    for (let step = applied; step < TEAM_MIGRATIONS.length; step++) {
      await client.query(TEAM_MIGRATIONS[step] ?? "");
      await client.query("INSERT INTO latchkey.schema_step VALUES ($1, $2)", [step + 1, TEAM_OLDEST_WRITER]);
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Connection troubles, a server that shuts down or starts, a deadlock: asked again. A refused password is not. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof Failure) return false;
  const code = "code" in error ? String(error.code) : "";
  if (/^(08|57P0|40001|40P01|53300)/.test(code)) return true;
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(code)) return true;
  return code === "" && /terminated|timeout|closed|not queryable|AggregateError/i.test(`${error.name} ${error.message}`);
}

/** Wrong password, no such database, no right to it, no space: waiting does not help, the reason does. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(28|3D|3F|42501|53|58)/.test(String(error.code));
}

function unreachable(error: unknown): Failure {
  const reason = error instanceof Error && error.message !== "" ? error.message : "no answer";
  const message = `The team ledger cannot be reached (${reason}), so no limit could hold; nothing was sent or charged.`;
  return new Failure("ledgerUnavailable", message, { unreachable: true }, { cause: error });
}
