// `latchkey budget`: the limits and what stands against them; set or removed for every process that shares the ledger.
import type { BudgetLimit } from "../../../shared/custom.ts";
import { formatUsd } from "../../../shared/money.ts";
import type { House } from "../../house.ts";
import { checkLimits } from "../../money/limits.ts";
import { table } from "./table.ts";
import { EXIT, textOption, UsageError, type Verb, type VerbArguments, type VerbContext } from "./verb.ts";

export const budget: Verb = {
  summary: "Show spending limits, set one or remove one",
  usage: "[set SCOPE USD | remove SCOPE] [--id ID] [--per day|week|month] [--soft] [--json]",
  options: { id: { type: "string" }, per: { type: "string" }, soft: { type: "boolean" }, json: { type: "boolean" } },
  optionHelp: {
    "id ID": "the conversation, workspace, provider or model (absent: each on its own)",
    "per PERIOD": "day, week or month in your time zone (absent: for ever)",
    soft: "ask instead of refusing",
    json: "as JSON",
  },
  async run(context, given) {
    const [action = "status", scope, usd] = given.words;
    const house = await context.openHouse("cli");
    try {
      if (action === "set" || action === "remove") {
        const limit = limitOf(given, scope, action === "remove" ? "0" : usd);
        const { stored = [] } = await house.budgets();
        const others = stored.filter((each) => !isSame(each, limit));
        await house.setBudgets(action === "set" ? [...others, limit] : others);
      } else if (action !== "status") throw new UsageError(`there is no "budget ${action}"`);
      await show(context, given, house);
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

function limitOf(given: VerbArguments, scope: string | undefined, usd: string | undefined): BudgetLimit {
  if (scope === undefined) throw new UsageError("of what? request, conversation, workspace, provider, model or all");
  const limitUsd = Number(usd?.replace(/^\$/, ""));
  if (usd === undefined || Number.isNaN(limitUsd)) throw new UsageError("how much? latchkey budget set all 5 --per day");
  const id = textOption(given, "id");
  const period = textOption(given, "per");
  const [limit] = checkLimits([
    {
      scope,
      limitUsd,
      kind: given.values.soft ? "soft" : "hard",
      ...(id === undefined ? {} : { id }),
      ...(period === undefined ? {} : { period }),
    },
  ]);
  if (limit === undefined) throw new UsageError("no limit was given");
  return limit;
}

function isSame(left: BudgetLimit, right: BudgetLimit): boolean {
  return left.scope === right.scope && left.id === right.id && left.period === right.period && left.kind === right.kind;
}

async function show(context: VerbContext, given: VerbArguments, house: House): Promise<void> {
  const { budgets, todayNanoUsd } = await house.budgetStatus();
  if (given.values.json) {
    context.print(JSON.stringify({ budgets, todayNanoUsd }, null, 2));
    return;
  }
  const lines = budgets.map(({ scope, id, period, kind, limitNanoUsd, spentNanoUsd, reservedNanoUsd, resetsAt }) => [
    `${scope}${id === undefined ? "" : ` ${id}`}`,
    period ?? "ever",
    kind,
    formatUsd(limitNanoUsd),
    formatUsd(spentNanoUsd),
    formatUsd(reservedNanoUsd),
    resetsAt ?? "",
  ]);
  if (lines.length === 0) context.print("No limit is set: latchkey budget set all 5 --per day");
  else for (const line of table([["limit on", "per", "kind", "limit", "spent", "reserved", "resets"], ...lines])) context.print(line);
  context.print(`Today: ${formatUsd(todayNanoUsd ?? 0)}`);
}
