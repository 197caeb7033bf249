// The form of a provider's row: everything that tells one vendor from another, as data with its source.
import type { DialectName, Quirks } from "../provider.ts";

/** Whether the vendor stops charging when a stream is aborted. */
export interface StopCharging {
  readonly stops: "yes" | "no" | "unknown";
  readonly source: string;
}

/** Response headers in which a vendor states its limits. */
export interface RateHeaderNames {
  readonly limitRequests?: string;
  readonly remainingRequests?: string;
  readonly resetRequests?: string;
  readonly limitTokens?: string;
  readonly remainingTokens?: string;
  readonly resetTokens?: string;
}

export interface ProviderRow {
  readonly id: string;
  readonly name: string;
  readonly dialect: DialectName;
  /** At another base URL than its own: what imitates this vendor imitates this dialect. */
  readonly elsewhereDialect?: DialectName;
  /** In the form its dialect's SDK wants. "" = each customer has an address of their own. */
  readonly baseUrl: string;
  /** Usual environment variables of its key, the most usual first. */
  readonly environment: readonly string[];
  readonly keyUrl?: string;
  readonly docsUrl: string;
  readonly topUpUrl?: string;
  /** Runs on this machine: prompts do not leave it, tokens cost nothing. */
  readonly local: boolean;
  readonly needsKey: boolean;
  readonly quirks: Quirks;
  /** One source per quirk: vendor document, recorded case or demand, with its date. */
  readonly sources: Readonly<Partial<Record<keyof Quirks, string>>>;
  readonly stopCharging: StopCharging;
  readonly rateHeaders: RateHeaderNames;
  /** Relative to the base URL; free, so it serves to test a key. */
  readonly modelsPath: string;
  readonly notes: readonly string[];
}

/** The names of the OpenAI family: OpenAI, Groq, Together, Cerebras, Fireworks and most servers that imitate them. */
export const X_RATELIMIT: RateHeaderNames = {
  limitRequests: "x-ratelimit-limit-requests",
  remainingRequests: "x-ratelimit-remaining-requests",
  resetRequests: "x-ratelimit-reset-requests",
  limitTokens: "x-ratelimit-limit-tokens",
  remainingTokens: "x-ratelimit-remaining-tokens",
  resetTokens: "x-ratelimit-reset-tokens",
};

const CANCELLATION = "openrouter.ai/docs/api-reference/streaming, Stream Cancellation, 2026-09";

/** OpenRouter is the one vendor that publishes who stops when a connection closes. */
export const STOPS: StopCharging = { stops: "yes", source: `${CANCELLATION}: supported` };
export const GOES_ON: StopCharging = { stops: "no", source: `${CANCELLATION}: not currently supported` };
export const NOT_STATED: StopCharging = { stops: "unknown", source: "no public statement found, 2026-11" };
export const OWN_MACHINE: StopCharging = { stops: "yes", source: "nothing is charged on one's own machine" };
