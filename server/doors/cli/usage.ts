// `latchkey usage`: what was spent, by whatever the question is; `--rows` gives the ledger itself.
import { formatUsd, totalInputTokens } from "../../../shared/money.ts";
import { type SummaryRow, SummaryKey } from "../../../shared/spending.ts";
import { csvLine } from "../../money/csv.ts";
import type { Reports } from "../../money/reports.ts";
import { table } from "./table.ts";
import { EXIT, textOption, UsageError, type Verb, type VerbArguments, type VerbContext } from "./verb.ts";

type Key = (typeof SummaryKey.options)[number];
const DEFAULT_KEYS: readonly Key[] = ["month", "model"];

export const usage: Verb = {
  summary: "Show what was spent, by day, week, month, model, provider, workspace or editor",
  usage: "[--by KEYS] [--from DATE] [--to DATE] [--csv | --json] [--rows] [--baseline MODEL]",
  options: {
    by: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    csv: { type: "boolean" },
    json: { type: "boolean" },
    rows: { type: "boolean" },
    baseline: { type: "string" },
  },
  optionHelp: {
    "by KEYS": `one or more of ${SummaryKey.options.join(", ")}, with commas between (default month,model)`,
    "from DATE": "the first day, YYYY-MM-DD in your time zone",
    "to DATE": "the last day",
    csv: "as CSV",
    json: "as JSON",
    rows: "every attempt of the ledger instead of sums (with --csv or --json)",
    "baseline MODEL": "what the same would have cost on this model, and what it could not have done",
  },
  async run(context, given) {
    const house = await context.openHouse("cli");
    try {
      const range = { from: textOption(given, "from"), to: textOption(given, "to") };
      const baseline = textOption(given, "baseline");
      if (baseline !== undefined) await showSavings(context, given, house.reports, baseline, range);
      else if (given.values.rows) await writeRows(context, given, house.reports, range);
      else await showSums(context, given, house.reports, range);
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

interface Days {
  readonly from?: string;
  readonly to?: string;
}

function keysOf(given: VerbArguments): Key[] {
  const words =
    textOption(given, "by")
      ?.split(",")
      .map((word) => word.trim()) ?? DEFAULT_KEYS;
  return words.map((word) => {
    const key = SummaryKey.options.find((option) => option === word);
    if (key === undefined) throw new UsageError(`--by knows ${SummaryKey.options.join(", ")}, not "${word}"`);
    return key;
  });
}

async function writeRows({ edge }: VerbContext, given: VerbArguments, reports: Reports, range: Days): Promise<void> {
  const format = given.values.json ? "json" : "csv";
  for await (const { text } of reports.exportText({ format, ...range })) {
    if (!edge.stdout.write(text)) await new Promise<void>((resolve) => edge.stdout.once("drain", resolve));
  }
}

async function showSums(context: VerbContext, given: VerbArguments, reports: Reports, range: Days): Promise<void> {
  const by = keysOf(given);
  const { rows } = await reports.summarise({ by, ...range });
  if (given.values.json) context.print(JSON.stringify(rows, null, 2));
  else if (given.values.csv)
    context.edge.stdout.write([csvLine([...by, ...CSV_FIGURES.map(([name]) => name)]), ...rows.map((row) => csvOf(by, row))].join(""));
  else if (rows.length === 0) context.print("Nothing was spent in this time.");
  else
    for (const line of table([
      [...by, "requests", "tokens in", "cached", "tokens out", "cost", "saved"],
      ...rows.map((row) => cellsOf(by, row)),
      totalOf(by, rows),
    ]))
      context.print(line);
}

const CSV_FIGURES: readonly (readonly [string, (row: SummaryRow) => number])[] = [
  ["requests", (row) => row.requests],
  ["attempts", (row) => row.attempts],
  ["input_tokens", (row) => row.usage.inputTokens],
  ["cache_read_tokens", (row) => row.usage.cacheReadTokens],
  ["cache_write_5m_tokens", (row) => row.usage.cacheWrite5mTokens],
  ["cache_write_1h_tokens", (row) => row.usage.cacheWrite1hTokens],
  ["output_tokens", (row) => row.usage.outputTokens],
  ["reasoning_tokens", (row) => row.usage.reasoningTokens],
  ["cost_nano_usd", (row) => row.costNanoUsd],
  ["unpriced", (row) => row.unpriced],
  ["savings_nano_usd", (row) => row.savingsNanoUsd],
];

function csvOf(by: readonly Key[], row: SummaryRow): string {
  return csvLine([...by.map((key) => row[key] ?? ""), ...CSV_FIGURES.map(([, value]) => value(row))]);
}

function cellsOf(by: readonly Key[], row: SummaryRow): string[] {
  const sent = totalInputTokens(row.usage);
  const cached = sent === 0 ? "-" : `${Math.round((100 * row.usage.cacheReadTokens) / sent)} %`;
  const cost = `${formatUsd(row.costNanoUsd)}${row.unpriced > 0 ? ` + ${row.unpriced} unpriced` : ""}`;
  return [
    ...by.map((key) => row[key] || "-"),
    String(row.requests),
    String(sent),
    cached,
    String(row.usage.outputTokens),
    cost,
    formatUsd(row.savingsNanoUsd),
  ];
}

function totalOf(by: readonly Key[], rows: readonly SummaryRow[]): string[] {
  const sum = (value: (row: SummaryRow) => number): number => rows.reduce((total, row) => total + value(row), 0);
  const usage = {
    ...(rows[0]?.usage ?? { provenance: "reported" as const, reasoningTokens: 0 }),
    inputTokens: sum((row) => row.usage.inputTokens),
    cacheReadTokens: sum((row) => row.usage.cacheReadTokens),
    cacheWrite5mTokens: sum((row) => row.usage.cacheWrite5mTokens),
    cacheWrite1hTokens: sum((row) => row.usage.cacheWrite1hTokens),
    outputTokens: sum((row) => row.usage.outputTokens),
  };
  const total: SummaryRow = {
    requests: sum((row) => row.requests),
    attempts: sum((row) => row.attempts),
    usage,
    costNanoUsd: sum((row) => row.costNanoUsd),
    unpriced: sum((row) => row.unpriced),
    savingsNanoUsd: sum((row) => row.savingsNanoUsd),
  };
  return cellsOf(by, { ...total, ...Object.fromEntries(by.map((key, index) => [key, index === 0 ? "total" : " "])) });
}

async function showSavings(context: VerbContext, given: VerbArguments, reports: Reports, baseline: string, range: Days): Promise<void> {
  const savings = await reports.savings(baseline, range);
  if (given.values.json) {
    context.print(JSON.stringify(savings, null, 2));
    return;
  }
  const { compared, costNanoUsd, baselineNanoUsd, failedNanoUsd, savingsNanoUsd, lost, unpriced } = savings;
  context.print(
    `${compared} answers cost ${formatUsd(costNanoUsd)}; on ${savings.baseline} alone they would have cost ${formatUsd(baselineNanoUsd)}.`,
  );
  if (failedNanoUsd > 0)
    context.print(`Attempts that failed cost another ${formatUsd(failedNanoUsd)}, which the baseline is assumed not to have had.`);
  context.print(`Saved: ${formatUsd(savingsNanoUsd)}.`);
  const lacking = Object.entries(lost).filter(([, count]) => count > 0);
  if (lacking.length > 0)
    context.print(
      `It could not have answered ${lacking.map(([what, count]) => `${count} (${what === "window" ? "too long for its window" : `needs ${what}`})`).join(", ")}; these are in no sum.`,
    );
  if (unpriced > 0) context.print(`${unpriced} answers have no known price and are in no sum.`);
}
