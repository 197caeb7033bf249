// The paths of the HTTP door: who may come in, which interface is meant, one answer each; unknown paths are said to be unknown.
import { randomUUID } from "node:crypto";
import type { Context, Hono } from "hono";
import { Failure } from "../../../shared/failure.ts";
import type { Send } from "../../chat/send.ts";
import type { House } from "../../house.ts";
import type { Log } from "../../log.ts";
import { errorResponse, json, streamedAnswer, wholeAnswer } from "./answer.ts";
import { messages } from "./anthropic/surface.ts";
import { readBody } from "./body.ts";
import { type ClientMemory, createMemories } from "./client-memory.ts";
import { admission, corsHeaders, type GuardRules } from "./guard.ts";
import { anthropicModels, oneModel, openaiModels } from "./models.ts";
import { chatCompletions } from "./openai-chat/surface.ts";
import { failureOf, refusalOf } from "./refusal.ts";
import { modelChoice, optionsFrom } from "./request-parts.ts";
import { createRevocation } from "./revocation.ts";
import { stoppingAt } from "./stops.ts";
import type { Asked, Surface } from "./surface.ts";
import type { TokenRow } from "./tokens.ts";

export interface DoorParts {
  readonly house: House;
  readonly log: Log;
  readonly rules: GuardRules;
  /** Ends every chat when the door closes. */
  readonly closing: AbortSignal;
}

export type Known = { Variables: { client: TokenRow } };

/** More at once would only wait on one another; clients are told to come back. */
const MOST_CHATS = 256;

export function addRoutes(app: Hono<Known>, parts: DoorParts): void {
  const { house, log, rules } = parts;
  app.use("*", async (context, next) => {
    const cors = corsHeaders(context.req.raw.headers, rules);
    if (context.req.method === "OPTIONS") return new Response(null, { status: cors.vary ? 204 : 403, headers: cors });
    const admitted = await admission(context.req.raw.headers, rules);
    if (!admitted.admitted) return refusedAtDoor(context, admitted.status, admitted.message, cors);
    context.set("client", admitted.client);
    await next();
    for (const [name, value] of Object.entries(cors)) context.res.headers.set(name, value);
    return undefined;
  });
  const door = createDoor(parts);
  app.post("/v1/chat/completions", (context) => door.answer(() => chatCompletions, context));
  app.post("/v1/responses", (context) => door.answer(({ responses }) => responses, context));
  app.post("/v1/messages", (context) => door.answer(() => messages, context));
  app.post("/v1/messages/count_tokens", (context) => door.count(context));
  app.get("/v1/models", async (context) => {
    const { models } = await house.listModels({});
    return json(200, isAnthropic(context) ? anthropicModels(models) : openaiModels(models));
  });
  app.get("/v1/models/:id{.+}", async (context) => {
    const { models } = await house.listModels({ all: true });
    return json(200, oneModel(context.req.param("id"), models, isAnthropic(context) ? "anthropic" : "openai"));
  });
  app.notFound((context) => {
    const message = `There is no ${context.req.method} ${context.req.path}. There are POST /v1/chat/completions, /v1/responses, /v1/messages, /v1/messages/count_tokens and GET /v1/models.`;
    return refusedAtDoor(context, 404, message, {});
  });
  app.onError((error, context) =>
    errorResponse(surfaceOf(context), refusalOf(failureOf(error, () => log.error("unexpected error", { error }))), randomUUID()),
  );
}

function createDoor({ house, log, rules, closing }: DoorParts) {
  const memoryOf = createMemories();
  const untilRevoked = createRevocation(rules.tokens);
  let running = 0;
  const send: Send = async (request, caller) => {
    if (running >= MOST_CHATS) throw overloaded();
    running += 1;
    try {
      return await house.send(request, caller);
    } finally {
      running -= 1;
    }
  };
  const logBug = (error: unknown) => log.error("unexpected error", { error });
  const read = async (surface: Surface, context: Context<Known>, { replay }: ClientMemory): Promise<Asked> => {
    const headers = context.req.raw.headers;
    const reading = { replay, now: new Date(), newId: randomUUID, options: optionsFrom(headers) };
    const asked = surface.read(await readBody(context.req), reading);
    const name = asked.request.model ?? "auto";
    const { models } = name.includes("/") || name.startsWith("auto") ? { models: [] } : await house.listModels({ all: true });
    return { ...asked, request: { ...asked.request, ...modelChoice(name, () => models), ...reading.options } };
  };
  return {
    async answer(choose: (memory: ClientMemory) => Surface, context: Context<Known>): Promise<Response> {
      const signal = AbortSignal.any([context.req.raw.signal, closing]);
      const client = context.get("client");
      const memory = memoryOf(client.id);
      const surface = choose(memory);
      const common = { replay: memory.replay, editor: `http:${client.name}`, signal, logBug };
      try {
        const asked = await read(surface, context, memory);
        const parts = { ...common, send: stoppingAt(untilRevoked(send, client.id), asked.stops) };
        return await (asked.stream ? streamedAnswer(surface, asked, parts) : wholeAnswer(surface, asked, parts));
      } catch (error) {
        return errorResponse(surface, refusalOf(failureOf(error, logBug)), randomUUID());
      }
    },
    async count(context: Context<Known>): Promise<Response> {
      try {
        const { request } = await read(messages, context, memoryOf(context.get("client").id));
        const { inputTokens } = await house.quote(request);
        return json(200, { input_tokens: inputTokens });
      } catch (error) {
        return errorResponse(messages, refusalOf(failureOf(error, logBug)), randomUUID());
      }
    },
  };
}

function overloaded(): Failure {
  const message = `${MOST_CHATS} chats are running already. Wait for one to end; nothing was sent.`;
  return new Failure("providerUnavailable", message, { overloaded: true, retryAfterMs: 1000 });
}

/** Anthropic's clients always say the version of the interface that they speak. */
function isAnthropic(context: Context): boolean {
  return context.req.header("anthropic-version") !== undefined || context.req.path.startsWith("/v1/messages");
}

function surfaceOf(context: Context): Surface {
  return isAnthropic(context) ? messages : chatCompletions;
}

const DOOR_WORDS: Readonly<Record<number, { openai: string; anthropic: string; code: string | null }>> = {
  401: { openai: "authentication_error", anthropic: "authentication_error", code: "invalid_api_key" },
  403: { openai: "permission_error", anthropic: "permission_error", code: "origin_not_allowed" },
  404: { openai: "invalid_request_error", anthropic: "not_found_error", code: "unknown_url" },
  421: { openai: "invalid_request_error", anthropic: "invalid_request_error", code: "host_not_allowed" },
};

function refusedAtDoor(context: Context, status: number, message: string, headers: Record<string, string>): Response {
  const words = DOOR_WORDS[status];
  const openai = { error: { message, type: words?.openai, param: null, code: words?.code } };
  const anthropic = { type: "error", error: { type: words?.anthropic, message }, request_id: randomUUID() };
  return json(status, isAnthropic(context) ? anthropic : openai, { ...headers, "x-should-retry": "false" });
}
