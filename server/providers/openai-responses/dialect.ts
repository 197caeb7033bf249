// OpenAI's Responses: reasoning survives a tool loop, and the newest models speak nothing else.
import type OpenAI from "openai";
import type { FailureContext } from "../errors.ts";
import { listOpenaiModels, openaiExchange, openOpenaiAnswer } from "../openai-client.ts";
import type { Dialect, ProviderConnection, ProviderEvent, ProviderRequest } from "../provider.ts";
import { pump } from "../pump.ts";
import { formOf } from "../tool-arguments.ts";
import { responsesBody } from "./request.ts";
import { ResponseReader } from "./stream.ts";

function stream(request: ProviderRequest, connection: ProviderConnection, signal: AbortSignal): AsyncIterable<ProviderEvent> {
  const context: FailureContext = { connection, model: request.model, signal, exchange: openaiExchange(connection) };
  return pump(context, async () => {
    // The SDK's type describes OpenAI alone; LM Studio, xAI and others speak this dialect too.
    const body = responsesBody(request, connection) as unknown as OpenAI.Responses.ResponseCreateParamsStreaming;
    const answer = await openOpenaiAnswer(context, (client, options) => client.responses.create(body, options));
    return { ...answer, reader: new ResponseReader(context, formOf(request)) };
  });
}

export const openaiResponses: Dialect = { name: "openai-responses", stream, listModels: listOpenaiModels };
