// What the catalogue knows of one model beyond its capabilities, by the names that the dialects read, and what to ask of its reasoning.
import type { ProviderRequest, Quirks } from "./provider.ts";
import { listOf, objectOf } from "./vendor-json.ts";

export interface ModelQuirks {
  /** False where this model refuses `temperature`. */
  readonly temperature?: boolean;
  /** The efforts it knows, weakest first ("minimal", "low", "medium", "high", "xhigh", "max"). */
  readonly efforts: readonly string[];
  /** False where reasoning cannot be turned off. */
  readonly reasoningOff?: boolean;
  /** A Claude model that decides by itself how much to think. */
  readonly adaptiveThinking?: boolean;
  /** This model takes another field for its output limit, or another role for the system prompt, than its provider's others. */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens";
  readonly systemRole?: "system" | "developer" | "user";
  readonly maxOutputTokens?: number;
}

export function modelQuirks(request: ProviderRequest): ModelQuirks {
  // The catalogue checks its own files; what is absent or of another name there reads as absent here.
  const given = objectOf(request.modelQuirks) as Partial<ModelQuirks>;
  return { ...given, efforts: listOf(given.efforts).filter((effort) => typeof effort === "string") };
}

/** `effort` is undefined where the model takes none; `always`: it reasons whatever is said, and takes no word on it. */
export type ReasoningAsk = { readonly on: false } | { readonly on: true; readonly effort: string | undefined; readonly always: boolean };

/** Null: say nothing of reasoning. A model that cannot stop reasoning is asked for the least when told not to. */
export function reasoningAsk(request: ProviderRequest, model: ModelQuirks): ReasoningAsk | null {
  const { reasoning, reasoningControl } = request;
  if (reasoning === undefined || reasoningControl === "none" || !request.capabilities.includes("reasoning")) return null;
  if (reasoningControl === "always") return reasoning === "off" ? null : { on: true, effort: undefined, always: true };
  if (reasoning === "off") return model.reasoningOff === false ? least(model) : { on: false };
  const effort = reasoningControl === "toggle" ? undefined : nearest(reasoning, model.efforts);
  return { on: true, effort, always: false };
}

function least({ efforts }: ModelQuirks): ReasoningAsk | null {
  return efforts.length === 0 ? null : { on: true, effort: efforts[0], always: false };
}

/** "none" turns reasoning off where efforts are known to be taken; where nothing is known the field stays out. */
export function effortField(ask: ReasoningAsk, model: ModelQuirks): string | undefined {
  if (ask.on) return ask.effort;
  return model.efforts.length > 0 ? "none" : undefined;
}

const ORDER = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** Between two that are equally near, the stronger; what nobody lists is asked for as it is. */
function nearest(wanted: string, known: readonly string[]): string {
  const at = ORDER.indexOf(wanted);
  const distance = (effort: string) => Math.abs(ORDER.indexOf(effort) - at) - (ORDER.indexOf(effort) > at ? 0.5 : 0);
  return known.length === 0 || known.includes(wanted)
    ? wanted
    : (known.toSorted((left, right) => distance(left) - distance(right))[0] ?? wanted);
}

/** Vendors refuse the question of models that reason: their hidden tokens have no probability to tell. */
export function asksLogprobs({ logprobs, capabilities }: ProviderRequest, quirks: Quirks): boolean {
  return logprobs === true && quirks.logprobs === true && !capabilities.includes("reasoning");
}
