// The ledger against a vendor's own export: day by day and model by model, what agrees, what differs and by how much.
import type { ModelInfo } from "../../shared/model.ts";
import { totalInputTokens } from "../../shared/money.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { rowsIn } from "./report.ts";
import { readVendorExport } from "./vendor-export.ts";
import type { ExportLine } from "./vendor-formats.ts";

export interface Side {
  readonly requests: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costNanoUsd: number | null;
}

export interface Difference {
  readonly day: string;
  readonly model: string;
  readonly ours: Side | null;
  readonly theirs: Side | null;
  /** Theirs less ours, where both are known. */
  readonly costNanoUsd: number | null;
  readonly verdict: "agrees" | "cost differs" | "tokens differ" | "only at the vendor" | "only in the ledger";
}

export interface Reconciliation {
  readonly provider: string;
  readonly format: string;
  readonly lines: readonly Difference[];
  readonly agree: number;
  readonly oursNanoUsd: number;
  readonly theirsNanoUsd: number | null;
}

export interface ReconcileOrder {
  readonly ledger: Ledger;
  /** The export's text: CSV or JSON. */
  readonly text: string;
  readonly find: (id: string) => ModelInfo | undefined;
}

/** A vendor may round each request on its own; a twentieth of a per cent beyond the digits that were given is agreement. */
const TOLERANCE = 0.0005;

interface Sum {
  requests: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  costNanoUsd: number | null;
  errorNanoUsd: number;
}

export async function reconcile({ ledger, text, find }: ReconcileOrder): Promise<Reconciliation> {
  const { provider, format, lines } = readVendorExport(text);
  const theirs = new Map<string, Sum>();
  for (const line of lines)
    add(theirs, keyOf(line.day, modelIdOf(provider, line.model, find)), { ...line, errorNanoUsd: line.costErrorNanoUsd });
  const days = lines.map((line) => line.day).sort();
  const ours = await ourSums(ledger, provider, days[0] ?? "9", days.at(-1) ?? "0", !hasModels(lines), find);
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
  const compared = keys.map((key) => compare(key, ours.get(key), theirs.get(key)));
  const known = [...theirs.values()].map((sum) => sum.costNanoUsd).filter((cost) => cost !== null);
  return {
    provider,
    format,
    lines: compared,
    agree: compared.filter((line) => line.verdict === "agrees").length,
    oursNanoUsd: [...ours.values()].reduce((sum, each) => sum + (each.costNanoUsd ?? 0), 0),
    theirsNanoUsd: known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0),
  };
}

/** Attempts that reached the vendor, by UTC date; all models in one where the export names none. */
async function ourSums(
  ledger: Ledger,
  provider: string,
  from: string,
  to: string,
  isOneSum: boolean,
  find: ReconcileOrder["find"],
): Promise<Map<string, Sum>> {
  const sums = new Map<string, Sum>();
  if (from > to) return sums;
  for await (const rows of rowsIn(ledger, { fromMs: Date.parse(`${from}T00:00:00Z`), toMs: Date.parse(`${to}T00:00:00Z`) + 86_400_000 })) {
    for (const row of rows) {
      if (row.provider !== provider || (row.state !== "settled" && row.state !== "orphaned")) continue;
      const day = new Date(row.reservedAtMs).toISOString().slice(0, 10);
      const model = isOneSum ? EVERY_MODEL : (find(row.model)?.id ?? row.model);
      const { usage, cost } = row;
      const figures = {
        requests: 1,
        inputTokens: totalInputTokens(usage),
        outputTokens: usage.outputTokens,
        costNanoUsd: cost?.nanoUsd ?? 0,
        errorNanoUsd: 1,
      };
      add(sums, keyOf(day, model), figures);
    }
  }
  return sums;
}

const EVERY_MODEL = "(all models)";

function hasModels(lines: readonly ExportLine[]): boolean {
  return lines.some((line) => line.model !== null);
}

function keyOf(day: string, model: string): string {
  return `${day}\n${model}`;
}

function add(sums: Map<string, Sum>, key: string, more: Sum): void {
  const sum = sums.get(key) ?? { requests: null, inputTokens: null, outputTokens: null, costNanoUsd: null, errorNanoUsd: 0 };
  const plus = (left: number | null, right: number | null): number | null => (right === null ? left : (left ?? 0) + right);
  sums.set(key, {
    requests: plus(sum.requests, more.requests),
    inputTokens: plus(sum.inputTokens, more.inputTokens),
    outputTokens: plus(sum.outputTokens, more.outputTokens),
    costNanoUsd: plus(sum.costNanoUsd, more.costNanoUsd),
    errorNanoUsd: sum.errorNanoUsd + more.errorNanoUsd,
  });
}

function compare(key: string, ours: Sum | undefined, theirs: Sum | undefined): Difference {
  const [day = "", model = ""] = key.split("\n");
  const difference =
    ours && theirs && ours.costNanoUsd !== null && theirs.costNanoUsd !== null ? theirs.costNanoUsd - ours.costNanoUsd : null;
  return { day, model, ours: sideOf(ours), theirs: sideOf(theirs), costNanoUsd: difference, verdict: verdictOf(ours, theirs, difference) };
}

function verdictOf(ours: Sum | undefined, theirs: Sum | undefined, difference: number | null): Difference["verdict"] {
  if (ours === undefined) return "only at the vendor";
  if (theirs === undefined) return "only in the ledger";
  const differs = (left: number | null, right: number | null): boolean => left !== null && right !== null && left !== right;
  if (differs(ours.inputTokens, theirs.inputTokens) || differs(ours.outputTokens, theirs.outputTokens)) return "tokens differ";
  const allowed = theirs.errorNanoUsd + ours.errorNanoUsd + TOLERANCE * (theirs.costNanoUsd ?? 0);
  return difference !== null && Math.abs(difference) > allowed ? "cost differs" : "agrees";
}

function sideOf(sum: Sum | undefined): Side | null {
  if (sum === undefined) return null;
  const { requests, inputTokens, outputTokens, costNanoUsd } = sum;
  return { requests, inputTokens, outputTokens, costNanoUsd };
}

/**
 * Our id for a vendor's name: exact or by a stated alias, else without the date of its release ("-2025-08-07",
 * "-20250929"), else a console's display name ("Claude Haiku 4.5") in the spelling of ids. A cost line names a
 * model and what was billed of it ("gpt-5-mini-2025-08-07, input"); the words after the comma are not the name.
 */
export function modelIdOf(provider: string, name: string | null, find: (id: string) => ModelInfo | undefined): string {
  if (name === null) return EVERY_MODEL;
  const [spelled = name] = name.split(", ");
  const undated = spelled.replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "");
  const slug = spelled.trim().toLowerCase().replaceAll(" ", "-").replaceAll(".", "-");
  const ids = [spelled, undated, slug].map((each) => `${provider}/${each}`);
  for (const id of ids) {
    const found = find(id);
    if (found !== undefined) return found.id;
  }
  return `${provider}/${spelled.includes(" ") ? slug : undated}`;
}
