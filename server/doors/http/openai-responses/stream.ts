// An answer as the numbered events of OpenAI's Responses stream.
import type { ChatEventBody, ChatResult } from "../../../../shared/chat.ts";
import { comment } from "../openai-chat/stream.ts";
import type { Refusal } from "../refusal.ts";
import { type Asked, isAnswer, type Narrator } from "../surface.ts";
import { begunResponse, finishedResponse } from "./answer.ts";
import { OutputItems } from "./items.ts";

export function createResponseEvents(asked: Asked, onFinished: (result: ChatResult, items: OutputItems) => void): Narrator {
  let sequence = 0;
  let text = "";
  let model = asked.request.model ?? "auto";
  let begun = false;
  const emit = (type: string, body: Record<string, unknown>) => {
    text += `event: ${type}\ndata: ${JSON.stringify({ type, ...body, sequence_number: sequence })}\n\n`;
    sequence += 1;
  };
  const items = new OutputItems(emit);
  const begin = () => {
    if (begun) return;
    begun = true;
    const response = begunResponse(asked, model, "in_progress");
    emit("response.created", { response });
    emit("response.in_progress", { response });
  };
  const taken = () => {
    const all = text;
    text = "";
    return all;
  };
  return {
    tell(event: ChatEventBody) {
      if (event.type === "start") model = event.model;
      if (!isAnswer(event)) return comment(event);
      begin();
      if (event.type === "text-delta") items.text(event.text);
      else if (event.type === "reasoning-delta") items.reasoning(event.text);
      else if (event.type === "tool-call") items.call(event.call);
      return taken();
    },
    end(result) {
      begin();
      items.close();
      onFinished(result, items);
      const response = finishedResponse(asked, result, items.items);
      emit(`response.${response.status}`, { response });
      return taken();
    },
    fail({ failure, openai }: Refusal) {
      begin();
      const error = { code: openai.code ?? "server_error", message: failure.message };
      emit("response.failed", { response: { ...begunResponse(asked, model, "failed", error), output: items.items } });
      emit("error", { ...error, param: null });
      return taken();
    },
  };
}
