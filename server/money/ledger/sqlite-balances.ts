// Sums per window, kept in step with the rows inside the same transaction; any of them can be rebuilt from the rows.
import type { Balance, Window } from "./ledger.ts";
import type { Connection } from "./sqlite-connection.ts";

/** The column of an attempt that a scope's id is compared with. */
const COLUMN: Record<Window["scope"], string | null> = {
  all: null,
  request: "chat_id",
  conversation: "conversation_id",
  workspace: "workspace",
  provider: "provider",
  model: "model",
};

/** What of an attempt decides in which windows it counts. */
export interface Place {
  readonly provider: string;
  readonly model: string;
  readonly workspace: string | null;
  readonly conversationId: string | null;
  readonly reservedAtMs: number;
}

const MOVE = `UPDATE balance SET spent_nano = spent_nano + ?, reserved_nano = reserved_nano + ?
  WHERE ((scope = 'all' AND id = '') OR (scope = 'provider' AND id = ?) OR (scope = 'model' AND id = ?)
    OR (scope = 'workspace' AND id = ?) OR (scope = 'conversation' AND id = ?)) AND to_ms > ? AND from_ms <= ?`;
const MOVE_AND_TELL = `${MOVE} RETURNING *`;

/** Moves money in every window that this attempt counts in. */
export function moveBalances(connection: Connection, place: Place, spentNanoUsd: number, reservedNanoUsd: number): void {
  connection.prepare(MOVE).run(...moved(place, spentNanoUsd, reservedNanoUsd));
}

/** The same, and what stands there now. */
export function moveAndTell(connection: Connection, place: Place, spentNanoUsd: number, reservedNanoUsd: number): Balance[] {
  return connection
    .prepare(MOVE_AND_TELL)
    .all(...moved(place, spentNanoUsd, reservedNanoUsd))
    .map(balanceOf);
}

function moved({ provider, model, workspace, conversationId, reservedAtMs }: Place, spent: number, reserved: number) {
  return [spent, reserved, provider, model, workspace, conversationId, reservedAtMs, reservedAtMs] as const;
}

/** Inside a write: the kept sum, begun from the rows when nobody has asked for this window before. */
export function ensureBalance(connection: Connection, window: Window): Balance {
  const known = readBalance(connection, window);
  if (known !== null) return known;
  const balance = sumRows(connection, window);
  connection
    .prepare("INSERT INTO balance VALUES (?, ?, ?, ?, ?, ?)")
    .run(window.scope, window.id, window.fromMs, window.toMs, balance.spentNanoUsd, balance.reservedNanoUsd);
  return balance;
}

/** Null for a window that is not kept. One chat has few rows, so its sum is always taken from them. */
export function readBalance(connection: Connection, window: Window): Balance | null {
  if (window.scope === "request") return sumRows(connection, window);
  const record = connection
    .prepare("SELECT * FROM balance WHERE scope = ? AND id = ? AND to_ms = ? AND from_ms = ?")
    .get(window.scope, window.id, window.toMs, window.fromMs);
  return record === undefined ? null : balanceOf(record);
}

export function sumRows(connection: Connection, window: Window): Balance {
  const column = COLUMN[window.scope];
  const record = connection
    .prepare(
      `SELECT coalesce(sum(cost_nano), 0) AS spent, coalesce(sum(held_nano), 0) AS reserved FROM attempt
       WHERE reserved_at >= ? AND reserved_at < ?${column === null ? "" : ` AND ${column} = ?`}`,
    )
    .get(window.fromMs, window.toMs, ...(column === null ? [] : [window.id]));
  return { ...window, spentNanoUsd: Number(record?.spent), reservedNanoUsd: Number(record?.reserved) };
}

/** Inside a write: begins the sums of every id of a scope that has anything in a stretch of time. */
export function keepByIds(connection: Connection, scope: Window["scope"], span: { fromMs: number; toMs: number }): void {
  const column = COLUMN[scope];
  if (column === null) return;
  connection
    .prepare(
      `INSERT INTO balance SELECT ?, ${column}, ?, ?, coalesce(sum(cost_nano), 0), coalesce(sum(held_nano), 0) FROM attempt
       WHERE reserved_at >= ? AND reserved_at < ? AND ${column} IS NOT NULL GROUP BY ${column} ON CONFLICT DO NOTHING`,
    )
    .run(scope, span.fromMs, span.toMs, span.fromMs, span.toMs);
}

export function keptByIds(
  connection: Connection,
  scope: Window["scope"],
  span: { fromMs: number; toMs: number },
  limit: number,
): Balance[] {
  return connection
    .prepare(
      `SELECT * FROM balance WHERE scope = ? AND from_ms = ? AND to_ms = ? AND spent_nano + reserved_nano > 0
       ORDER BY spent_nano + reserved_nano DESC LIMIT ?`,
    )
    .all(scope, span.fromMs, span.toMs, limit)
    .map(balanceOf);
}

/** Forgets windows that are over, or of conversations that rest; they come back from the rows when asked for. */
export function pruneBalances(connection: Connection, atMs: number): void {
  connection.prepare("DELETE FROM balance WHERE to_ms < ? OR (scope = 'conversation' AND reserved_nano = 0)").run(atMs - 40 * 86_400_000);
}

function balanceOf(record: Record<string, unknown>): Balance {
  return {
    // The wallet is the only writer of this column, through the type above.
    scope: String(record.scope) as Window["scope"],
    id: String(record.id),
    fromMs: Number(record.from_ms),
    toMs: Number(record.to_ms),
    spentNanoUsd: Number(record.spent_nano),
    reservedNanoUsd: Number(record.reserved_nano),
  };
}
