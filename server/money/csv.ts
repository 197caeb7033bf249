// Comma-separated values both ways: read as vendors write them, written so that a spreadsheet runs nothing; pure.

/** Rows as records by header; commas, tabs or semicolons; quotes as in RFC 4180; a byte-order mark is ignored. */
export function parseCsv(text: string): Readonly<Record<string, string>>[] {
  const clean = text.replace(/^\uFEFF/, "");
  const firstLine = clean.slice(0, clean.search(/[\r\n]|$/));
  const separator = [",", "\t", ";"].find((each) => firstLine.includes(each)) ?? ",";
  const [header, ...rows] = cellsOf(clean, separator);
  const names = (header ?? []).map((name) => name.trim());
  return rows
    .filter((row) => row.some((cell) => cell !== ""))
    .map((row) => Object.fromEntries(names.map((name, index) => [name, (row[index] ?? "").trim()])));
}

function cellsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[index + 1] === '"') {
        cell += '"';
        index++;
      } else isQuoted = false;
    } else if (character === '"' && cell === "") isQuoted = true;
    else if (character === separator) {
      row.push(cell);
      cell = "";
    } else if (character === "\n" || character === "\r") {
      if (character === "\r" && text[index + 1] === "\n") index++;
      rows.push([...row, cell]);
      row = [];
      cell = "";
    } else cell += character;
  }
  return cell === "" && row.length === 0 ? rows : [...rows, [...row, cell]];
}

export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** Text that a spreadsheet would take for a formula is led by an apostrophe. */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
