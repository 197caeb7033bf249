// OpenAI's chat completions, which most vendors and every local server speak.
import type OpenAI from "openai";
import type { FailureContext } from "../errors.ts";
import { listOpenaiModels, openaiExchange, openOpenaiAnswer } from "../openai-client.ts";
import type { Dialect, ProviderConnection, ProviderEvent, ProviderRequest } from "../provider.ts";
import { pump } from "../pump.ts";
import { formOf } from "../tool-arguments.ts";
import { chatBody } from "./request.ts";
import { ChatReader } from "./stream.ts";

function stream(request: ProviderRequest, connection: ProviderConnection, signal: AbortSignal): AsyncIterable<ProviderEvent> {
  const context: FailureContext = { connection, model: request.model, signal, exchange: openaiExchange(connection) };
  return pump(context, async () => {
    // The SDK's type describes OpenAI alone; the body also has the fields of the vendors that speak its dialect.
    const body = chatBody(request, connection) as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
    const answer = await openOpenaiAnswer(context, (client, options) => client.chat.completions.create(body, options));
    return { ...answer, reader: new ChatReader(context, answer, formOf(request)) };
  });
}

export const openaiChat: Dialect = { name: "openai-chat", stream, listModels: listOpenaiModels };
