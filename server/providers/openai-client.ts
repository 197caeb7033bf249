// The official OpenAI SDK, loaded on first use, with nothing of the environment and no retry of its own; opens one answer.
import type { OpenAI } from "openai";
import { type AnswerBody, openAnswer } from "./answer-body.ts";
import { type FailureContext, failureOf } from "./errors.ts";
import { type Exchange, openExchange, PLACEHOLDER_KEY } from "./exchange.ts";
import type { ListedModel, ProviderConnection } from "./provider.ts";
import { readModelList } from "./model-list.ts";
import type { NamedEvent } from "./pump.ts";
import { parseJson } from "./vendor-json.ts";

const HEADERS = { keyHeader: { name: "authorization", scheme: "Bearer" }, pass: [] } as const;

/** Watchdogs elsewhere decide how long is too long; this is the longest a timer can run (24.8 days). */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

export function openaiExchange(connection: ProviderConnection): Exchange {
  return openExchange(connection, HEADERS);
}

export async function openaiClient(connection: ProviderConnection, exchange: Exchange): Promise<OpenAI> {
  const { OpenAI: Client } = await import("openai");
  return new Client({
    apiKey: PLACEHOLDER_KEY,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: connection.baseUrl,
    fetch: exchange.fetch,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    // At "debug" the SDK prints to stdout, which is the protocol's.
    logLevel: "off",
  });
}

export type OpenedAnswer = { readonly chunks: AsyncIterable<NamedEvent>; readonly whole: boolean; readonly tail: () => string };

/** Sends and opens the answer: chunks as the SDK iterates them, or the one document a server sent instead. */
export async function openOpenaiAnswer(
  context: FailureContext,
  send: (client: OpenAI) => { asResponse(): Promise<Response> },
): Promise<OpenedAnswer> {
  const { connection, exchange } = context;
  try {
    const client = await openaiClient(connection, exchange);
    const body = await openAnswer(await send(client).asResponse(), connection.provider);
    return { chunks: await chunksOf(body, client), whole: body.kind === "whole", tail: body.kind === "events" ? body.tail : () => "" };
  } catch (thrown) {
    throw failureOf(thrown, context);
  }
}

async function chunksOf(body: AnswerBody, client: OpenAI): Promise<AsyncIterable<NamedEvent>> {
  if (body.kind === "whole")
    return (async function* () {
      yield { event: null, data: body.value };
    })();
  const { Stream } = await import("openai/core/streaming");
  // "events" hands over error events as they came, with their names; by default the SDK keeps only their message.
  return Stream.fromSSEResponse<NamedEvent>(body.response, new AbortController(), client, true, "events");
}

/** GET /models, read from the bytes: vendors wrap the list in different ways. */
export async function listOpenaiModels(connection: ProviderConnection, signal: AbortSignal): Promise<ListedModel[]> {
  const exchange = openaiExchange(connection);
  try {
    const client = await openaiClient(connection, exchange);
    const { keyPath } = connection.quirks;
    if (keyPath !== undefined && connection.secret) await client.get(keyPath, { signal }).asResponse();
    const response = await client.models.list({ signal }).asResponse();
    return readModelList(parseJson(await response.text()), connection.provider);
  } catch (thrown) {
    throw failureOf(thrown, { connection, exchange, signal });
  }
}
