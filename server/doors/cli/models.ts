// `latchkey models`: what can be used, at what price, with the price's date; or providers side by side, or new lists fetched.
import { formatUsd, NANO_PER_USD } from "../../../shared/money.ts";
import type { ResultOf } from "../../../shared/protocol.ts";
import { cheapest, comparePrices } from "../../catalog/compare.ts";
import type { House } from "../../house.ts";
import { EXIT, textOption, UsageError, type Verb, type VerbContext } from "./verb.ts";

type Listed = ResultOf<"model/list">["models"];

export const models: Verb = {
  summary: "List models with their prices",
  usage: "[--all] [--provider P] [--cheapest N] [--compare] [--refresh] [--json]",
  options: {
    all: { type: "boolean" },
    provider: { type: "string" },
    cheapest: { type: "string" },
    compare: { type: "boolean" },
    refresh: { type: "boolean" },
    json: { type: "boolean" },
  },
  optionHelp: {
    all: "also models of providers without a key",
    "provider P": "only this provider's",
    "cheapest N": "the N cheapest for a usual prompt (1,000 tokens in, 500 out)",
    compare: "each provider's least, median and dearest price for that prompt",
    refresh: "fetch lists and prices now",
    json: "everything that is known, as JSON",
  },
  async run(context, given) {
    const most = textOption(given, "cheapest");
    if (most !== undefined && !/^\d+$/.test(most)) throw new UsageError("--cheapest takes a whole number");
    const house = await context.openHouse("cli");
    try {
      if (given.values.refresh) await refresh(context, house);
      const { models: all } = await house.listModels({ all: given.values.all === true, provider: textOption(given, "provider") });
      const list = most === undefined ? all : cheapest(all, Number(most));
      const shown = given.values.compare ? comparePrices(list) : list;
      if (given.values.json) context.print(JSON.stringify(shown, null, 2));
      else if (given.values.compare) printComparison(context, list);
      else printModels(context, list);
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

async function refresh(context: VerbContext, house: House): Promise<void> {
  const stop = new AbortController();
  const forget = context.edge.onInterrupt(() => stop.abort());
  try {
    const { sources, rejected } = await house.refreshModels(stop.signal);
    for (const { source, outcome } of sources) context.complain(`-- ${source}: ${outcome}`);
    for (const { model, reason } of rejected) context.complain(`-- ${model}: ${reason}`);
  } finally {
    forget();
  }
}

function printModels(context: VerbContext, list: Listed): void {
  context.print(row("model", "window", "$/M in", "$/M out", "price of", "can"));
  for (const model of list) {
    const rates = model.price?.rates;
    const price = (rate: number | undefined) => (model.local ? "0" : rate === undefined ? "unpriced" : String(rate / NANO_PER_USD));
    const window = `${Math.round(model.contextWindowTokens / 1000)}k${model.limitsAssumed ? "?" : ""}`;
    const standing = model.status === "active" || model.status === "custom" ? "" : ` (${model.status})`;
    const learned = model.windowLearned ? ` (window as the vendor stated it ${model.windowLearned.date})` : "";
    const can = `${model.capabilities.join(" ")}${standing}${learned}`;
    context.print(row(model.id, window, price(rates?.input), price(rates?.output), model.price?.date ?? "-", can));
  }
  if (list.every((model) => model.provider === "demo")) {
    context.complain("No key is set and no local server was found: latchkey keys set openai, or latchkey models --all.");
  }
}

function printComparison(context: VerbContext, list: Listed): void {
  context.print("A usual prompt: 1,000 tokens in, 500 out.");
  const cells = (...texts: readonly string[]) =>
    texts
      .map((text, index) => text.padEnd(index === 0 ? 16 : 11))
      .join(" ")
      .trimEnd();
  context.print(cells("provider", "least", "median", "most", "", "models", "unpriced", "prices of"));
  for (const found of comparePrices(list)) {
    const prices = [found.leastNanoUsd, found.medianNanoUsd, found.mostNanoUsd].map(formatUsd);
    context.print(cells(found.provider, ...prices, found.label, String(found.models), String(found.unpriced), found.priceDate));
  }
}

function row(...cells: readonly string[]): string {
  const widths = [52, 8, 9, 9, 11];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(" ")
    .trimEnd();
}
