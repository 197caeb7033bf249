// Whether the beginning of a conversation still lies in a vendor's prompt cache: the last answer's model, when, and how much; never a guess.
import { totalInputTokens, type Usage } from "../../shared/money.ts";
import { providerOf, vendorModelOf } from "../../shared/model.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import type { Warm } from "../money/estimate.ts";
import type { SpineParts } from "./parts.ts";

/** A vendor that states no lifetime is believed for as long as the shortest that any vendor states, once it has read from its cache. */
const UNSTATED_LIFETIME_MS = 5 * 60_000;

/** Undefined where the conversation begins, its last answer is too old, or its vendor says nothing and cached nothing. */
export async function warmthOf(parts: SpineParts, draft: ChatDraft): Promise<Warm | undefined> {
  const { conversationId, messages } = draft;
  if (conversationId === undefined || !messages.some(({ role }) => role === "assistant")) return undefined;
  const last = await parts.lastAnswer(conversationId);
  if (last === null) return undefined;
  const { lifetimeMs } = parts.providers.promptCacheOf(providerOf(last.model), vendorModelOf(last.model));
  const ageMs = parts.now().getTime() - last.atMs;
  const believedMs = lifetimeMs ?? (last.usage.cacheReadTokens > 0 ? UNSTATED_LIFETIME_MS : 0);
  // A clock that was set back makes an answer come from the future: nothing is known of its age then.
  return ageMs >= 0 && ageMs < believedMs ? { model: last.model, tokens: keptOf(last.usage) } : undefined;
}

/** Where writes are billed, what was read and written is what is kept; elsewhere the whole prompt is. */
function keptOf(usage: Usage): number {
  const written = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  return written > 0 ? usage.cacheReadTokens + written : totalInputTokens(usage);
}
