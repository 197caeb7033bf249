// `latchkey reprice`: the ledger after a corrected price; shows the difference, and writes it only when told to.
import { formatUsd } from "../../../shared/money.ts";
import { table } from "./table.ts";
import { EXIT, textOption, UsageError, type Verb } from "./verb.ts";

export const reprice: Verb = {
  summary: "Recompute costs after a price was corrected; shows the difference before it writes",
  usage: "--from DATE [--to DATE] [--write] [--json]",
  options: { from: { type: "string" }, to: { type: "string" }, write: { type: "boolean" }, json: { type: "boolean" } },
  optionHelp: {
    "from DATE": "the first day, YYYY-MM-DD in your time zone",
    "to DATE": "the last day",
    write: "write the new figures; the old ones are kept beside them",
    json: "as JSON",
  },
  async run(context, given) {
    const from = textOption(given, "from");
    if (from === undefined) throw new UsageError("from which day? --from 2026-11-01");
    const house = await context.openHouse("cli");
    try {
      const { looked, kept, models, changes } = await house.reports.planRepricing({ from, to: textOption(given, "to") });
      const written = given.values.write ? await house.reports.applyRepricing(changes) : 0;
      if (given.values.json) {
        context.print(JSON.stringify({ looked, kept, changed: changes.length, written, models }, null, 2));
        return EXIT.ok;
      }
      if (models.length > 0) {
        const lines = models.map(({ model, changed, beforeNanoUsd, afterNanoUsd, nowPriced, nowUnpriced }) => [
          model,
          String(changed),
          formatUsd(beforeNanoUsd),
          formatUsd(afterNanoUsd),
          signed(afterNanoUsd - beforeNanoUsd),
          [nowPriced > 0 ? `${nowPriced} had no price` : "", nowUnpriced > 0 ? `${nowUnpriced} lose theirs` : ""]
            .filter(Boolean)
            .join(", "),
        ]);
        for (const line of table([["model", "attempts", "before", "after", "difference", ""], ...lines])) context.print(line);
      }
      context.print(
        `${looked} attempts were looked at; ${kept} keep their figure (billed by the vendor, lost, free, or of a model that is gone).`,
      );
      if (changes.length === 0) context.print("Every other figure is what today's prices give.");
      else if (given.values.write) context.print(`${written} figures were written; each old one is kept.`);
      else context.print(`${changes.length} figures would change. Nothing was written: add --write.`);
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

function signed(nanoUsd: number): string {
  return nanoUsd < 0 ? `-${formatUsd(-nanoUsd)}` : `+${formatUsd(nanoUsd)}`;
}
