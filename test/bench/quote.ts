// How good a quote is: recorded requests quoted as drafts and compared with what the vendor billed; then how fast, over 2,000 models.
import { createCatalog } from "../../server/catalog/catalog.ts";
import { costOf } from "../../server/money/cost.ts";
import { createEstimator, type Estimator } from "../../server/money/estimate.ts";
import { priceAt } from "../../server/money/price.ts";
import { NO_USAGE } from "../../shared/money.ts";
import { unlistedModel } from "../../shared/model.ts";
import { recordedQuotes, type RecordedQuote } from "../support/recorded-draft.ts";

const NOW = new Date("2026-11-23T12:00:00Z");
const catalog = createCatalog();
const modelOf = (id: string) =>
  catalog.find(id) ?? { ...unlistedModel(id, "active", "bench", "2026-11-23"), maxOutputTokens: 64_000, contextWindowTokens: 1_000_000 };
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`.padStart(9);

function line(what: string, errors: readonly number[]): void {
  const sizes = errors.map(Math.abs);
  console.log(
    `${what.padEnd(52)} n ${String(errors.length).padStart(3)}  bias ${percent(quantile(errors, 0.5))}  |error| p50 ${percent(quantile(sizes, 0.5))}  p90 ${percent(quantile(sizes, 0.9))}  worst ${percent(quantile(sizes, 1))}`,
  );
}

/** Short prompts are mostly what vendors add around them, so they are shown apart. */
const LONG = 100;

function inputErrors(estimator: Estimator, quotes: readonly RecordedQuote[]): number[] {
  return quotes.map(({ model, draft, billedInput }) => estimator.quote(draft)(modelOf(model)).inputTokens / billedInput - 1);
}

async function accuracy(quotes: readonly RecordedQuote[]): Promise<void> {
  const long = quotes.filter((quote) => quote.billedInput >= LONG);
  const openai = quotes.filter((quote) => /^(openai|azure-openai)\/|\/openai\//.test(quote.model));
  const byScript = createEstimator({ now: () => NOW });
  const exact = createEstimator({ now: () => NOW });
  await exact.ready();
  console.log("Input tokens against the bill");
  line("  by script, all", inputErrors(byScript, quotes));
  line(`  by script, ${LONG} tokens and more`, inputErrors(byScript, long));
  line("  with the tokenizer, all", inputErrors(exact, quotes));
  line(`  with the tokenizer, ${LONG} tokens and more`, inputErrors(exact, long));
  line("  with the tokenizer, OpenAI's own models", inputErrors(exact, openai));
  line(
    "  characters / 4, for comparison, all",
    quotes.map(({ draft, billedInput }) => JSON.stringify([draft.messages, draft.tools ?? ""]).length / 4 / billedInput - 1),
  );
  line("  learned from the other recordings of the model", learned(quotes));
  console.log("Within the worst case that is reserved");
  const held = quotes.filter(({ model, draft, billedInput, billedOutput }) => isHeld(exact, model, draft, billedInput, billedOutput));
  const without = quotes.filter(({ model }) => priceAt(modelOf(model), NOW) === null).length;
  console.log(
    `  ${held.length} of ${quotes.length - without} priced answers cost no more than their worst case (${without} have no price)`,
  );
  console.log(
    "Output tokens, the prior's median against the answer (the recorded prompts ask for a word or a call; the prior is for work)",
  );
  line(
    "  p50",
    quotes.map(({ model, draft, billedOutput }) => exact.quote(draft)(modelOf(model)).outputTokensP50 / Math.max(1, billedOutput) - 1),
  );
}

function isHeld(estimator: Estimator, id: string, draft: RecordedQuote["draft"], input: number, output: number): boolean {
  const model = modelOf(id);
  const cost = costOf({ ...NO_USAGE, inputTokens: input, outputTokens: output }, priceAt(model, NOW)).nanoUsd;
  const { worstNanoUsd } = estimator.quote(draft)(model);
  return cost !== null && worstNanoUsd !== null && cost <= worstNanoUsd;
}

/** Each recording quoted by an estimator that has seen the same model's others. */
function learned(quotes: readonly RecordedQuote[]): number[] {
  const several = quotes.filter((quote) => quotes.filter((other) => other.model === quote.model).length > 1);
  return several.map((quote) => {
    const estimator = createEstimator({ now: () => NOW });
    const model = modelOf(quote.model);
    for (const other of quotes) {
      if (other.model !== quote.model || other.id === quote.id) continue;
      estimator.observe(model, estimator.quote(other.draft)(model), {
        ...NO_USAGE,
        inputTokens: other.billedInput,
        outputTokens: other.billedOutput,
      });
    }
    return estimator.quote(quote.draft)(model).inputTokens / quote.billedInput - 1;
  });
}

function speed(): void {
  const some = catalog.all();
  const models = Array.from({ length: 2000 }, (_, index) => ({
    ...(some[index % some.length] ?? unlistedModel("x/y", "active", "bench", "")),
    id: `bench/m${index}`,
  }));
  const estimator = createEstimator({ now: () => NOW });
  for (const [what, characters] of [
    ["a short prompt", 400],
    ["8 kB", 8000],
    ["100 kB", 100_000],
  ] as const) {
    const first: number[] = [];
    const each: number[] = [];
    for (let round = 0; round < 60; round++) {
      const text = `${round} ${"const answer = await ask(model, { prompt, tools });\n".repeat(characters / 52)}`;
      const began = performance.now();
      const quote = estimator.quote({ messages: [{ role: "user", parts: [{ type: "text", text }] }] });
      const counted = performance.now();
      for (const model of models) quote(model);
      first.push(counted - began);
      each.push(performance.now() - counted);
    }
    console.log(
      `  ${what.padEnd(16)} counted in p50 ${quantile(first, 0.5).toFixed(3)} ms; quoted for 2,000 models in p50 ${quantile(each, 0.5).toFixed(3)} ms, p99 ${quantile(each, 0.99).toFixed(3)}`,
    );
  }
}

const recorded = recordedQuotes();
if (recorded === null) console.log("No recordings lie beside this project: accuracy was not measured.");
else {
  console.log(
    `${recorded.quotes.length} recorded requests; ${recorded.leftOut.length} left out (images of unknown size, or text that the vendor adds).`,
  );
  await accuracy(recorded.quotes);
}
console.log("Speed");
speed();
