// How long each vendor keeps the beginning of a prompt, and how long it must be; one row a vendor, each with its source.

export interface PromptCache {
  /** Since it was last used; null where no vendor's word exists, so that only a cache that was just read from is believed in. */
  readonly lifetimeMs: number | null;
  /** A shorter beginning is not cached. */
  readonly leastTokens: number;
  readonly source: string;
}

interface Row extends PromptCache {
  /** Models with another least length, by a part of the vendor's id. */
  readonly models?: readonly { readonly id: RegExp; readonly leastTokens: number }[];
}

const MINUTE_MS = 60_000;

const ROWS: Readonly<Record<string, Row>> = {
  anthropic: {
    lifetimeMs: 5 * MINUTE_MS,
    // The largest of all models: of one that is newer than the table, no more is promised.
    leastTokens: 4096,
    models: [
      { id: /haiku-3|3-5-haiku|3-haiku|sonnet-4-6/, leastTokens: 2048 },
      { id: /sonnet-4|opus-4-1|opus-4-2025|opus-4-0|3-7-sonnet|3-5-sonnet/, leastTokens: 1024 },
    ],
    source: "platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-10: five minutes, refreshed by use; least length by model",
  },
  openai: {
    lifetimeMs: 5 * MINUTE_MS,
    leastTokens: 1024,
    source:
      "developers.openai.com/docs/guides/prompt-caching, 2026-10: from 1024 tokens; the least that is stated without use is five minutes",
  },
  google: {
    lifetimeMs: null,
    leastTokens: 4096,
    source: "ai.google.dev/gemini-api/docs/caching, 2026-07: implicit, no lifetime stated; least length 1024 to 4096 by model and date",
  },
  deepseek: {
    lifetimeMs: 60 * MINUTE_MS,
    leastTokens: 64,
    source: "api-docs.deepseek.com/guides/kv_cache, 2026-10: cleared within hours to days without use; every request's end is kept",
  },
};

const NOT_STATED: PromptCache = { lifetimeMs: null, leastTokens: 1024, source: "no public statement found, 2026-11" };

/** `model` is the vendor's own id. */
export function promptCacheOf(provider: string, model: string): PromptCache {
  const row = ROWS[provider];
  if (row === undefined) return NOT_STATED;
  const own = row.models?.find(({ id }) => id.test(model));
  return { lifetimeMs: row.lifetimeMs, leastTokens: own?.leastTokens ?? row.leastTokens, source: row.source };
}
