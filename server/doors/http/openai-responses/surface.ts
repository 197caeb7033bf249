// OpenAI's Responses as one of the door's interfaces; it alone remembers what it answered.
import type { ChatResult, Message } from "../../../../shared/chat.ts";
import { openaiError } from "../openai-chat/error.ts";
import type { Replay } from "../replay.ts";
import type { Asked, Surface } from "../surface.ts";
import { finishedResponse, wholeItems } from "./answer.ts";
import type { OutputItems } from "./items.ts";
import { readResponse } from "./request.ts";
import { createResponseEvents } from "./stream.ts";
import { createThreads } from "./threads.ts";

export function createResponses(): Surface {
  const threads = createThreads();
  const finished = (asked: Asked, result: ChatResult, items: OutputItems, replay: Replay) => {
    replay.remember(result.parts, items.reasoningIds);
    if (asked.echo.store === false) return;
    threads.keepItems(items.items);
    const said: Message = { role: "assistant", parts: result.parts };
    // Instructions hold for one response: OpenAI does not carry them over either.
    threads.keep(asked.id, [...asked.request.messages.slice(asked.echo.instructions ? 1 : 0), said]);
  };
  return {
    read: (body, reading) => readResponse(body, reading, threads),
    whole(asked, result, replay) {
      const items = wholeItems(result);
      finished(asked, result, items, replay);
      return finishedResponse(asked, result, items.items);
    },
    narrate: (asked, replay) => createResponseEvents(asked, (result, items) => finished(asked, result, items, replay)),
    errorBody: (refusal) => openaiError(refusal),
    statusOf: (refusal) => refusal.openai.status,
  };
}
