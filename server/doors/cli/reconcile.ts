// `latchkey reconcile FILE`: a vendor's own usage or cost export beside the ledger, day by day and model by model.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { formatUsd } from "../../../shared/money.ts";
import type { Difference } from "../../money/reconcile.ts";
import { table } from "./table.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

export const reconcile: Verb = {
  summary: "Compare the ledger with a usage or cost export of OpenAI, Anthropic or OpenRouter",
  usage: "FILE [--all] [--json]",
  options: { all: { type: "boolean" }, json: { type: "boolean" } },
  optionHelp: { all: "also the lines that agree", json: "as JSON" },
  async run(context, given) {
    const [name] = given.words;
    if (name === undefined) throw new UsageError("which file? latchkey reconcile usage.csv");
    const text = await readFile(resolve(context.edge.workingFolder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${name} cannot be read (${error.code ?? error.message})`);
    });
    const house = await context.openHouse("cli");
    try {
      const found = await house.reports.reconcile(text);
      const shown = given.values.all ? found.lines : found.lines.filter((line) => line.verdict !== "agrees");
      if (given.values.json) context.print(JSON.stringify({ ...found, lines: shown }, null, 2));
      else {
        context.print(`${found.format}: ${found.lines.length} lines by day and model, ${found.agree} agree.`);
        if (shown.length > 0) for (const line of table([HEADER, ...shown.map(cellsOf)])) context.print(line);
        const theirs = found.theirsNanoUsd === null ? "" : `, at the vendor ${formatUsd(found.theirsNanoUsd)}`;
        context.print(`In the ledger ${formatUsd(found.oursNanoUsd)}${theirs}. Days are UTC, as in the export.`);
      }
      return found.agree === found.lines.length ? EXIT.ok : EXIT.failed;
    } finally {
      await house.close();
    }
  },
};

const HEADER = ["day", "model", "verdict", "tokens in", "theirs", "tokens out", "theirs", "cost", "theirs"];

function cellsOf({ day, model, verdict, ours, theirs }: Difference): string[] {
  const count = (value: number | null | undefined): string => (value === null || value === undefined ? "-" : String(value));
  const money = (value: number | null | undefined): string => (value === null || value === undefined ? "-" : formatUsd(value));
  return [
    ...[day, model, verdict],
    ...[count(ours?.inputTokens), count(theirs?.inputTokens), count(ours?.outputTokens), count(theirs?.outputTokens)],
    ...[money(ours?.costNanoUsd), money(theirs?.costNanoUsd)],
  ];
}
