// What reports read from the SQLite ledger: day sums, rows in pages, and repricing that keeps the old figure.
import { numberOf, rowOf, textOf, usageOf } from "./attempt-record.ts";
import type { AttemptRow, LastAnswer, Ledger, Repricing, Sum, SummaryColumn } from "./ledger.ts";
import { find, placeOfRow, rollUp, update } from "./sqlite-attempts.ts";
import { moveBalances } from "./sqlite-balances.ts";
import type { Connection } from "./sqlite-connection.ts";

/** The sums of a day table; the same text in both backends. */
export const SUMS = `sum(requests) AS requests, sum(attempts) AS attempts, sum(input_tokens) AS input_tokens,
  sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_5m_tokens) AS cache_write_5m_tokens,
  sum(cache_write_1h_tokens) AS cache_write_1h_tokens, sum(output_tokens) AS output_tokens, sum(reasoning_tokens) AS reasoning_tokens,
  sum(estimated) AS estimated, sum(cost_nano) AS cost_nano, sum(unpriced) AS unpriced, sum(savings_nano) AS savings_nano`;

export function sums(connection: Connection, by: readonly SummaryColumn[], days: { from?: string; to?: string }): Sum[] {
  const columns = [...new Set(by)];
  const group = columns.length === 0 ? "" : ` GROUP BY ${columns.join(", ")} ORDER BY ${columns.join(", ")}`;
  const sql = `SELECT ${[...columns, SUMS].join(", ")} FROM rollup WHERE day >= ? AND day <= ?${group}`;
  return connection
    .prepare(sql)
    .all(days.from ?? "", days.to ?? "9")
    .filter((record) => Number(record.attempts ?? 0) !== 0)
    .map((record) => sumOf(columns, record));
}

export function sumOf(columns: readonly SummaryColumn[], record: Record<string, unknown>): Sum {
  return {
    ...Object.fromEntries(columns.map((column) => [column, String(record[column])])),
    requests: Number(record.requests),
    attempts: Number(record.attempts),
    usage: usageOf({ ...record, usage_provenance: Number(record.estimated) === 0 ? "reported" : "estimated" }),
    costNanoUsd: Number(record.cost_nano),
    unpriced: Number(record.unpriced),
    savingsNanoUsd: Number(record.savings_nano),
  };
}

type Range = Parameters<Ledger["rows"]>[0];

/** The cursor is the last row's time and number, so that rows of one millisecond are neither lost nor repeated. */
export function rows(connection: Connection, range: Range): { rows: AttemptRow[]; next: string | null } {
  const [afterMs = -1, afterN = -1] = (range.after ?? "").split(".").filter(Boolean).map(Number);
  const records = connection
    .prepare(
      "SELECT * FROM attempt WHERE reserved_at >= ? AND reserved_at < ? AND (reserved_at, n) > (?, ?) ORDER BY reserved_at, n LIMIT ?",
    )
    .all(range.fromMs ?? 0, range.toMs ?? Number.MAX_SAFE_INTEGER, afterMs, afterN, range.limit);
  const last = records.length < range.limit ? undefined : records.at(-1);
  return { rows: records.map(rowOf), next: last === undefined ? null : `${Number(last.reserved_at)}.${Number(last.n)}` };
}

export function recent(connection: Connection, limit: number): AttemptRow[] {
  return connection.prepare("SELECT * FROM attempt WHERE state = 'settled' ORDER BY n DESC LIMIT ?").all(limit).map(rowOf);
}

/** Of whole answers alone: one that broke off tells nothing of what its vendor kept. The same condition in both backends. */
export const ANSWERED = "state = 'settled' AND outcome IN ('ok', 'cut') AND purpose NOT IN ('vision', 'summary', 'probe')";

export function lastAnswer(connection: Connection, conversationId: string): LastAnswer | null {
  const record = connection
    .prepare(`SELECT * FROM attempt WHERE conversation_id = ? AND ${ANSWERED} ORDER BY n DESC LIMIT 1`)
    .get(conversationId);
  return record === undefined ? null : lastAnswerOf(record);
}

export function lastAnswerOf(record: Record<string, unknown>): LastAnswer {
  return { model: String(record.model), usage: usageOf(record), atMs: Number(record.settled_at) };
}

/** Inside a write: every new figure with its old one beside it; rows that are not settled stay as they are. */
export function reprice(connection: Connection, repricings: readonly Repricing[]): number {
  let changed = 0;
  for (const { attemptId, cost, priceVersion, atMs } of repricings) {
    const prior = find(connection, attemptId);
    if (prior === undefined || (prior.state !== "settled" && prior.state !== "orphaned")) continue;
    rollUp(connection, attemptId, -1);
    update(connection, attemptId, {
      cost_nano: cost.nanoUsd,
      cost_provenance: cost.provenance,
      price_date: cost.priceDate,
      price_version: priceVersion,
    });
    rollUp(connection, attemptId, 1);
    moveBalances(connection, placeOfRow(prior), (cost.nanoUsd ?? 0) - (numberOf(prior.cost_nano) ?? 0), 0);
    connection
      .prepare("INSERT INTO repricing VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        attemptId,
        atMs,
        numberOf(prior.cost_nano),
        textOf(prior.cost_provenance),
        textOf(prior.price_version),
        cost.nanoUsd,
        cost.provenance,
        priceVersion,
      );
    changed++;
  }
  return changed;
}
