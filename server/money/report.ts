// Where the money went: sums by day, week, month, model, provider, workspace and editor, and the rows themselves as CSV or JSON.
import { Failure } from "../../shared/failure.ts";
import { addUsage, NANO_PER_USD, type NanoUsd } from "../../shared/money.ts";
import type { ParamsOf, ResultOf } from "../../shared/protocol.ts";
import type { SummaryRow } from "../../shared/spending.ts";
import { type Calendar, isoWeekOf } from "./calendar.ts";
import { csvLine } from "./csv.ts";
import type { AttemptRow, Ledger, Sum, SummaryColumn } from "./ledger/ledger.ts";

type Key = ParamsOf<"usage/summary">["by"][number];

/** Local dates, both included; a point in time stands for its date. */
export interface Range {
  readonly from?: string;
  readonly to?: string;
}

/** `from` and `to` as dates in the user's zone; throws invalidParams for anything that is no date. */
export function daysOf(range: Range, calendar: Calendar): { from?: string; to?: string } {
  const day = (name: "from" | "to"): string | undefined => {
    const given = range[name];
    if (given === undefined) return undefined;
    if (/^\d{4}-\d{2}-\d{2}$/.test(given) && !Number.isNaN(Date.parse(given))) return given;
    const ms = Date.parse(given);
    if (Number.isNaN(ms)) throw new Failure("invalidParams", `${name} is no date (YYYY-MM-DD).`, { field: name });
    return calendar.dayOf(ms);
  };
  return { from: day("from"), to: day("to") };
}

/** The same range as moments: from the first of the first day, up to the first of the day after the last. */
export function momentsOf(range: Range, calendar: Calendar): { fromMs?: number; toMs?: number } {
  const { from, to } = daysOf(range, calendar);
  return {
    ...(from === undefined ? {} : { fromMs: calendar.startOf(from) }),
    ...(to === undefined ? {} : { toMs: calendar.span("day", calendar.startOf(to)).toMs }),
  };
}

export async function summarise(
  ledger: Ledger,
  calendar: Calendar,
  { by, from, to }: ParamsOf<"usage/summary">,
): Promise<ResultOf<"usage/summary">> {
  const columns = by.map((key): SummaryColumn => (key === "week" || key === "month" ? "day" : key));
  const sums = await ledger.sums(columns, daysOf({ from, to }, calendar));
  const rows = new Map<string, SummaryRow>();
  for (const sum of sums) {
    const keys = keysOf(by, sum);
    const name = by.map((key) => keys[key]).join("\n");
    const known = rows.get(name);
    rows.set(name, known === undefined ? { ...keys, ...figuresOf(sum) } : { ...keys, ...added(known, sum) });
  }
  return { rows: [...rows.entries()].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)).map(([, row]) => row) };
}

function keysOf(by: readonly Key[], sum: Sum): Partial<Record<Key, string>> {
  const day = sum.day ?? "";
  return Object.fromEntries(by.map((key) => [key, key === "week" ? isoWeekOf(day) : key === "month" ? day.slice(0, 7) : (sum[key] ?? "")]));
}

function figuresOf({ requests, attempts, usage, costNanoUsd, unpriced, savingsNanoUsd }: Sum) {
  return { requests, attempts, usage, costNanoUsd, unpriced, savingsNanoUsd };
}

function added(left: SummaryRow, right: Sum) {
  return {
    requests: left.requests + right.requests,
    attempts: left.attempts + right.attempts,
    usage: addUsage(left.usage, right.usage),
    costNanoUsd: left.costNanoUsd + right.costNanoUsd,
    unpriced: left.unpriced + right.unpriced,
    savingsNanoUsd: left.savingsNanoUsd + right.savingsNanoUsd,
  };
}

const PAGE = 5000;

/** Every row of a range, oldest first, a page at a time. */
export async function* rowsIn(ledger: Ledger, range: { fromMs?: number; toMs?: number }): AsyncGenerator<readonly AttemptRow[]> {
  for (let after: string | undefined; ; ) {
    const page = await ledger.rows({ ...range, after, limit: PAGE });
    yield page.rows;
    if (page.next === null) return;
    after = page.next;
  }
}

/** The export in pieces, so that a million rows need no more memory than a page of them. */
export async function* exportText(
  ledger: Ledger,
  format: "csv" | "json",
  range: { fromMs?: number; toMs?: number },
): AsyncGenerator<{ text: string; rows: number }> {
  if (format === "csv") yield { text: csvLine(COLUMNS.map(([name]) => name)), rows: 0 };
  let isFirst = true;
  for await (const rows of rowsIn(ledger, range)) {
    const text =
      format === "csv"
        ? rows.map((row) => csvLine(COLUMNS.map(([, value]) => value(row)))).join("")
        : rows.map((row, index) => `${isFirst && index === 0 ? "[\n" : ",\n"}${JSON.stringify(forJson(row))}`).join("");
    if (rows.length > 0) isFirst = false;
    yield { text, rows: rows.length };
  }
  if (format === "json") yield { text: isFirst ? "[]\n" : "\n]\n", rows: 0 };
}

/** One message of the wire cannot hold more; the command line writes any number. */
const MOST_ROWS_AT_ONCE = 200_000;

export async function exportUsage(
  ledger: Ledger,
  calendar: Calendar,
  { format, from, to }: ParamsOf<"usage/export">,
): Promise<ResultOf<"usage/export">> {
  let content = "";
  let rows = 0;
  for await (const piece of exportText(ledger, format, momentsOf({ from, to }, calendar))) {
    rows += piece.rows;
    if (rows > MOST_ROWS_AT_ONCE)
      throw new Failure("invalidParams", `More than ${MOST_ROWS_AT_ONCE} rows: narrow the range, or use latchkey usage --${format}.`, {
        field: "from",
      });
    content += piece.text;
  }
  return { format, content, rows };
}

function forJson(row: AttemptRow): Record<string, unknown> {
  return {
    ...row,
    reservedAt: isoOf(row.reservedAtMs),
    settledAt: isoOf(row.settledAtMs),
    rawUsage: row.rawUsage === null ? null : JSON.parse(row.rawUsage),
  };
}

const COLUMNS: readonly (readonly [string, (row: AttemptRow) => string | number | null])[] = [
  ["time", (row) => isoOf(row.reservedAtMs)],
  ["day", (row) => row.day],
  ["chat", (row) => row.chatId],
  ["attempt", (row) => row.attemptId],
  ["conversation", (row) => row.conversationId],
  ["workspace", (row) => row.workspace],
  ["editor", (row) => row.editor],
  ["provider", (row) => row.provider],
  ["model", (row) => row.model],
  ["purpose", (row) => row.purpose],
  ["state", (row) => row.state],
  ["outcome", (row) => row.outcome],
  ["failure", (row) => row.failureKind],
  ["input_tokens", (row) => row.usage.inputTokens],
  ["cache_read_tokens", (row) => row.usage.cacheReadTokens],
  ["cache_write_5m_tokens", (row) => row.usage.cacheWrite5mTokens],
  ["cache_write_1h_tokens", (row) => row.usage.cacheWrite1hTokens],
  ["output_tokens", (row) => row.usage.outputTokens],
  ["reasoning_tokens", (row) => row.usage.reasoningTokens],
  ["usage_provenance", (row) => row.usage.provenance],
  ["cost_usd", (row) => usdOf(row.cost?.nanoUsd ?? null)],
  ["cost_provenance", (row) => row.cost?.provenance ?? null],
  ["price_date", (row) => row.cost?.priceDate ?? null],
  ["price_version", (row) => row.priceVersion],
  ["reserved_usd", (row) => usdOf(row.heldNanoUsd)],
  ["baseline_model", (row) => row.baselineModel],
  ["baseline_usd", (row) => usdOf(row.baselineNanoUsd)],
  ["first_token_ms", (row) => row.firstTokenMs],
  ["ms", (row) => row.ms],
  ["raw_usage", (row) => row.rawUsage],
];

/** All nine decimals, exactly: "0.001234500"; empty for an unknown price, never 0. */
function usdOf(nanoUsd: NanoUsd | null): string | null {
  if (nanoUsd === null) return null;
  const sign = nanoUsd < 0 ? "-" : "";
  const whole = Math.abs(nanoUsd);
  return `${sign}${Math.floor(whole / NANO_PER_USD)}.${String(whole % NANO_PER_USD).padStart(9, "0")}`;
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
