// Medians, tables and targets; a figure without its target beside it says little.

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export interface Target {
  readonly metric: string;
  readonly seen: number;
  readonly unit: string;
  /** What `seen` must not pass, or must reach. */
  readonly limit: number;
  readonly least: "atMost" | "atLeast";
}

export function printTable(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0))).join("  ");
  console.log(`\n${title}\n${line(columns)}\n${line(widths.map((width) => "-".repeat(width)))}`);
  for (const row of rows) console.log(line(row));
}

export function printTargets(targets: readonly Target[]): void {
  const rows = targets.map(({ metric, seen, unit, limit, least }) => {
    const met = least === "atMost" ? seen <= limit : seen >= limit;
    return [metric, `${format(seen)} ${unit}`, `${least === "atMost" ? "<=" : ">="} ${format(limit)} ${unit}`, met ? "met" : "MISSED"];
  });
  printTable("Targets", ["metric", "seen", "target", ""], rows);
}

export function format(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
