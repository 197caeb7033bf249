// The official OpenAI SDK, loaded on first use, with nothing of the environment and no retry of its own; opens one answer.
import type { OpenAI } from "openai";
import { openAnswer } from "./answer-body.ts";
import { type FailureContext, failureOf } from "./errors.ts";
import { type Exchange, openExchange, PLACEHOLDER_KEY } from "./exchange.ts";
import type { ListedModel, ProviderConnection } from "./provider.ts";
import { readModelList } from "./model-list.ts";
import { once } from "./once.ts";
import type { NamedEvent } from "./pump.ts";
import { parseJson } from "./vendor-json.ts";

const HEADERS = { keyHeader: { name: "authorization", scheme: "Bearer" }, pass: [] } as const;

/** Watchdogs elsewhere decide how long is too long; this is the longest a timer can run (24.8 days). */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

export function openaiExchange(connection: ProviderConnection): Exchange {
  return openExchange(connection, HEADERS);
}

const streaming = once(() => import("openai/core/streaming"));

/** Where a request's own way out travels inside the SDK's request, from the call to the `fetch` that all calls share. */
const WAY_OUT = Symbol("way out");
type WayOut = Pick<FailureContext, "connection" | "exchange" | "signal">;
type Marked = RequestInit & { [WAY_OUT]?: WayOut };

/** The base URL that the shared client knows; the real one is put in its place when a request leaves. */
const NOWHERE = "http://sdk.invalid";

/**
 * What each call to the client is given, so that its bytes go through this attempt's exchange to this provider's address.
 * The signal goes past the SDK: composing one with its own costs it more than all else that it does for a request.
 */
function through({ connection, exchange, signal }: FailureContext): { fetchOptions: object } {
  const fetchOptions: Marked = { [WAY_OUT]: { connection, exchange, signal } };
  return { fetchOptions };
}

const sharedFetch: typeof fetch = (input, init) => {
  const { [WAY_OUT]: wayOut, ...plain } = (init ?? {}) as Marked;
  const url = String(input);
  if (!wayOut || !url.startsWith(`${NOWHERE}/`)) throw new Error("a request left the SDK without its way out");
  const { connection, exchange, signal } = wayOut;
  return exchange.fetch(connection.baseUrl.replace(/\/+$/, "") + url.slice(NOWHERE.length), { ...plain, signal });
};

/** One client for all: making one costs a tenth of a request, and it holds neither a key nor an address. */
const sharedClient = once(async (): Promise<OpenAI> => {
  const { OpenAI: Client } = await import("openai");
  return new Client({
    apiKey: PLACEHOLDER_KEY,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: NOWHERE,
    fetch: sharedFetch,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    // At "debug" the SDK prints to stdout, which is the protocol's.
    logLevel: "off",
  });
});

export interface OpenedAnswer {
  readonly source: AsyncIterable<NamedEvent>;
  readonly parse?: (event: NamedEvent) => NamedEvent | null;
  readonly whole: boolean;
  readonly tail: () => string;
}

/** Sends and opens the answer: events as the SDK decodes them, or the one document a server sent instead. */
export async function openOpenaiAnswer(
  context: FailureContext,
  send: (client: OpenAI, options: ReturnType<typeof through>) => { asResponse(): Promise<Response> },
): Promise<OpenedAnswer> {
  const { connection } = context;
  try {
    const client = await sharedClient();
    const body = await openAnswer(await send(client, through(context)).asResponse(), connection.provider);
    if (body.kind === "whole") return { source: wholeAsEvent(body.value), whole: true, tail: () => "" };
    // The SDK's decoder itself: its Stream around it costs a third more for each event, and keeps error events' names to itself.
    const { _iterSSEMessages: eventsIn } = await streaming();
    return { source: eventsIn(body.response, new AbortController()), parse: parsed, whole: false, tail: body.tail };
  } catch (thrown) {
    throw failureOf(thrown, context);
  }
}

async function* wholeAsEvent(value: unknown): AsyncGenerator<NamedEvent> {
  yield { event: null, data: value };
}

/** As the SDK's Stream does it: JSON but for the mark of the end. */
function parsed({ event, data }: NamedEvent): NamedEvent | null {
  return data === "[DONE]" ? null : { event, data: JSON.parse(String(data)) };
}

/** GET /models, read from the bytes: vendors wrap the list in different ways. */
export async function listOpenaiModels(connection: ProviderConnection, signal: AbortSignal): Promise<ListedModel[]> {
  const context: FailureContext = { connection, exchange: openaiExchange(connection), signal };
  try {
    const client = await sharedClient();
    const options = through(context);
    const { keyPath } = connection.quirks;
    if (keyPath !== undefined && connection.secret) await client.get(keyPath, options).asResponse();
    const response = await client.models.list(options).asResponse();
    return readModelList(parseJson(await response.text()), connection.provider);
  } catch (thrown) {
    throw failureOf(thrown, context);
  }
}
