// The table of methods: each name to one call on the house, with no logic of its own.
import { type ParamsOf, type RequestMethod, type ResultOf, requests } from "../../shared/protocol.ts";
import type { Caller } from "../chat/parts.ts";
import type { House } from "../house.ts";
import { type Handler, parseParams } from "./connection.ts";

type Handlers = {
  readonly [Method in RequestMethod]: (params: ParamsOf<Method>, signal: AbortSignal) => Promise<ResultOf<Method>> | ResultOf<Method>;
};

/** `callerFor` gives a chat its event stream; it throws when the chat's name is taken. */
export function createHandlers(house: House, callerFor: (chatId: string, signal: AbortSignal) => Caller & { done(): void }): Handlers {
  return {
    "chat/send": async (params, signal) => {
      const caller = callerFor(params.chatId, signal);
      try {
        return await house.send(params, caller);
      } finally {
        caller.done();
      }
    },
    "chat/estimate": (params) => house.quote(params),
    "route/preview": (params) => house.preview(params),
    "model/list": (params) => house.listModels(params),
    "model/refresh": (_params, signal) => house.refreshModels(signal),
    "provider/list": () => house.listProviders(),
    "key/list": () => house.listKeys(),
    "key/set": (params) => house.setKey(params),
    "key/delete": (params) => house.deleteKey(params),
    "key/test": (params, signal) => house.testKey(params.provider, signal),
    "budget/get": () => house.budgets(),
    "budget/set": (params) => house.setBudgets(params.budgets),
    "budget/status": () => house.budgetStatus(),
    "usage/summary": (params) => house.summarise(params),
    "usage/export": (params) => house.exportUsage(params),
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
