// `latchkey doctor`: whether each key is accepted, or what one model can really do, shown as it is found out.
import { formatUsd } from "../../../shared/money.ts";
import type { ProbeCheck, ProbeReport } from "../../../shared/probe.ts";
import type { House } from "../../house.ts";
import { EXIT, numberOption, textOption, type Verb, type VerbContext } from "./verb.ts";

export const doctor: Verb = {
  summary: "Try a provider: what a model can really do, for a cent at most; without one, whether each key is accepted",
  usage: "[PROVIDER] [--model M] [--max-cost USD] [--json]",
  options: { model: { type: "string" }, "max-cost": { type: "string" }, json: { type: "boolean" } },
  optionHelp: {
    "model M": "the model to try (the provider's cheapest unless named)",
    "max-cost USD": "the most that all of it may cost, 0.01 unless said",
    json: "the whole report as JSON",
  },
  async run(context, given) {
    const [provider] = given.words;
    const maxCostUsd = numberOption(given, "max-cost");
    const isJson = given.values.json === true;
    const stop = new AbortController();
    const forget = context.edge.onInterrupt(() => stop.abort());
    const house = await context.openHouse("cli");
    try {
      if (provider === undefined) return await testKeys(context, house, stop.signal, isJson);
      const order = { provider, model: textOption(given, "model"), maxCostUsd };
      const show = (check: ProbeCheck) => (isJson ? undefined : context.print(lineOf(check)));
      const report = await house.probe(order, { editor: "cli", signal: stop.signal }, show);
      context.print(isJson ? JSON.stringify(report, null, 2) : summaryOf(report).join("\n"));
      return report.ok ? EXIT.ok : EXIT.failed;
    } finally {
      forget();
      await house.close();
    }
  },
};

const SIGN: Record<ProbeCheck["outcome"], string> = { works: "yes", fails: "no", skipped: "-" };

function lineOf({ name, outcome, detail, ms }: ProbeCheck): string {
  return `${name.padEnd(11)} ${SIGN[outcome].padEnd(4)} ${detail}${ms === undefined ? "" : ` (${Math.round(ms)} ms)`}`;
}

function summaryOf({ model, dialect, url, differs, firstTokenMs, cost, attempts }: ProbeReport): string[] {
  const price = cost.nanoUsd === null ? "at no known price" : `for ${formatUsd(cost.nanoUsd)}`;
  const first = firstTokenMs === null ? "" : `, first token after ${firstTokenMs} ms`;
  return [
    "",
    `${model}, asked ${attempts} ${attempts === 1 ? "time" : "times"} ${price}${first}; ${dialect}${url ? ` at ${url}` : ""}.`,
    ...differs.map(({ capability, catalogue }) =>
      catalogue
        ? `The catalogue says that it has ${capability}, which was not seen.`
        : `It has ${capability}, of which the catalogue knows nothing; a provider of your own can say so in \`capabilities\`.`,
    ),
  ];
}

async function testKeys(context: VerbContext, house: House, signal: AbortSignal, isJson: boolean): Promise<number> {
  const { providers } = await house.listProviders();
  const usable = providers.filter(
    ({ id, hasKey, enabled, local, models }) => enabled && id !== "demo" && (hasKey || (local && models > 0)),
  );
  const tested = [];
  for (const { id, baseUrl } of usable) {
    const result = await house.testKey(id, signal);
    tested.push({ ...result, baseUrl });
    const line = `${id.padEnd(14)} ${result.ok ? "yes" : "no "}  ${baseUrl}  ${result.message} (${Math.round(result.ms)} ms)`;
    if (!isJson) context.print(line);
  }
  if (isJson) context.print(JSON.stringify(tested, null, 2));
  else if (usable.length === 0) context.print("No provider has a key and no local server answers. Set a key: latchkey keys set openai");
  return tested.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}
