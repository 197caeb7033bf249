// Google's Gemini, through the official SDK: one request stays one request, nothing of the environment, no retry of its own.
import type { GenerateContentParameters, GoogleGenAI } from "@google/genai";
import { openAnswer } from "../answer-body.ts";
import { bodyFailure, type FailureContext, failureOf } from "../errors.ts";
import { openExchange, PLACEHOLDER_KEY } from "../exchange.ts";
import { readModelList } from "../model-list.ts";
import type { Dialect, ListedModel, ProviderConnection, ProviderEvent, ProviderRequest } from "../provider.ts";
import { once } from "../once.ts";
import { pump } from "../pump.ts";
import { isObject, parseJson } from "../vendor-json.ts";
import { asEvents } from "./event-lines.ts";
import { googleParameters } from "./request.ts";
import { GenerateReader } from "./stream.ts";

const HEADERS = { keyHeader: { name: "x-goog-api-key" }, pass: [] } as const;

const sdk = once(() => import("@google/genai"));

/** Every option that the SDK would else take from the environment is given: it would move requests to Vertex, or to another host. */
async function clientFor(connection: ProviderConnection, fetchAnswer: typeof fetch): Promise<GoogleGenAI> {
  const { GoogleGenAI: Client } = await sdk();
  return new Client({
    apiKey: PLACEHOLDER_KEY,
    vertexai: false,
    enterprise: false,
    apiVersion: "v1beta",
    httpOptions: { baseUrl: connection.baseUrl, fetch: fetchAnswer },
  });
}

function stream(request: ProviderRequest, connection: ProviderConnection, signal: AbortSignal): AsyncIterable<ProviderEvent> {
  const context: FailureContext = { connection, model: request.model, signal, exchange: openExchange(connection, HEADERS) };
  return pump(context, async () => ({ source: await open(request, context), reader: new GenerateReader(context) }));
}

async function open(request: ProviderRequest, context: FailureContext): Promise<AsyncIterable<unknown>> {
  const { connection, exchange, signal } = context;
  const { model, contents, config } = googleParameters(request, connection);
  const over = new AbortController();
  const abortSignal = AbortSignal.any([signal, over.signal]);
  // Left on, the SDK asks again by itself when an answer is to be continued, and that is billed again.
  const parameters = { model, contents, config: { ...config, abortSignal, automaticContinuation: false } };
  const framed: typeof fetch = async (input, init) => {
    const response = await exchange.fetch(input, init);
    return response.ok ? asEvents(await openAnswer(response, connection.provider)) : response;
  };
  try {
    const client = await clientFor(connection, framed);
    // The SDK's type narrows strings to its enums; the values are the API's own words.
    const chunks = await client.models.generateContentStream(parameters as GenerateContentParameters);
    return chunksAsSent(chunks, context, over);
  } catch (thrown) {
    throw failureOf(asSent(thrown, context), context);
  }
}

async function* chunksAsSent(chunks: AsyncIterable<unknown>, context: FailureContext, over: AbortController): AsyncGenerator<unknown> {
  try {
    yield* chunks;
  } catch (thrown) {
    throw asSent(thrown, context);
  } finally {
    // The SDK lets go of a body that is not read to its end, but does not close it.
    over.abort();
  }
}

/** For an error inside a stream the SDK throws the vendor's JSON as the end of a sentence. */
function asSent(thrown: unknown, context: FailureContext): unknown {
  if (context.exchange.refusal || !(thrown instanceof Error) || thrown.name !== "ApiError") return thrown;
  const body = parseJson(thrown.message.slice(thrown.message.indexOf("{")));
  return isObject(body) ? bodyFailure(context, body) : thrown;
}

async function listModels(connection: ProviderConnection, signal: AbortSignal): Promise<ListedModel[]> {
  const exchange = openExchange(connection, HEADERS);
  try {
    const client = await clientFor(connection, exchange.fetch);
    const models: unknown[] = [];
    for await (const model of await client.models.list({ config: { pageSize: 1000, abortSignal: signal } })) {
      if (!model.supportedActions || model.supportedActions.includes("generateContent")) models.push(model);
    }
    return readModelList(models, connection.provider);
  } catch (thrown) {
    throw failureOf(thrown, { connection, exchange, signal });
  }
}

export const google: Dialect = { name: "google", stream, listModels };
