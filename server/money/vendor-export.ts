// Vendors' usage and cost exports, as they come from their pages and admin APIs, read into one shape; pure, guesses no column.
import { Failure } from "../../shared/failure.ts";
import { parseCsv } from "./csv.ts";
import { type Cells, FORMATS, type VendorExport } from "./vendor-formats.ts";

/** Throws invalidParams when no known vendor writes this. */
export function readVendorExport(text: string): VendorExport {
  const records = /^\s*[[{]/.test(text) ? jsonRecords(text) : parseCsv(text);
  const [first] = records;
  const format = first === undefined ? undefined : FORMATS.find((each) => each.has.every((name) => name in first));
  if (format === undefined)
    throw new Failure(
      "invalidParams",
      "This is no usage or cost export of OpenAI, Anthropic or OpenRouter that is known here (CSV or JSON).",
      {
        field: "file",
        columns: Object.keys(first ?? {}).slice(0, 30),
      },
    );
  const lines = records
    .map((cells) => format.read(cells))
    .filter((each) => each.inputTokens !== null || each.outputTokens !== null || each.costNanoUsd !== null);
  return { provider: format.provider, format: format.name, lines };
}

/** Admin APIs give pages of buckets of results; a bucket's time goes with each of its results, and inner objects become dotted names. */
function jsonRecords(text: string): Cells[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Several pages, one a line, as scripts append them.
    parsed = text.split("\n").filter(Boolean).map(parseOr);
  }
  const pages = Array.isArray(parsed) ? parsed : [parsed];
  const buckets = pages.flatMap((page) => (isRecord(page) && Array.isArray(page.data) ? page.data : [page])).filter(isRecord);
  return buckets.flatMap((bucket) => {
    const results = bucket.results;
    if (!Array.isArray(results)) return [flat(bucket)];
    const { start_time, starting_at } = bucket;
    return results.filter(isRecord).map((result) => ({
      ...(start_time === undefined ? {} : { start_time }),
      ...(starting_at === undefined ? {} : { starting_at }),
      ...flat(result),
    }));
  });
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function flat(record: Cells): Cells {
  const entries = Object.entries(record).flatMap(([name, value]): [string, unknown][] => {
    // OpenAI's {amount: {value, currency}} gets the names of its CSV.
    if (name === "amount" && isRecord(value)) return Object.entries(value).map(([inner, each]) => [`amount_${inner}`, each]);
    return isRecord(value) ? Object.entries(value).map(([inner, each]) => [`${name}.${inner}`, each]) : [[name, value]];
  });
  return Object.fromEntries(entries);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
