// A soft limit put to whoever may answer: refused once, asked once, sent again after a yes; where nobody can be asked, refused.
import type { ChatResult } from "../../shared/chat.ts";
import { Failure, isFailure } from "../../shared/failure.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { Send } from "../chat/send.ts";
import type { Caller } from "../chat/parts.ts";

export function isSoftRefusal(error: unknown): error is Failure {
  return isFailure(error) && error.kind === "budgetExceeded" && error.details.ask === true;
}

/** Nothing was sent when `confirm` is called; false leaves the refusal as it was. */
export async function sendAsking(
  send: Send,
  request: ChatRequest,
  caller: Caller,
  confirm: (refusal: Failure) => Promise<boolean>,
): Promise<ChatResult> {
  try {
    return await send(request, caller);
  } catch (error) {
    if (!isSoftRefusal(error) || !(await confirm(error))) throw error;
    return send({ ...request, overSoftLimit: "proceed" }, caller);
  }
}

/** The refusal with how this door is told to go on; any other error as it is. */
export function withWay(error: unknown, way: string): unknown {
  if (!isSoftRefusal(error)) return error;
  return new Failure(error.kind, `${error.message} ${way}`, error.details, { cause: error.cause });
}
