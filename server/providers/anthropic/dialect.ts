// Anthropic's messages, through the official SDK: raw events in, nothing of the environment, no retry of its own.
import type Anthropic from "@anthropic-ai/sdk";
import { type AnswerBody, openAnswer } from "../answer-body.ts";
import { type FailureContext, failureOf } from "../errors.ts";
import { type Exchange, openExchange, PLACEHOLDER_KEY } from "../exchange.ts";
import { readModelList } from "../model-list.ts";
import type { Dialect, ListedModel, ProviderConnection, ProviderEvent, ProviderRequest } from "../provider.ts";
import { once } from "../once.ts";
import { pump } from "../pump.ts";
import { formOf } from "../tool-arguments.ts";
import { isObject, parseJson } from "../vendor-json.ts";
import { messagesBody } from "./request.ts";
import { MessageReader, type RawEvent } from "./stream.ts";

/** The SDK's own way since 1.0.0 (2026-10-21); gateways that read x-api-key say so in their quirks. */
const HEADERS = { keyHeader: { name: "authorization", scheme: "Bearer" }, pass: ["anthropic-version"] } as const;

/** Watchdogs elsewhere decide how long is too long; this is the longest a timer can run (24.8 days). */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

const sdk = once(() => import("@anthropic-ai/sdk"));
const streaming = once(() => import("@anthropic-ai/sdk/core/streaming"));

async function clientFor(connection: ProviderConnection, exchange: Exchange): Promise<Anthropic> {
  const { Anthropic: Client } = await sdk();
  return new Client({
    apiKey: PLACEHOLDER_KEY,
    webhookKey: null,
    baseURL: connection.baseUrl,
    fetch: exchange.fetch,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    // At "debug" the SDK prints to stdout, which is the protocol's.
    logLevel: "off",
  });
}

function stream(request: ProviderRequest, connection: ProviderConnection, signal: AbortSignal): AsyncIterable<ProviderEvent> {
  const context: FailureContext = { connection, model: request.model, signal, exchange: openExchange(connection, HEADERS) };
  return pump(context, async () => ({
    source: await openEvents(context, messagesBody(request, connection)),
    reader: new MessageReader(context, formOf(request)),
  }));
}

async function openEvents(context: FailureContext, body: Record<string, unknown>): Promise<AsyncIterable<RawEvent>> {
  try {
    const client = await clientFor(context.connection, context.exchange);
    // Not messages.create, which prints its advice on old models to stderr at every request.
    const response = await client.post("/v1/messages", { body, stream: true, signal: context.signal }).asResponse();
    return await eventsOf(await openAnswer(response, context.connection.provider));
  } catch (thrown) {
    throw failureOf(thrown, context);
  }
}

/** The SDK's raw events: its parsed iteration drops events that a gateway sends without an `event:` line. */
async function eventsOf(body: AnswerBody): Promise<AsyncIterable<RawEvent>> {
  if (body.kind === "whole") return wholeAsEvent(body.value);
  const { Stream } = await streaming();
  return Stream.rawEvents(body.response, new AbortController());
}

async function* wholeAsEvent(value: unknown): AsyncGenerator<RawEvent> {
  yield { event: null, data: isObject(value) ? value : {} };
}

async function listModels(connection: ProviderConnection, signal: AbortSignal): Promise<ListedModel[]> {
  const exchange = openExchange(connection, HEADERS);
  try {
    const client = await clientFor(connection, exchange);
    const response = await client.models.list({ limit: 1000 }, { signal }).asResponse();
    return readModelList(parseJson(await response.text()), connection.provider);
  } catch (thrown) {
    throw failureOf(thrown, { connection, exchange, signal });
  }
}

export const anthropic: Dialect = { name: "anthropic", stream, listModels, trimsContinuation: true };
