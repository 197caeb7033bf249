// The most one chat may cost: what the request says and what the settings say, whichever is less; pure.
import { nanoFromUsd, type NanoUsd } from "../../shared/money.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import type { Settings } from "../../shared/settings.ts";

/** Null where neither sets one. A request lowers the ceiling of the settings and never raises it. */
export function ceilingOf({ maxCostUsd }: Pick<ChatDraft, "maxCostUsd">, settings: Pick<Settings, "maxCostUsd">): NanoUsd | null {
  const stated = [maxCostUsd, settings.maxCostUsd].filter((usd) => usd !== null && usd !== undefined);
  return stated.length === 0 ? null : nanoFromUsd(Math.min(...stated));
}
