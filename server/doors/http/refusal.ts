// A failure as the vendors' own HTTP errors: status, type and code in each one's words, and whether to try again.
import { Failure, type FailureKind, isFailure } from "../../../shared/failure.ts";

export interface OpenaiWords {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
}

export interface AnthropicWords {
  readonly status: number;
  readonly type: string;
}

interface Row {
  readonly openai: OpenaiWords;
  readonly anthropic: AnthropicWords;
}

function row(status: number, type: string, code: string | null, anthropicType: string, anthropicStatus = status): Row {
  return { openai: { status, type, code }, anthropic: { status: anthropicStatus, type: anthropicType } };
}

const INVALID = "invalid_request_error";

/** A limit is 429 insufficient_quota for OpenAI's clients and 402 billing_error for Anthropic's: what each vendor says of an empty account. */
const ROWS: Readonly<Record<FailureKind, Row>> = {
  invalidParams: row(400, INVALID, null, INVALID),
  notInitialized: row(500, "server_error", null, "api_error"),
  cancelled: row(499, "server_error", "cancelled", "api_error"),
  keyMissing: row(403, "permission_error", "provider_key_missing", "permission_error"),
  keyRejected: row(403, "permission_error", "provider_key_rejected", "permission_error"),
  planForbidden: row(403, "permission_error", "policy_forbids", "permission_error"),
  budgetExceeded: row(429, "insufficient_quota", "insufficient_quota", "billing_error", 402),
  noCandidate: row(404, INVALID, "model_not_found", "not_found_error"),
  contextOverflow: row(400, INVALID, "context_length_exceeded", INVALID),
  rateLimited: row(429, "requests", "rate_limit_exceeded", "rate_limit_error"),
  providerUnavailable: row(503, "server_error", "provider_unavailable", "overloaded_error", 529),
  requestRefused: row(400, INVALID, "content_policy_violation", INVALID),
  outputInvalid: row(502, "server_error", "output_invalid", "api_error"),
  stalled: row(504, "server_error", "stalled", "timeout_error"),
  allFailed: row(502, "server_error", "all_failed", "api_error"),
  creditExhausted: row(429, "insufficient_quota", "insufficient_quota", "billing_error", 402),
  modelNotFound: row(404, INVALID, "model_not_found", "not_found_error"),
  requestInvalid: row(400, INVALID, null, INVALID),
  ledgerUnavailable: row(503, "server_error", "ledger_unavailable", "api_error"),
  internal: row(500, "server_error", null, "api_error"),
};

export interface Refusal {
  readonly failure: Failure;
  readonly openai: OpenaiWords;
  readonly anthropic: AnthropicWords;
}

/** A body that was not read to its end. */
const TOO_LARGE = row(413, INVALID, "request_too_large", "request_too_large");

export function refusalOf(failure: Failure): Refusal {
  if (failure.details.tooLarge === true) return { failure, ...TOO_LARGE };
  return { failure, ...ROWS[failure.kind] };
}

/** Anything that is no Failure is a bug: the caller gets a fixed sentence, `log` the rest. */
export function failureOf(error: unknown, log: (error: unknown) => void): Failure {
  if (isFailure(error)) return error;
  log(error);
  return new Failure("internal");
}

/**
 * The house has tried what may be tried; a client library that sends the request again would pay again. Only a rate
 * limit and a full house pass by themselves. `x-should-retry` is what both vendors' SDKs obey.
 */
export function retryHeaders({ failure }: Refusal): Record<string, string> {
  const passes = failure.kind === "rateLimited" || failure.details.overloaded === true;
  const wait = failure.details.retryAfterMs;
  return {
    "x-should-retry": passes ? "true" : "false",
    ...(wait === undefined ? {} : { "retry-after": String(Math.ceil(wait / 1000)), "retry-after-ms": String(Math.ceil(wait)) }),
  };
}
