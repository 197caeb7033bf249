// Anthropic's token counts as buckets: its three input fields are disjoint already, its cache writes are split by lifetime.
import type { Usage, UsageProvenance } from "../../../shared/money.ts";
import { countOf, objectOf, type VendorObject } from "../vendor-json.ts";

/** Gateways that do not split the writes mean five minutes, the vendor's default. */
export function anthropicUsage(raw: VendorObject, provenance: UsageProvenance): Usage {
  const split = objectOf(raw.cache_creation);
  const cacheWrite1hTokens = countOf(split.ephemeral_1h_input_tokens) ?? 0;
  const written = countOf(raw.cache_creation_input_tokens) ?? 0;
  const outputTokens = countOf(raw.output_tokens) ?? 0;
  return {
    inputTokens: countOf(raw.input_tokens) ?? 0,
    cacheReadTokens: countOf(raw.cache_read_input_tokens) ?? 0,
    cacheWrite5mTokens: Math.max(countOf(split.ephemeral_5m_input_tokens) ?? 0, written - cacheWrite1hTokens),
    cacheWrite1hTokens,
    outputTokens,
    reasoningTokens: Math.min(outputTokens, countOf(objectOf(raw.output_tokens_details).thinking_tokens) ?? 0),
    provenance,
  };
}

/** Later figures replace earlier ones; what the later event does not know it sends as null. */
export function mergeUsage(earlier: VendorObject, later: VendorObject): VendorObject {
  return { ...earlier, ...Object.fromEntries(Object.entries(later).filter(([, value]) => value !== null && value !== undefined)) };
}
