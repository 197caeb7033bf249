// The one table from a vendor's refusal to a failure kind; the first row that fits decides, its sample shows what it was made for.
import type { FailureKind } from "../../shared/failure.ts";

/** Every condition that a row states must hold. `codes` and `message` are searched, `unless` excludes by either. */
export interface RefusalRow {
  readonly kind: FailureKind;
  readonly status?: readonly number[];
  readonly codes?: RegExp;
  readonly message?: RegExp;
  readonly unless?: RegExp;
  /** A body this row was made for, and where it comes from; tested through the whole table. */
  readonly sample: { readonly status: number; readonly body: string };
  readonly source: string;
}

const error = (message: string, codes: Record<string, unknown> = {}) => JSON.stringify({ error: { message, ...codes } });

/** Kept apart from waiting: no delay helps an empty account, and vendors say it as 400, 401, 402, 403, 412 and 429. */
const CREDIT: readonly RefusalRow[] = [
  {
    kind: "creditExhausted",
    codes:
      /insufficient_quota|billing_(hard_limit|not_active|error)|insufficient_(balance|credits?|funds)|arrearage|exceeded_current_quota|credits?_exhausted|payment_required/,
    sample: { status: 429, body: error("You exceeded your current quota", { code: "insufficient_quota" }) },
    source: "case vercel-openai-resp-err-429-quota; platform.moonshot.ai exceeded_current_quota_error",
  },
  {
    kind: "creditExhausted",
    status: [402],
    sample: { status: 402, body: error("Insufficient Balance", { code: "invalid_request_error" }) },
    source: "cases quoted-deepseek-402, quoted-openrouter-402",
  },
  {
    kind: "creditExhausted",
    message:
      /credit balance is too low|insufficient (?:account )?(?:balance|credits?|funds|quota)|not enough (?:credits?|balance)|(?:no|any) credits?\b.*(?:yet|left|remaining)|used all (?:available|your) credits|out of credits?|credits? (?:are |is |have been |has been )?(?:depleted|exhausted|used up)|monthly (?:spending|included credits?) limit|spending limit|balance (?:is )?(?:too low|insufficient|not enough)|please (?:recharge|top up|add (?:more )?credits?)|(?:requires?|need) more credits|(?:specified|monthly) api usage limits|exceeded your monthly included credits|account is not active, please check your billing|账户余额/i,
    unless: /resource_exhausted.*per ?(?:minute|day)/i,
    sample: { status: 400, body: error("Your credit balance is too low to access the Anthropic API.", { type: "invalid_request_error" }) },
    source: "PROVIDERS quirk 2 (Anthropic 400, xAI 403); z.ai 1113, Fireworks 412, Hugging Face 402",
  },
  {
    kind: "creditExhausted",
    status: [429, 403],
    message: /check your plan and billing details|suspended.*(?:billing|balance|payment)/i,
    unless: /resource_exhausted|quota exceeded for metric/i,
    sample: { status: 429, body: error("You exceeded your current quota, please check your plan and billing details.") },
    source: "OpenAI's words without a code, as gateways pass them on; Gemini says them of a rate (case gemini-err-429-retryinfo)",
  },
  {
    kind: "creditExhausted",
    codes: /(?:^| )(?:1113|1008)(?: |$)/,
    sample: { status: 429, body: error("Your account is in arrears", { code: "1113" }) },
    source: "docs.z.ai error codes; platform.minimax.io error 1008",
  },
];

const REFUSED: readonly RefusalRow[] = [
  {
    kind: "requestRefused",
    codes:
      /content_?filter|content_policy|responsibleaipolicy|data_inspection_failed|moderation|invalid_prompt|cyber_policy|prohibited_content|image_content_policy|safety|(?:^| )(?:1301|1026|1027)(?: |$)/,
    sample: { status: 400, body: error("The response was filtered", { code: "content_filter" }) },
    source: "case quoted-azure-400-content-filter; z.ai 1301, MiniMax 1026",
  },
  {
    kind: "requestRefused",
    message:
      /content (?:management|usage|filtering|moderation)? ?polic(?:y|ies)|flagged (?:as|for|by)|content exists risk|violates? (?:our |the )?(?:usage|content|safety)|safety (?:system|filter|reasons?)|inappropriate content|considered high risk|requires moderation|blocked by (?:our |the )?(?:content|safety)/i,
    sample: { status: 400, body: error("Content Exists Risk", { code: "invalid_request_error" }) },
    source: "api-docs.deepseek.com; Anthropic `Output blocked by content filtering policy`; xAI `violates usage guidelines`",
  },
];

const LENGTH: readonly RefusalRow[] = [
  {
    kind: "contextOverflow",
    codes:
      /context_length_exceeded|exceed_context_size|context_window_exceeded|string_above_max_length|request_too_large|model_max_prompt_tokens_exceeded/,
    sample: { status: 400, body: error("too long", { code: "context_length_exceeded" }) },
    source: "cases openai-resp-err-400-context, llamacpp-err-400-context-stream; Anthropic 413 request_too_large",
  },
  {
    kind: "contextOverflow",
    status: [413, 429],
    message: /request too large|reduce your (?:message|prompt) size/i,
    sample: { status: 413, body: error("Request too large for model on tokens per minute (TPM)", { code: "rate_limit_exceeded" }) },
    source: "case quoted-groq-413: one request above the minute's allowance, waiting does not help",
  },
  {
    kind: "contextOverflow",
    status: [413],
    sample: { status: 413, body: "<html><title>413 Request Entity Too Large</title></html>" },
    source: "RFC 9110 15.5.14",
  },
];

const KEY: readonly RefusalRow[] = [
  {
    kind: "keyRejected",
    codes:
      /api_key_invalid|invalid_api_key|authentication_error|invalid_authentication|unauthenticated|unauthorized|permission_error|wrong_api_key|(?:^| )(?:1004|2049)(?: |$)/,
    unless: /rate.?limit/i,
    sample: { status: 400, body: error("API key not valid.", { details: [{ reason: "API_KEY_INVALID" }] }) },
    source: "cases gemini-err-400-key, groq-err-401, anthropic-err-401; platform.minimax.io errors 1004 and 2049",
  },
  {
    kind: "keyRejected",
    message:
      /(?:incorrect|invalid|bad|expired|revoked|missing|no|unknown|disabled) (?:x-)?(?:api[- ]?key|auth(?:entication|orization)?(?: header| token| key)?|credentials?|token)\b|api[- ]?key (?:is |was )?(?:not valid|invalid|incorrect|missing|expired|not found|required)|(?:reported as leaked)/i,
    unless: /max_?tokens|rate.?limit/i,
    sample: { status: 400, body: JSON.stringify({ code: "invalid-argument", error: "Incorrect API key provided." }) },
    source: "case xai-err-400-key-string-error (400, the error is a string)",
  },
  {
    kind: "keyRejected",
    message:
      /^unauthorized|(?:organi[sz]ation|account|project|team) (?:has been|is|was) (?:disabled|suspended|deactivated|blocked)|(?:location|country|region|territory)\b.{0,40}not supported/i,
    sample: { status: 400, body: error("User location is not supported for the API use.", { status: "FAILED_PRECONDITION" }) },
    source:
      "ai.google.dev/gemini-api/docs/troubleshooting; Anthropic `This organization has been disabled.`; OpenAI unsupported_country_region_territory",
  },
  {
    kind: "keyRejected",
    status: [401],
    sample: { status: 401, body: JSON.stringify({ detail: "Unauthorized" }) },
    source: "case mistral-err-401 and RFC 9110 15.5.2",
  },
];

const MODEL: readonly RefusalRow[] = [
  {
    kind: "modelNotFound",
    codes: /model_not_found|deploymentnotfound|model_decommissioned|invalid_model|model_not_available|unknown_model|(?:^| )1211(?: |$)/,
    sample: { status: 404, body: error("The model does not exist", { code: "model_not_found" }) },
    source: "cases openai-chat-err-404-model, azure-err-404-deployment; Groq model_decommissioned, z.ai 1211",
  },
  {
    kind: "modelNotFound",
    status: [400, 403, 404, 410, 422],
    message:
      /model\b.{0,80}(?:not found|not exist|doesn't exist|unknown|unavailable|decommissioned|has been (?:deprecated|retired|removed)|is not (?:a valid|available|supported|loaded)|not supported)|(?:unknown|invalid|no such|not found the|unable to access|unsupported) model\b|not a valid model|no (?:endpoints|allowed providers|models?) (?:found|loaded|available)|access to (?:the )?model/i,
    unless: /does not support|not supported with this model|with this model|unsupported parameter|image|tool/i,
    sample: { status: 400, body: error("openai/gpt-9 is not a valid model ID", { code: 400 }) },
    source: "OpenRouter 400, DeepSeek `Model Not Exist`, Ollama 404, Mistral `Invalid model`, OpenAI 403 of a project without access",
  },
  {
    kind: "modelNotFound",
    status: [404, 410],
    sample: { status: 404, body: error("Not Found") },
    source: "RFC 9110 15.5.5",
  },
];

const RATE: readonly RefusalRow[] = [
  {
    kind: "providerUnavailable",
    codes: /overloaded/,
    sample: { status: 529, body: error("Overloaded", { type: "overloaded_error" }) },
    source: "cases quoted-anthropic-529, quoted-anthropic-midstream-overloaded; Moonshot 429 engine_overloaded_error",
  },
  {
    kind: "providerUnavailable",
    status: [429, 498, 503, 529],
    message: /overloaded|(?:at|over|exceeded) capacity|server (?:is )?busy/i,
    sample: { status: 503, body: error("The model is overloaded. Please try again later.", { status: "UNAVAILABLE" }) },
    source: "case quoted-gemini-503; api-docs.deepseek.com 503",
  },
  {
    kind: "rateLimited",
    codes: /rate_?limit|resource_exhausted|too_many_requests|throttl|tokens_per|requests_per|(?:^| )(?:1302|1303|1002|1039)(?: |$)/,
    sample: { status: 429, body: error("Rate limit reached for gpt-4o", { code: "rate_limit_exceeded" }) },
    source: "cases quoted-openai-429-tpm, azure-err-429, gemini-err-429-retryinfo",
  },
  {
    kind: "rateLimited",
    message: /rate.?limit(?:ed|s)?\b.{0,40}(?:reached|exceeded|hit)|(?:exceed|hit|reach)\w* .{0,40}rate.?limit|too many requests/i,
    sample: { status: 0, body: JSON.stringify({ error: "Rate limit exceeded" }) },
    source: "an error inside a stream that is only a sentence (text-generation-inference)",
  },
  {
    kind: "rateLimited",
    status: [429],
    sample: { status: 429, body: "slow down" },
    source: "RFC 6585 4",
  },
];

const REST: readonly RefusalRow[] = [
  {
    kind: "outputInvalid",
    codes: /tool_use_failed|json_validate_failed|output_parse_failed/,
    sample: { status: 400, body: error("Tool call validation failed", { code: "tool_use_failed" }) },
    source: "cases groq-err-400-tool-use-failed, groq-stream-error-midway: the model's own output, sampling again can work",
  },
  {
    kind: "requestInvalid",
    message:
      /requires --jinja|tools? param|does not support (?:tools|images?|image input|function calling|system)|image input is not supported|mmproj/i,
    sample: { status: 500, body: error("tools param requires --jinja flag", { type: "server_error" }) },
    source: "case llamacpp-err-500-tools: a 500 that repeating cannot help",
  },
  {
    kind: "keyRejected",
    status: [403],
    unless: /<html>/,
    sample: { status: 403, body: error("Your key may not use this endpoint", { type: "forbidden" }) },
    source: "PROVIDERS quirk 1 (doubleword 403); PERMISSION_DENIED, unsupported_country_region_territory",
  },
  {
    kind: "providerUnavailable",
    status: [403, 407, 408, 409, 421, 425, 498, 499],
    sample: { status: 403, body: "<html><title>Attention Required!</title></html>" },
    source: "a proxy's or firewall's page says nothing of the key; 498 is Groq's capacity, 409 and 425 are for now",
  },
  {
    kind: "providerUnavailable",
    codes: /server_error|internal|unavailable|api_error|timeout|upstream|bad_gateway|deadline_exceeded/,
    unless: /invalid_request|invalid_argument/,
    sample: { status: 500, body: error("Internal server error", { type: "api_error" }) },
    source: "cases quoted-anthropic-500, quoted-gemini-503",
  },
  {
    kind: "requestInvalid",
    status: [400, 405, 406, 411, 412, 414, 415, 416, 417, 422, 424, 426, 431, 451, 501],
    sample: { status: 422, body: JSON.stringify({ detail: [{ loc: ["body", "seed"], msg: "extra fields not permitted" }] }) },
    source: "RFC 9110 15.5",
  },
  {
    kind: "requestInvalid",
    codes: /invalid_request|invalid_argument|invalid_value|unsupported_(?:value|parameter)|failed_precondition/,
    sample: { status: 400, body: error("Invalid value", { type: "invalid_request_error" }) },
    source: "an error inside a stream, which has no status",
  },
];

/** `LENGTH` also asks the sentences of overflow-rows.ts, at its own place in the order. */
export const BEFORE_LENGTH: readonly RefusalRow[] = [...CREDIT, ...REFUSED];
export const AFTER_LENGTH: readonly RefusalRow[] = [...REST.slice(0, 2), ...KEY, ...MODEL, ...RATE, ...REST.slice(2)];
export const LENGTH_ROWS: readonly RefusalRow[] = LENGTH;
