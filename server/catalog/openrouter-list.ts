// OpenRouter's public list of models as listed models with prices; whatever is not a chat model or has no price is passed over.
import * as z from "zod/mini";
import type { Capability } from "../../shared/model.ts";
import type { Listed, ListedPrice } from "./listed.ts";

const amount = z.nullish(z.union([z.string(), z.number()]));
const Amounts = z.object({
  prompt: amount,
  completion: amount,
  input_cache_read: amount,
  input_cache_write: amount,
  input_cache_write_1h: amount,
});

/** What a stranger sends is minimal and nullish: only what is read here is looked at. */
const Row = z.object({
  id: z.string(),
  name: z.nullish(z.string()),
  context_length: z.nullish(z.number()),
  architecture: z.nullish(
    z.object({ input_modalities: z.nullish(z.array(z.string())), output_modalities: z.nullish(z.array(z.string())) }),
  ),
  pricing: z.nullish(z.extend(Amounts, { overrides: z.nullish(z.array(z.extend(Amounts, { min_prompt_tokens: z.nullish(z.number()) }))) })),
  top_provider: z.nullish(z.object({ max_completion_tokens: z.nullish(z.number()) })),
  supported_parameters: z.nullish(z.array(z.string())),
});
type Row = z.infer<typeof Row>;

const Body = z.object({ data: z.array(z.unknown()) });

/** Dollars a token to dollars a million tokens; a negative price says "depends", which is no price. */
function perMillion(value: z.infer<typeof amount>): number | undefined {
  const usd = value === null || value === undefined || value === "" ? Number.NaN : Number(value) * 1e6;
  return Number.isFinite(usd) && usd >= 0 ? Number(usd.toPrecision(9)) : undefined;
}

function ratesOf(amounts: z.infer<typeof Amounts>): Omit<ListedPrice, "tiers"> | undefined {
  const [input, output] = [perMillion(amounts.prompt), perMillion(amounts.completion)];
  if (input === undefined || output === undefined) return undefined;
  const cacheRead = perMillion(amounts.input_cache_read);
  const cacheWrite5m = perMillion(amounts.input_cache_write);
  const cacheWrite1h = perMillion(amounts.input_cache_write_1h);
  // A cache price of nothing beside a paid input is "not stated".
  return {
    input,
    output,
    ...(cacheRead ? { cacheRead } : {}),
    ...(cacheWrite5m ? { cacheWrite5m } : {}),
    ...(cacheWrite1h ? { cacheWrite1h } : {}),
  };
}

function priceOf(pricing: Row["pricing"]): ListedPrice | undefined {
  const rates = pricing && ratesOf(pricing);
  if (!rates) return undefined;
  const tiers = (pricing.overrides ?? []).flatMap((override) => {
    const tierRates = ratesOf(override);
    // "From N tokens on" there is "above N - 1" here.
    return tierRates && override.min_prompt_tokens ? [{ ...tierRates, aboveInputTokens: Math.round(override.min_prompt_tokens) - 1 }] : [];
  });
  return { ...rates, ...(tiers.length > 0 ? { tiers } : {}) };
}

function capabilitiesOf(row: Row): Capability[] {
  const input = row.architecture?.input_modalities ?? [];
  const parameters = row.supported_parameters ?? [];
  const stated: readonly (readonly [Capability, boolean])[] = [
    ["tools", parameters.includes("tools")],
    ["vision", input.includes("image")],
    ["structured", parameters.includes("structured_outputs")],
    ["reasoning", parameters.includes("reasoning")],
    ["pdf", input.includes("file")],
    ["audio", input.includes("audio")],
    ["caching", row.pricing?.input_cache_read !== undefined && row.pricing?.input_cache_read !== null],
  ];
  return stated.flatMap(([capability, has]) => (has ? [capability] : []));
}

/** Pointers to other models, batch endpoints and models that answer with more than text are no models to route to. */
function isChat(row: Row): boolean {
  const output = row.architecture?.output_modalities ?? ["text"];
  return output.length === 1 && output[0] === "text" && !/^~|^openrouter\/|:batch$/.test(row.id);
}

/** Throws where the body is no such list; single rows that make no sense are left out. */
export function readOpenRouterList(body: unknown): Listed[] {
  const list = Body.safeParse(body);
  if (!list.success) throw new Error("the answer is not a list of models");
  return list.data.data.flatMap((given) => {
    const parsed = Row.safeParse(given);
    if (!parsed.success || !isChat(parsed.data)) return [];
    const row = parsed.data;
    const price = priceOf(row.pricing);
    const [window, output] = [row.context_length, row.top_provider?.max_completion_tokens];
    return [
      {
        id: row.id,
        ...(row.name ? { name: row.name } : {}),
        ...(window ? { contextWindowTokens: Math.round(window) } : {}),
        ...(output ? { maxOutputTokens: Math.round(output) } : {}),
        capabilities: capabilitiesOf(row),
        ...(price ? { price } : {}),
      },
    ];
  });
}
