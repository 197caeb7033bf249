// Token counts of the OpenAI family, chat and Responses, as disjoint buckets that are never negative and never more than the whole.
import type { Usage } from "../../shared/money.ts";
import { nanoFromUsd } from "../../shared/money.ts";
import { countOf, isObject, objectOf, type VendorObject } from "./vendor-json.ts";

/** xAI states its price in ticks of 1e-10 dollars (docs.x.ai; case xai-chat-stream-utf8: 739000 ticks for 0.0000739 USD). */
const TICKS_PER_NANO = 10;

/**
 * Input: cache reads and writes are parts of the prompt in every vendor's count; hosts that report more cached than
 * sent (PROVIDERS quirk 6) are held to the whole. Output: reasoning is a part, except where the total says that it
 * came on top (xAI, quirk 7).
 */
export function openaiUsage(raw: VendorObject, quirk: { readonly reasoningOutsideCompletion?: boolean }): Usage {
  const input = countOf(raw.prompt_tokens) ?? countOf(raw.input_tokens) ?? 0;
  const completion = countOf(raw.completion_tokens) ?? countOf(raw.output_tokens) ?? 0;
  const inside = objectOf(raw.prompt_tokens_details ?? raw.input_tokens_details);
  const reasoning = reasoningIn(raw);
  const cacheReadTokens = Math.min(input, cachedIn(raw, inside));
  const cacheWrite5mTokens = Math.min(
    input - cacheReadTokens,
    countOf(inside.cache_write_tokens) ?? countOf(inside.cache_creation_tokens) ?? 0,
  );
  const outside = reasoningComesOnTop(raw, input, completion, reasoning, quirk.reasoningOutsideCompletion);
  const outputTokens = outside ? completion + reasoning : completion;
  return {
    inputTokens: input - cacheReadTokens - cacheWrite5mTokens,
    cacheReadTokens,
    cacheWrite5mTokens,
    cacheWrite1hTokens: 0,
    outputTokens,
    reasoningTokens: Math.min(outputTokens, reasoning),
    provenance: "reported",
  };
}

/** OpenAI `cached_tokens` in the details, Moonshot the same at the top, DeepSeek `prompt_cache_hit_tokens`. */
function cachedIn(raw: VendorObject, inside: VendorObject): number {
  return countOf(inside.cached_tokens) ?? countOf(raw.prompt_cache_hit_tokens) ?? countOf(raw.cached_tokens) ?? 0;
}

function reasoningIn(raw: VendorObject): number {
  const inside = objectOf(raw.completion_tokens_details ?? raw.output_tokens_details);
  return countOf(inside.reasoning_tokens) ?? countOf(raw.reasoning_tokens) ?? 0;
}

/** The total decides where it is stated; the provider's row only where it is not. */
function reasoningComesOnTop(raw: VendorObject, input: number, completion: number, reasoning: number, byRow: boolean | undefined): boolean {
  const total = countOf(raw.total_tokens);
  if (reasoning === 0) return false;
  if (total === undefined) return byRow === true;
  return total === input + completion + reasoning;
}

/**
 * What the vendor says the request cost. With one's own key OpenRouter bills a fee and the upstream vendor the rest
 * (kilocode#491, forgecode#1641); Perplexity states an object.
 */
export function reportedNanoUsd(raw: VendorObject): number | undefined {
  const ticks = countOf(raw.cost_in_usd_ticks);
  if (ticks !== undefined) return Math.round(ticks / TICKS_PER_NANO);
  const cost = isObject(raw.cost) ? raw.cost.total_cost : raw.cost;
  if (typeof cost !== "number" || !Number.isFinite(cost) || cost < 0) return undefined;
  const upstream = raw.is_byok === true ? objectOf(raw.cost_details).upstream_inference_cost : undefined;
  return nanoFromUsd(cost) + (typeof upstream === "number" && upstream > 0 ? nanoFromUsd(upstream) : 0);
}
