// A vendor's own list of models, out of the shapes vendors use; only what the vendor states, nothing guessed from names.
import { Failure } from "../../shared/failure.ts";
import type { Capability } from "../../shared/model.ts";
import type { ListedModel } from "./provider.ts";
import { countOf, isObject, listOf, objectOf, stringOf, type VendorObject } from "./vendor-json.ts";

export function readModelList(body: unknown, provider: string): ListedModel[] {
  const outer = objectOf(body);
  const rows = Array.isArray(body) ? body : (outer.data ?? outer.models);
  if (!Array.isArray(rows)) {
    throw new Failure("providerUnavailable", `${provider} answered the request for its models with something else; check its base URL.`, {
      provider,
    });
  }
  return rows.filter(isObject).flatMap((row) => {
    const id = (stringOf(row.id) || stringOf(row.name) || stringOf(row.model)).replace(/^models\//, "");
    return id === "" ? [] : [listedModel(id, row)];
  });
}

function listedModel(id: string, row: VendorObject): ListedModel {
  const name = stringOf(row.display_name) || stringOf(row.displayName) || (stringOf(row.id) === "" ? "" : stringOf(row.name));
  const windowTokens = contextWindow(row);
  const outputTokens =
    countOf(objectOf(row.top_provider).max_completion_tokens) ??
    firstCount(row, ["max_output_tokens", "outputTokenLimit", "max_completion_tokens", "max_tokens"]);
  const capabilities = capabilitiesOf(row);
  return {
    id,
    ...(name === "" || name === id ? {} : { name }),
    ...(windowTokens ? { contextWindowTokens: windowTokens } : {}),
    ...(outputTokens ? { maxOutputTokens: outputTokens } : {}),
    ...(capabilities.length > 0 ? { capabilities } : {}),
  };
}

const WINDOW_FIELDS = [
  "loaded_context_length", // LM Studio: what is loaded, not what could be
  "context_length", // OpenRouter, Together, Moonshot
  "context_window", // Groq
  "max_context_length", // Mistral, LM Studio
  "max_model_len", // vLLM
  "max_input_tokens", // Anthropic
  "inputTokenLimit", // Google
];

function contextWindow(row: VendorObject): number | undefined {
  return firstCount(row, WINDOW_FIELDS) ?? countOf(objectOf(row.meta).n_ctx) ?? countOf(objectOf(row.meta).n_ctx_train);
}

function firstCount(row: VendorObject, fields: readonly string[]): number | undefined {
  for (const field of fields) {
    const count = countOf(row[field]);
    if (count) return count;
  }
  return undefined;
}

/** Each word a vendor uses in its own list, and what it says of a model. */
const STATED: readonly (readonly [Capability, (row: VendorObject) => boolean])[] = [
  [
    "vision",
    (row) =>
      inList(objectOf(row.architecture).input_modalities, "image") ||
      truthy(row, ["vision", "image_input"]) ||
      row.supports_image_in === true,
  ],
  ["pdf", (row) => inList(objectOf(row.architecture).input_modalities, "file") || truthy(row, ["pdf_input"])],
  ["audio", (row) => inList(objectOf(row.architecture).input_modalities, "audio") || truthy(row, ["audio"])],
  ["tools", (row) => inList(row.supported_parameters, "tools") || truthy(row, ["function_calling", "tool_use"])],
  ["structured", (row) => inList(row.supported_parameters, "structured_outputs") || truthy(row, ["structured_outputs"])],
  [
    "reasoning",
    (row) =>
      inList(row.supported_parameters, "reasoning") ||
      truthy(row, ["reasoning", "thinking"]) ||
      row.thinking === true ||
      row.supports_reasoning === true,
  ],
];

function capabilitiesOf(row: VendorObject): Capability[] {
  return STATED.filter(([, states]) => states(row)).map(([capability]) => capability);
}

function inList(list: unknown, word: string): boolean {
  return listOf(list).includes(word);
}

/** `capabilities: {vision: true}` (Mistral), `{thinking: {supported: true}}` (Anthropic) or `["tool_use"]` (LM Studio). */
function truthy(row: VendorObject, words: readonly string[]): boolean {
  const capabilities = row.capabilities;
  return words.some((word) => {
    const value = objectOf(capabilities)[word];
    return inList(capabilities, word) || value === true || objectOf(value).supported === true;
  });
}
