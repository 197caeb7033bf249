// The ledger of a team: PostgreSQL, one round trip a step; a server that restarts is waited for, one that stays away is said.
import { columnsOfBooking, columnsOfOutcome, rowOf } from "./attempt-record.ts";
import { createHolder, isDead, LEASE_MS } from "./holder.ts";
import type { Balance, Ledger, Repricing, SharedEntry, Verdict } from "./ledger.ts";
import { connect, type PostgresOptions, type Query } from "./postgres.ts";
import { ANSWERED, lastAnswerOf, SUMS, sumOf } from "./sqlite-reports.ts";

/** Connects at the first step, so that a server that is down does not keep the sidecar from starting. */
export function openPostgresLedger(options: PostgresOptions): Ledger {
  const holder = createHolder(options.facts);
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const { query, end } = connect(options);
  const call = async <Result>(name: string, values: readonly unknown[], signal?: AbortSignal): Promise<Result> => {
    const slots = values.map((_, index) => `$${index + 1}`).join(", ");
    const [row] = await query(`SELECT latchkey.${name}(${slots}) AS result`, values, signal);
    // The functions are ours, and their results have the shapes of the port.
    return row?.result as Result;
  };
  const owner = JSON.stringify({ ...holder, leaseMs });
  return {
    kind: "postgres",
    notices: [],
    reserve: (booking, signal) => {
      const { ceilings, amountNanoUsd: amount, leastNanoUsd: least, limitsRevision: revision } = booking;
      const columns = columnsOfBooking(booking, amount, holder.id);
      return call<Verdict>(
        "reserve",
        [JSON.stringify({ columns, amount, least, revision, ceilings, holder: { ...holder, leaseMs } })],
        signal,
      );
    },
    settle: ({ booking, outcome, atMs }) =>
      call("settle", [JSON.stringify(columnsOfBooking(booking, 0, holder.id)), JSON.stringify(columnsOfOutcome(outcome, atMs))]),
    release: (booking, reason, atMs) =>
      call("release", [booking.intent.attemptId, JSON.stringify({ state: "released", failure_kind: reason, settled_at: atMs })]),
    balances: (windows) => call<Balance[]>("balances", [JSON.stringify(windows)]),
    sweep: async (atMs) => {
      const open = await query(OPEN_HOLDERS);
      let settled = 0;
      for (const record of open) {
        const { id, pid, place, started, left } = record;
        if (id === holder.id) await call("hold", [owner]);
        else if (
          isDead(
            { id: String(id), pid: Number(pid), place: String(place), started: String(started), leaseUntilMs: Number(left) },
            holder,
            options.facts,
            0,
          )
        )
          settled += await call<number>("orphan", [id, atMs]);
      }
      return settled;
    },
    reprice: (repricings: readonly Repricing[]) => call<number>("reprice", [JSON.stringify(repricings)]),
    ...reading(query),
    ...settings(query),
    shared: sharedTable(query),
    close: end,
  };
}

const OPEN_HOLDERS = `SELECT o.holder AS id, coalesce(pid, 0) AS pid, coalesce(place, '') AS place, coalesce(started, '') AS started,
  coalesce(extract(epoch FROM lease_until - clock_timestamp()) * 1000, -1) AS left
  FROM (SELECT DISTINCT holder FROM latchkey.attempt WHERE state = 'reserved') AS o LEFT JOIN latchkey.holder AS h ON h.id = o.holder`;

function reading(query: Query): Pick<Ledger, "balancesOf" | "spentSince" | "sums" | "rows" | "recent" | "lastAnswer" | "version"> {
  const column = {
    conversation: "conversation_id",
    workspace: "workspace",
    provider: "provider",
    model: "model",
    request: "chat_id",
    all: "''",
  };
  return {
    balancesOf: async (scope, { fromMs, toMs }, limit) => {
      const rows = await query(
        `SELECT ${column[scope]} AS id, coalesce(sum(cost_nano), 0) AS spent, coalesce(sum(held_nano), 0) AS reserved FROM latchkey.attempt
         WHERE reserved_at >= $1 AND reserved_at < $2 AND ${column[scope]} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT $3`,
        [fromMs, toMs, limit],
      );
      return rows.map((row) => ({
        scope,
        id: String(row.id),
        fromMs,
        toMs,
        spentNanoUsd: Number(row.spent),
        reservedNanoUsd: Number(row.reserved),
      }));
    },
    spentSince: async (fromMs) => {
      const [row] = await query("SELECT spent FROM latchkey.sum_rows('all', '', $1, 9007199254740991)", [fromMs]);
      return Number(row?.spent);
    },
    sums: async (by, days) => {
      const columns = [...new Set(by)];
      const group = columns.length === 0 ? "" : ` GROUP BY ${columns.join(", ")} ORDER BY ${columns.join(", ")}`;
      const text = `SELECT ${[...columns, SUMS].join(", ")} FROM latchkey.rollup WHERE day >= $1 AND day <= $2${group}`;
      const rows = await query(text, [days.from ?? "", days.to ?? "9"]);
      return rows.filter((row) => Number(row.attempts ?? 0) !== 0).map((row) => sumOf(columns, row));
    },
    rows: async ({ fromMs, toMs, after, limit }) => {
      const [afterMs = -1, afterN = -1] = (after ?? "").split(".").filter(Boolean).map(Number);
      const rows = await query(
        "SELECT * FROM latchkey.attempt WHERE reserved_at >= $1 AND reserved_at < $2 AND (reserved_at, n) > ($3, $4) ORDER BY reserved_at, n LIMIT $5",
        [fromMs ?? 0, toMs ?? Number.MAX_SAFE_INTEGER, afterMs, afterN, limit],
      );
      const last = rows.length < limit ? undefined : rows.at(-1);
      return { rows: rows.map(rowOf), next: last === undefined ? null : `${last.reserved_at}.${last.n}` };
    },
    recent: async (limit) =>
      (await query("SELECT * FROM latchkey.attempt WHERE state = 'settled' ORDER BY n DESC LIMIT $1", [limit])).map(rowOf),
    lastAnswer: async (conversationId) => {
      const text = `SELECT * FROM latchkey.attempt WHERE conversation_id = $1 AND ${ANSWERED} ORDER BY n DESC LIMIT 1`;
      const [row] = await query(text, [conversationId]);
      return row === undefined ? null : lastAnswerOf(row);
    },
    version: async () => String((await query("SELECT last_value || is_called::text AS version FROM latchkey.change"))[0]?.version),
  };
}

function settings(query: Query): Pick<Ledger, "limits" | "storeLimits" | "claim"> {
  return {
    limits: async () => {
      const [row] = await query("SELECT value, revision FROM latchkey.setting WHERE name = 'limits'");
      return row === undefined ? { revision: 0, json: "[]" } : { revision: Number(row.revision), json: String(row.value) };
    },
    storeLimits: async (json) => {
      const [row] = await query(
        `INSERT INTO latchkey.setting AS s VALUES ('limits', $1, 1) ON CONFLICT (name) DO UPDATE SET value = excluded.value,
         revision = s.revision + 1 RETURNING revision, nextval('latchkey.change')`,
        [json],
      );
      return { revision: Number(row?.revision), json };
    },
    claim: async (name, expiresAtMs, atMs) => {
      const rows = await query(
        `INSERT INTO latchkey.claim AS c VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at
         WHERE c.expires_at <= $3 RETURNING name`,
        [name, expiresAtMs, atMs],
      );
      return rows.length === 1;
    },
  };
}

function sharedTable(query: Query): Ledger["shared"] {
  const entryOf = (row: Record<string, unknown>): SharedEntry => ({
    key: String(row.key),
    value: String(row.value),
    expiresAtMs: Number(row.expires_at),
  });
  return {
    get: async (key, atMs) => {
      const [row] = await query("SELECT value FROM latchkey.shared WHERE key = $1 AND expires_at > $2", [key, atMs]);
      return row === undefined ? null : String(row.value);
    },
    set: async ({ key, value, expiresAtMs }) => {
      const put =
        "INSERT INTO latchkey.shared VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at";
      await query(put, [key, value, expiresAtMs]);
    },
    delete: async (key) => {
      await query("DELETE FROM latchkey.shared WHERE key = $1", [key]);
    },
    list: async (prefix, atMs) =>
      (await query("SELECT * FROM latchkey.shared WHERE starts_with(key, $1) AND expires_at > $2 ORDER BY key", [prefix, atMs])).map(
        entryOf,
      ),
  };
}
