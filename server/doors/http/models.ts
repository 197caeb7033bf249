// The models that can be used now, in the list shapes of both vendors; `auto` comes first.
import { Failure } from "../../../shared/failure.ts";
import { NANO_PER_USD } from "../../../shared/money.ts";
import type { ResultOf } from "../../../shared/protocol.ts";
import { modelChoice } from "./request-parts.ts";

type Row = ResultOf<"model/list">["models"][number];
type Auto = { readonly id: string; readonly name: string };

const AUTO: readonly Auto[] = [
  { id: "auto", name: "Routed by your policy" },
  { id: "auto:cheap", name: "Routed, cheap" },
  { id: "auto:balanced", name: "Routed, balanced" },
  { id: "auto:best", name: "Routed, best" },
];

/** Figures beside OpenAI's own fields, under the names that OpenRouter uses for them. */
export function openaiModels(rows: readonly Row[]) {
  return {
    object: "list",
    data: [...AUTO.map(openaiAuto), ...rows.map(openaiModel)],
  };
}

function openaiAuto({ id, name }: Auto) {
  return { id, object: "model", created: 0, owned_by: "latchkey", name };
}

/** How much it takes and gives is the chosen model's affair. */
function withoutWindow({ id, name }: Auto) {
  return { id, name, contextWindowTokens: 0, maxOutputTokens: 0 };
}

function openaiModel(row: Row) {
  return {
    id: row.id,
    object: "model",
    created: 0,
    owned_by: row.provider,
    name: row.name || row.id,
    context_length: row.contextWindowTokens,
    max_output_tokens: row.maxOutputTokens,
    capabilities: row.capabilities,
    pricing: row.price
      ? { prompt: perToken(row.price.rates.input), completion: perToken(row.price.rates.output), date: row.price.date }
      : null,
  };
}

/** One model by any name under which it can be asked for: its id, its vendor's bare name, or one of the routed. */
export function oneModel(name: string, rows: readonly Row[], shape: "openai" | "anthropic"): unknown {
  const auto = AUTO.find((one) => one.id === name);
  if (auto) return shape === "openai" ? openaiAuto(auto) : anthropicModel(withoutWindow(auto));
  const { model } = modelChoice(name, () => rows);
  const row = rows.find(({ id }) => id === model);
  if (!row) throw new Failure("modelNotFound");
  return shape === "openai" ? openaiModel(row) : anthropicModel(row);
}

export function anthropicModels(rows: readonly Row[]) {
  const data = [...AUTO.map(withoutWindow), ...rows].map(anthropicModel);
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function anthropicModel(row: Pick<Row, "id" | "name" | "contextWindowTokens" | "maxOutputTokens">) {
  return {
    type: "model",
    id: row.id,
    display_name: row.name || row.id,
    created_at: "1970-01-01T00:00:00Z",
    max_input_tokens: row.contextWindowTokens || null,
    max_tokens: row.maxOutputTokens || null,
  };
}

/** Dollars a token, as a decimal without an exponent: what other tools parse. */
function perToken(nanoUsdPerMillion: number): string {
  return (nanoUsdPerMillion / NANO_PER_USD / 1_000_000).toFixed(12).replace(/\.?0+$/, "") || "0";
}
