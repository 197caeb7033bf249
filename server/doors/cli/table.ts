// Columns for a terminal: text to the left, figures to the right; knows nothing of what it lays out.

/** The first row is the header; a column whose cells below it all begin with a digit, a sign or a currency is a figure. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: count }, (_, index) => rows.map((row) => row[index] ?? ""));
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const isFigure = columns.map((cells) => cells.slice(1).every((cell) => /^([-+]?[$\d]|unpriced$|-?$)/.test(cell)) && cells.length > 1);
  return rows.map((row) =>
    row
      .map((cell, index) => (isFigure[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
