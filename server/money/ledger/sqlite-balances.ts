// Sums per window, kept in step with the rows inside the same transaction; any of them can be rebuilt from the rows.
import type { Balance, Window } from "./ledger.ts";
import type { Connection } from "./sqlite-connection.ts";
import type { KeptWindows } from "./sqlite-memory.ts";

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
    OR (scope = 'workspace' AND id = ?) OR (scope = 'conversation' AND id = ?)) AND to_ms > ? AND from_ms <= ? RETURNING *`;
const MOVE_ONE = `UPDATE balance SET spent_nano = spent_nano + ?, reserved_nano = reserved_nano + ?
  WHERE scope = ? AND id = ? AND to_ms = ? AND from_ms = ?`;

/** Inside a write: moves money in every window that this attempt counts in, and says what stands there now. */
export function moveBalances(connection: Connection, place: Place, spentNanoUsd: number, reservedNanoUsd: number): Balance[] {
  const scopes = scopesOf(place).map(([scope, id]) => keptWindows(connection, scope, id, place.reservedAtMs));
  if (scopes.some(({ sinceMs }) => sinceMs > place.reservedAtMs)) return moveUnseen(connection, place, spentNanoUsd, reservedNanoUsd);
  const moved: Balance[] = [];
  for (const { balances } of scopes) {
    for (const balance of balances) {
      if (balance.toMs <= place.reservedAtMs || balance.fromMs > place.reservedAtMs) continue;
      const { scope, id, toMs, fromMs } = balance;
      connection.prepare(MOVE_ONE).run(spentNanoUsd, reservedNanoUsd, scope, id, toMs, fromMs);
      balance.spentNanoUsd += spentNanoUsd;
      balance.reservedNanoUsd += reservedNanoUsd;
      moved.push({ ...balance });
    }
  }
  return moved;
}

function scopesOf({ provider, model, workspace, conversationId }: Place): [Window["scope"], string][] {
  const scopes: [Window["scope"], string][] = [
    ["all", ""],
    ["provider", provider],
    ["model", model],
  ];
  if (workspace !== null) scopes.push(["workspace", workspace]);
  if (conversationId !== null) scopes.push(["conversation", conversationId]);
  return scopes;
}

/** An attempt older than what is remembered: its windows may be over. */
function moveUnseen(connection: Connection, place: Place, spentNanoUsd: number, reservedNanoUsd: number): Balance[] {
  const { provider, model, workspace, conversationId, reservedAtMs } = place;
  connection.memory.forget();
  return connection
    .prepare(MOVE)
    .all(spentNanoUsd, reservedNanoUsd, provider, model, workspace, conversationId, reservedAtMs, reservedAtMs)
    .map(balanceOf);
}

const RUNNING = "SELECT * FROM balance WHERE scope = ? AND id = ? AND to_ms > ?";

/** Remembered beyond their end, since most attempts that began in a window are settled soon after it. */
const REMEMBERED_MS = 3_600_000;

/** The windows of one scope and id that are kept and not over since `sinceMs`, read once and remembered. */
function keptWindows(connection: Connection, scope: Window["scope"], id: string, atMs: number): KeptWindows {
  const { windows } = connection.memory;
  const name = `${scope} ${id}`;
  const known = windows.get(name);
  if (known !== undefined) return known;
  const sinceMs = atMs - REMEMBERED_MS;
  const read = { sinceMs, balances: connection.prepare(RUNNING).all(scope, id, sinceMs).map(balanceOf) };
  windows.set(name, read);
  return read;
}

/** Inside a write: the sum of a window that `atMs` lies in, begun from the rows when nobody has asked for it before. */
export function runningBalance(connection: Connection, window: Window, atMs: number): Balance {
  if (window.scope === "request") return sumRows(connection, window);
  const { sinceMs, balances } = keptWindows(connection, window.scope, window.id, atMs);
  if (sinceMs >= window.toMs) return ensureBalance(connection, window);
  const known = balances.find(({ fromMs, toMs }) => fromMs === window.fromMs && toMs === window.toMs);
  return known === undefined ? ensureBalance(connection, window) : { ...known };
}

/** Inside a write: the kept sum, begun from the rows when nobody has asked for this window before. */
export function ensureBalance(connection: Connection, window: Window): Balance {
  const known = readBalance(connection, window);
  if (known !== null) return known;
  const balance = sumRows(connection, window);
  connection.memory.forget();
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
  connection.memory.forget();
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
  connection.memory.forget();
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
