// The routing decision: pure; every fact, price and clock reading comes in, an explained order comes out.
import type { Message, OutputSchema, Reasoning, ToolDefinition } from "../../shared/chat.ts";
import type { ModelInfo } from "../../shared/model.ts";
import type { NanoUsd } from "../../shared/money.ts";
import type { Policy, RouteDecision, TaskType } from "../../shared/route.ts";

/** What is true of one provider or model right now, beside the catalogue. */
export interface Availability {
  readonly usable: boolean;
  /** For people, when not usable: "no key is set for anthropic". */
  readonly reason?: string;
  readonly rule?: "key" | "health" | "plan" | "disabled" | "unreachable";
  /** 0 to 1: share of the vendor's rate limit that is left; 1 when unknown. */
  readonly headroom: number;
}

/** The quote of one model for this prompt, from money/estimate.ts. */
export interface Estimate {
  readonly inputTokens: number;
  readonly outputTokensP50: number;
  readonly outputTokensWorst: number;
  readonly cachedShare: number;
  readonly p50NanoUsd: NanoUsd | null;
  readonly worstNanoUsd: NanoUsd | null;
  /** The input count before what was learned of this model; the quoter learns by comparing it with the bill. */
  readonly baseTokens?: number;
}

export interface RouteInput {
  readonly messages: readonly Message[];
  /** undefined or "auto" routes; a full id or alias pins. */
  readonly model?: string;
  readonly policy: Policy;
  readonly taskType?: TaskType;
  readonly tools?: readonly ToolDefinition[];
  readonly output?: OutputSchema;
  readonly reasoning?: Reasoning;
  readonly maxOutputTokens?: number;
  readonly maxCostNanoUsd: NanoUsd | null;
  readonly editor?: { languageId?: string; selectionLines?: number; diagnostics?: number; command?: string };
  readonly models: readonly ModelInfo[];
  readonly availability: (model: ModelInfo) => Availability;
  readonly estimate: (model: ModelInfo) => Estimate;
  readonly banned: readonly string[];
  readonly localOnly: boolean;
  /** The model that answered the conversation so far and whose prompt cache is warm, if any. */
  readonly warm?: string;
  readonly now: Date;
}

export type Route = (input: RouteInput) => RouteDecision;
