// Anthropic's messages as one of the door's interfaces.
import { randomUUID } from "node:crypto";
import type { Surface } from "../surface.ts";
import { anthropicError, messageOf } from "./answer.ts";
import { readMessages } from "./request.ts";
import { createMessageEvents } from "./stream.ts";

/** What a client sends back with its thinking blocks; it stands for the reasoning kept under it, and says nothing itself. */
function newSignature(): string {
  return `latchkey-${randomUUID()}`;
}

export const messages: Surface = {
  read: readMessages,
  whole(asked, result, replay) {
    const shown: string[] = [];
    const message = messageOf(asked, result, () => {
      const signature = newSignature();
      shown.push(signature);
      return signature;
    });
    replay.remember(result.parts, shown);
    return message;
  },
  narrate: (asked, replay) => createMessageEvents(asked, replay, newSignature),
  errorBody: anthropicError,
  statusOf: (refusal) => refusal.anthropic.status,
};
