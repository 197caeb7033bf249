// OpenAI's chat completions as one of the door's interfaces.
import type { Surface } from "../surface.ts";
import { completion } from "./answer.ts";
import { openaiError } from "./error.ts";
import { readChat } from "./request.ts";
import { createChunks } from "./stream.ts";

export const chatCompletions: Surface = {
  read: readChat,
  whole(asked, result, replay) {
    replay.remember(result.parts, []);
    return completion(asked, result);
  },
  narrate: createChunks,
  errorBody: (refusal) => openaiError(refusal),
  statusOf: (refusal) => refusal.openai.status,
};
