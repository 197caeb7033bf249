// What the catalogue may know of one model beyond its capabilities, by the names that the dialects read.
import type { ProviderRequest } from "./provider.ts";
import { listOf, objectOf } from "./vendor-json.ts";

export interface ModelQuirks {
  /** False where this model refuses `temperature`. */
  readonly temperature?: boolean;
  /** The model takes another field for its output limit than its provider's other models. */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens";
  readonly systemRole?: "system" | "developer" | "user";
  /** The efforts it knows, weakest first ("none", "minimal", "low", "medium", "high", "xhigh"). */
  readonly reasoningEfforts: readonly string[];
  /** How Anthropic's and Google's models are asked to think: by a budget of tokens, by effort, or as they see fit. */
  readonly thinking?: "budget" | "adaptive" | "level" | "none";
  /** Fewest and most thinking tokens it takes. */
  readonly thinkingBudget?: { readonly min: number; readonly max: number };
  /** True where thinking cannot be turned off. */
  readonly thinkingAlways?: boolean;
  readonly maxOutputTokens?: number;
}

export function modelQuirks(request: ProviderRequest): ModelQuirks {
  // The catalogue validates its own files; what is absent or misspelt there reads as absent here.
  const given = objectOf(request.modelQuirks) as Partial<ModelQuirks>;
  return { ...given, reasoningEfforts: listOf(given.reasoningEfforts).filter((effort) => typeof effort === "string") };
}

/** The vendor's effort for ours: the nearest one the model knows; undefined = leave the field out. */
export function effortFor(request: ProviderRequest, known: readonly string[]): string | undefined {
  const { reasoning } = request;
  if (reasoning === undefined) return undefined;
  if (reasoning !== "off") return known.length === 0 || known.includes(reasoning) ? reasoning : nearest(reasoning, known);
  return ["none", "minimal"].find((effort) => known.includes(effort)) ?? known[0];
}

const ORDER = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

function nearest(wanted: string, known: readonly string[]): string | undefined {
  const at = ORDER.indexOf(wanted);
  return [...known].sort((left, right) => Math.abs(ORDER.indexOf(left) - at) - Math.abs(ORDER.indexOf(right) - at))[0];
}
