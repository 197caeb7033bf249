// The table of methods: each name to one call on the house, with no logic of its own.
import { randomUUID } from "node:crypto";
import { type ParamsOf, type RequestMethod, type ResultOf, requests } from "../../shared/protocol.ts";
import type { Caller } from "../chat/parts.ts";
import type { House } from "../house.ts";
import { type Handler, parseParams } from "./connection.ts";

type Handlers = {
  readonly [Method in RequestMethod]: (params: ParamsOf<Method>, signal: AbortSignal) => Promise<ResultOf<Method>> | ResultOf<Method>;
};

/**
 * `house` may still be opening: initialize does not wait for the ledger, the first request does.
 * `callerFor` gives a chat its event stream; it throws when the chat's name is taken.
 */
export function createHandlers(
  house: Promise<House>,
  callerFor: (chatId: string, signal: AbortSignal) => Caller & { done(): void },
  editor: () => string,
): Handlers {
  return {
    "chat/send": async (params, signal) => {
      const caller = callerFor(params.chatId, signal);
      try {
        return await (await house).send(params, caller);
      } finally {
        caller.done();
      }
    },
    "chat/estimate": async (params) => (await house).quote(params),
    "route/preview": async (params) => (await house).preview(params),
    "image/describe": async (params, signal) => {
      const caller = callerFor(params.chatId ?? randomUUID(), signal);
      try {
        return await (await house).describeImage(params, params.chatId === undefined ? { ...caller, emit: () => undefined } : caller);
      } finally {
        caller.done();
      }
    },
    "image/correct": async (params) => (await house).correctImage(params),
    "model/list": async (params) => (await house).listModels(params),
    "model/refresh": async (_params, signal) => (await house).refreshModels(signal),
    "provider/list": async () => (await house).listProviders(),
    "provider/probe": async (params, signal) => {
      const caller = callerFor(randomUUID(), signal);
      try {
        return await (await house).probe(params, caller);
      } finally {
        caller.done();
      }
    },
    "key/list": async () => (await house).listKeys(),
    "key/set": async (params) => (await house).setKey(params),
    "key/delete": async (params) => (await house).deleteKey(params),
    "key/test": async (params, signal) => (await house).testKey(params.provider, signal),
    "budget/get": async () => (await house).budgets(),
    "budget/set": async (params) => (await house).setBudgets(params.budgets),
    "budget/status": async () => (await house).budgetStatus(),
    "conversation/list": async (params) => (await house).conversations.list(params),
    "conversation/get": async ({ id }) => (await house).conversations.get(id),
    "conversation/save": async (params) => (await house).conversations.save(params, editor()),
    "conversation/fork": async (params) => (await house).conversations.fork(params),
    "conversation/delete": async ({ id }) => (await house).conversations.delete(id),
    "conversation/export": async (params) => (await house).conversations.export(params),
    "usage/summary": async (params) => (await house).summarise(params),
    "usage/export": async (params) => (await house).exportUsage(params),
  };
}

/** One entry of the table as an untyped handler that parses its params first. */
export function handlerIn(handlers: Handlers, method: string): Handler | undefined {
  if (!Object.hasOwn(requests, method)) return undefined;
  // The line above has shown that the name is one of the table.
  const name = method as RequestMethod;
  const handle = handlers[name] as (params: unknown, signal: AbortSignal) => unknown;
  return (params, signal) => handle(parseParams(requests[name].params, params), signal);
}
