// From what a vendor refused, or what broke on the way, to a Failure with the vendor's own words and never a key.
import { FAILURES, Failure, type FailureDetails, type FailureKind, isFailure } from "../../shared/failure.ts";
import { broken } from "./answer-body.ts";
import type { Exchange } from "./exchange.ts";
import { overflowIn } from "./overflow-rows.ts";
import type { ProviderConnection } from "./provider.ts";
import { AFTER_LENGTH, BEFORE_LENGTH, LENGTH_ROWS, type RefusalRow } from "./refusal-rows.ts";
import { providerRow } from "./registry.ts";
import { type RefusalWords, readRefusal } from "./refusal-words.ts";
import { namedParameter } from "./refused-parameter.ts";
import { retryAfterMs } from "./retry-after.ts";
import { parseJson, type VendorObject } from "./vendor-json.ts";

export interface FailureContext {
  readonly connection: ProviderConnection;
  readonly model?: string;
  readonly signal: AbortSignal;
  readonly exchange: Exchange;
}

/** Who is answering, for what a vendor wants back. */
export function answerer(context: FailureContext): { provider: string; model: string } {
  return { provider: context.connection.provider, model: context.model ?? "" };
}

/** Whatever was thrown while asking or reading: a Failure stays what it is, an abort is `cancelled`, the rest is looked up. */
export function failureOf(thrown: unknown, context: FailureContext): Failure {
  const { connection, exchange, signal } = context;
  if (signal.aborted) return cancelled(signal);
  if (isFailure(thrown)) return thrown;
  if (exchange.refusal) {
    const { status, headers, text } = exchange.refusal;
    return refusalFailure(context, readRefusal(status, text), headers, parseJson(text));
  }
  if (exchange.unreachable !== undefined) {
    return isFailure(exchange.unreachable) ? exchange.unreachable : unreachable(connection, exchange.unreachable);
  }
  if (exchange.head === null) return unreachable(connection, thrown);
  return broken(connection.provider, "an answer that broke off", thrown);
}

export function cancelled(signal: AbortSignal): Failure {
  return new Failure("cancelled", undefined, {}, { cause: signal.reason });
}

/** An error inside a successful response: an event of a stream, or a whole body that is an error object. */
export function bodyFailure(context: FailureContext, body: VendorObject): Failure {
  const failure = refusalFailure(context, readRefusal(undefined, body), context.exchange.head?.headers, body);
  return new Failure(failure.kind, failure.message, { ...failure.details, inStream: true });
}

function refusalFailure(context: FailureContext, words: RefusalWords, headers: Headers | undefined, body: unknown): Failure {
  const { connection } = context;
  const kind = kindOf(words, connection.secret !== null);
  const parameter = kind === "requestInvalid" ? (words.parameter ?? namedParameter(words.message)) : undefined;
  const waitMs = retryAfterMs({ ...(headers ? { headers } : {}), body, message: words.message, nowMs: Date.now() });
  const details: FailureDetails = {
    provider: connection.provider,
    ...(words.status === undefined ? {} : { status: words.status }),
    ...(waitMs !== undefined && (kind === "rateLimited" || kind === "providerUnavailable") ? { retryAfterMs: waitMs } : {}),
    ...(parameter === undefined ? {} : { parameter }),
    ...(kind === "creditExhausted" ? topUp(connection.provider) : {}),
    ...(kind === "contextOverflow" ? overflowDetails(words) : {}),
    ...(kind === "requestInvalid" ? lacking(words.message) : {}),
  };
  return new Failure(kind, sentenceFor(kind, connection, words), details);
}

/** The first row that fits; a key that was never sent cannot have been rejected. */
export function kindOf(words: RefusalWords, keySent: boolean): FailureKind {
  const kind = firstFit(words) ?? (words.status === undefined || words.status >= 500 ? "providerUnavailable" : "requestInvalid");
  return kind === "keyRejected" && !keySent ? "keyMissing" : kind;
}

function firstFit(words: RefusalWords): FailureKind | undefined {
  const fits = (row: RefusalRow) => rowFits(row, words);
  const before = BEFORE_LENGTH.find(fits);
  if (before) return before.kind;
  if (LENGTH_ROWS.some(fits) || (words.status !== 401 && !words.html && overflowIn(words.message))) return "contextOverflow";
  return AFTER_LENGTH.find(fits)?.kind;
}

function rowFits(row: RefusalRow, words: RefusalWords): boolean {
  if (row.status && !(words.status !== undefined && row.status.includes(words.status))) return false;
  if (row.codes && !row.codes.test(words.codes)) return false;
  if (row.message && (words.html || !row.message.test(words.message))) return false;
  return !row.unless?.test(`${words.html ? "<html> " : ""}${words.codes} ${words.message}`);
}

function topUp(provider: string): FailureDetails {
  const url = providerRow(provider)?.topUpUrl;
  return url === undefined ? {} : { topUpUrl: url };
}

/** Another model can do what this one cannot: the spine may move on although the request itself was refused. */
function lacking(message: string): FailureDetails {
  if (/image|vision|multimodal/i.test(message)) return { lacks: "vision" };
  return /\btools?\b|function call/i.test(message) && /support|require/i.test(message) ? { lacks: "tools" } : {};
}

/** A minute's allowance is no window: its figure must not correct the catalogue. */
function overflowDetails(words: RefusalWords): FailureDetails {
  return isPerMinute(words) ? { perMinute: true } : { ...overflowIn(words.message) };
}

function isPerMinute({ message }: RefusalWords): boolean {
  return /per min|tpm/i.test(message);
}

const LONGEST_QUOTE = 400;

function sentenceFor(kind: FailureKind, connection: ProviderConnection, words: RefusalWords): string {
  const hint = words.html && kind === "modelNotFound" ? "; its base URL may be wrong" : "";
  const said = redacted(words.message + hint, connection)
    .replace(/\s+/g, " ")
    .trim();
  const quote = said.length > LONGEST_QUOTE ? `${said.slice(0, LONGEST_QUOTE)}…` : said;
  const answered = words.status === undefined ? connection.provider : `${connection.provider} (${words.status})`;
  return `${leadFor(kind, words)} ${quote === "" ? `${answered} gave no reason.` : `${answered}: ${quote}`}`;
}

/** The kind's own sentence, except where it would say what is not so. */
function leadFor(kind: FailureKind, words: RefusalWords): string {
  if (kind === "contextOverflow" && isPerMinute(words)) return "This one request is larger than what the account may send in a minute.";
  if (kind === "outputInvalid") return "The model made a tool call that the provider could not accept.";
  return FAILURES[kind].sentence;
}

/** Some servers repeat the key they refuse. */
function redacted(text: string, connection: ProviderConnection): string {
  const key = connection.secret?.reveal().trim() ?? "";
  const scrubbed = connection.scrub?.(text) ?? text;
  return key.length >= 4 ? scrubbed.replaceAll(key, "[redacted]") : scrubbed;
}

const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, "nothing listens at its address"],
  [/ENOTFOUND|EAI_AGAIN/, "its name could not be looked up"],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|SSL/,
    "its certificate is not trusted here (see the settings network.caFile and network.proxy)",
  ],
  [/TIMEDOUT|TIMEOUT/, "it did not answer in time"],
  [/ECONNRESET|EPIPE|UND_ERR_SOCKET|terminated/, "the connection was closed"],
];

function unreachable(connection: ProviderConnection, thrown: unknown): Failure {
  const trail = causes(thrown);
  const why = CAUSES.find(([pattern]) => pattern.test(trail))?.[1] ?? "the connection failed";
  const message = `${connection.provider} could not be reached at ${connection.baseUrl}: ${why}.`;
  return new Failure("providerUnavailable", message, { provider: connection.provider, unreachable: true }, { cause: thrown });
}

function causes(thrown: unknown): string {
  let trail = "";
  for (let at = thrown, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    trail += ` ${"code" in at ? String(at.code) : ""} ${at.message}`;
  }
  return trail;
}
