// The life of an attempt in SQLite: reserved against every ceiling, then settled, released or found orphaned; each one transaction.
import type { Balance, Booking, Settlement, Verdict } from "./ledger.ts";
import { type Columns, columnsOfBooking, columnsOfOutcome, numberOf, orphanCost, textOf } from "./attempt-record.ts";
import { moveBalances, type Place, runningBalance } from "./sqlite-balances.ts";
import type { Connection } from "./sqlite-connection.ts";
import { ROLL_UP } from "./sqlite-schema.ts";

type Row = Record<string, unknown>;

/** Inside a write: grants as much as every ceiling leaves, at least `leastNanoUsd`, or nothing. */
export function book(connection: Connection, booking: Booking, holder: string): Verdict {
  if (limitsRevision(connection) !== booking.limitsRevision) return { outcome: "stale" };
  const balances: Balance[] = [];
  let available = Number.MAX_SAFE_INTEGER;
  for (const ceiling of booking.ceilings) {
    const balance = runningBalance(connection, ceiling.window, booking.atMs);
    balances.push(balance);
    if (ceiling.limitNanoUsd !== null)
      available = Math.min(available, ceiling.limitNanoUsd - balance.spentNanoUsd - balance.reservedNanoUsd);
  }
  const amountNanoUsd = Math.min(booking.amountNanoUsd, available);
  if (amountNanoUsd < booking.leastNanoUsd) return { outcome: "refused", balances };
  insertAttempt(connection, columnsOfBooking(booking, amountNanoUsd, holder));
  moveBalances(connection, placeOf(booking), 0, amountNanoUsd);
  return {
    outcome: "granted",
    amountNanoUsd,
    balances: balances.map((balance) => ({ ...balance, reservedNanoUsd: balance.reservedNanoUsd + amountNanoUsd })),
  };
}

/** Inside a write: the real figures replace whatever stood there, unless real figures stand there already. */
export function settle(connection: Connection, settlement: Settlement, holder: string, heldNanoUsd?: number): Balance[] {
  const { booking, outcome, atMs } = settlement;
  const columns = columnsOfOutcome(outcome, atMs);
  if (heldNanoUsd !== undefined && settleOwn(connection, booking.intent.attemptId, columns, heldNanoUsd)) {
    rollUp(connection, booking.intent.attemptId, 1);
    return moveBalances(connection, placeOf(booking), numberOf(columns.cost_nano) ?? 0, -heldNanoUsd);
  }
  const prior = find(connection, booking.intent.attemptId);
  if (prior?.state === "settled") return [];
  if (prior === undefined) insertAttempt(connection, columnsOfBooking(booking, 0, holder));
  return finish(connection, prior ?? find(connection, booking.intent.attemptId) ?? {}, columns);
}

/** The common case in one step: still reserved, with what was granted. False when another process has had a hand in it. */
function settleOwn(connection: Connection, id: string, columns: Columns, heldNanoUsd: number): boolean {
  const sql = connection.named("settle", () => `${updateOf(columns)} AND state = 'reserved' AND held_nano = ?`);
  return sql.run(...Object.values(columns), id, heldNanoUsd).changes === 1;
}

export function release(connection: Connection, booking: Booking, reason: string, atMs: number): Balance[] {
  const prior = find(connection, booking.intent.attemptId);
  if (prior === undefined || prior.state === "settled" || prior.state === "released") return [];
  return finish(connection, prior, { ...RELEASED, failure_kind: reason, settled_at: atMs });
}

/** Settles one row that its dead process left behind. */
export function orphan(connection: Connection, row: Row, atMs: number): void {
  const cost = orphanCost(row);
  finish(connection, row, {
    state: "orphaned",
    outcome: "lost",
    held_nano: 0,
    cost_nano: cost,
    cost_provenance: cost === null ? "unpriced" : "estimated",
    settled_at: atMs,
  });
}

/** Inside a write: an ended attempt leaves no trace in rows, sums or windows. */
export function forget(connection: Connection, ids: readonly string[]): void {
  for (const id of ids) {
    const row = find(connection, id);
    if (row === undefined || row.state === "reserved") continue;
    if (row.state !== "released") rollUp(connection, id, -1);
    moveBalances(connection, placeOfRow(row), -(numberOf(row.cost_nano) ?? 0), 0);
    connection.prepare("DELETE FROM attempt WHERE attempt_id = ?").run(id);
  }
}

const RELEASED: Columns = { state: "released", outcome: null, held_nano: 0, cost_nano: null, cost_provenance: null };

/** Writes the columns, moves the money that changed, and keeps the day's sums in step. */
function finish(connection: Connection, prior: Row, columns: Columns): Balance[] {
  const id = String(prior.attempt_id);
  const wasCounted = prior.state === "orphaned";
  if (wasCounted) rollUp(connection, id, -1);
  update(connection, id, columns);
  if (columns.state !== "released") rollUp(connection, id, 1);
  const spent = (numberOf(columns.cost_nano) ?? 0) - (numberOf(prior.cost_nano) ?? 0);
  return moveBalances(connection, placeOfRow(prior), spent, -(numberOf(prior.held_nano) ?? 0));
}

export function rollUp(connection: Connection, id: string, sign: 1 | -1): void {
  connection.prepare(ROLL_UP).run({ id, sign });
}

export function update(connection: Connection, id: string, columns: Columns): void {
  connection.prepare(updateOf(columns)).run(...Object.values(columns), id);
}

function updateOf(columns: Columns): string {
  return `UPDATE attempt SET ${Object.keys(columns)
    .map((name) => `${name} = ?`)
    .join(", ")} WHERE attempt_id = ?`;
}

/** What an attempt's end needs to know of its beginning. */
const PRIOR = `attempt_id, state, held_nano, cost_nano, cost_provenance, price_version, worst_nano, p50_nano, provider, model, workspace,
  conversation_id, reserved_at`;

const FIND = `SELECT ${PRIOR} FROM attempt WHERE attempt_id = ?`;

export function find(connection: Connection, id: string): Row | undefined {
  return connection.prepare(FIND).get(id);
}

function insertAttempt(connection: Connection, columns: Columns): void {
  const sql = connection.named("insert", () => {
    const names = Object.keys(columns);
    return `INSERT INTO attempt (${names.join(", ")}, first_in_chat) VALUES (${names.map(() => "?").join(", ")},
       NOT EXISTS (SELECT 1 FROM attempt WHERE chat_id = ? AND state <> 'released'))`;
  });
  sql.run(...Object.values(columns), columns.chat_id ?? "");
}

function limitsRevision(connection: Connection): number {
  connection.memory.limitsRevision ??= Number(
    connection.prepare("SELECT revision FROM setting WHERE name = 'limits'").get()?.revision ?? 0,
  );
  return connection.memory.limitsRevision;
}

function placeOf(booking: Booking): Place {
  const { intent } = booking;
  return {
    provider: intent.provider,
    model: intent.model,
    workspace: intent.workspace ?? null,
    conversationId: intent.conversationId ?? null,
    reservedAtMs: booking.atMs,
  };
}

export function placeOfRow(row: Row): Place {
  return {
    provider: String(row.provider),
    model: String(row.model),
    workspace: textOf(row.workspace),
    conversationId: textOf(row.conversation_id),
    reservedAtMs: Number(row.reserved_at),
  };
}
