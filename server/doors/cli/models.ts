// `latchkey models`: what can be used, at what price, with the price's date.
import { NANO_PER_USD } from "../../../shared/money.ts";
import { EXIT, textOption, type Verb } from "./verb.ts";

export const models: Verb = {
  summary: "List models with their prices",
  usage: "[--all] [--provider P] [--json]",
  options: { all: { type: "boolean" }, provider: { type: "string" }, json: { type: "boolean" } },
  optionHelp: {
    all: "also models of providers without a key",
    "provider P": "only this provider's",
    json: "everything that is known, as JSON",
  },
  async run(context, given) {
    const house = await context.openHouse("cli");
    try {
      const { models: list } = await house.listModels({ all: given.values.all === true, provider: textOption(given, "provider") });
      if (given.values.json) {
        context.print(JSON.stringify(list, null, 2));
        return EXIT.ok;
      }
      context.print(row("model", "window", "$/M in", "$/M out", "price of", "can"));
      for (const model of list) {
        const rates = model.price?.rates;
        const price = (rate: number | undefined) => (model.local ? "0" : rate === undefined ? "unpriced" : String(rate / NANO_PER_USD));
        const window = `${Math.round(model.contextWindowTokens / 1000)}k${model.limitsAssumed ? "?" : ""}`;
        context.print(
          row(model.id, window, price(rates?.input), price(rates?.output), model.price?.date ?? "-", model.capabilities.join(" ")),
        );
      }
      if (list.every((model) => model.provider === "demo")) {
        context.complain("No key is set and no local server was found: latchkey keys set openai, or latchkey models --all.");
      }
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

function row(...cells: readonly string[]): string {
  const widths = [52, 8, 9, 9, 11];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(" ")
    .trimEnd();
}
