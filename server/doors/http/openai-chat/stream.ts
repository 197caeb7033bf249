// An answer as chat completion chunks; what is no chunk (waiting, a change of model) goes as a comment that clients skip.
import type { ChatEventBody, ChatResult } from "../../../../shared/chat.ts";
import type { Refusal } from "../refusal.ts";
import type { Replay } from "../replay.ts";
import type { Asked, Narrator } from "../surface.ts";
import { callOnWire, FINISH, seconds, summary, usageOnWire } from "./answer.ts";
import { openaiError } from "./error.ts";

export function createChunks(asked: Asked, replay: Replay): Narrator {
  let model = asked.request.model ?? "auto";
  let calls = 0;
  let begun = false;
  const head = () => ({ id: asked.id, object: "chat.completion.chunk", created: seconds(asked.createdAt), model });
  const chunk = (delta: unknown, finish: string | null = null, more: object = {}) =>
    data({ ...head(), choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...more });
  const begin = () => {
    if (begun) return "";
    begun = true;
    return chunk({ role: "assistant", content: "" });
  };
  const tell = (event: ChatEventBody): string => {
    switch (event.type) {
      case "start":
        model = event.model;
        return begin();
      case "text-delta":
        return begin() + chunk({ content: event.text });
      case "reasoning-delta":
        return begin() + chunk({ reasoning_content: event.text });
      case "tool-call": {
        const index = calls;
        calls += 1;
        return begin() + chunk({ tool_calls: [{ index, ...callOnWire(event.call) }] });
      }
      default:
        return comment(event);
    }
  };
  return {
    tell,
    end(result: ChatResult) {
      model = result.model;
      replay.remember(result.parts, []);
      const finish = begin() + chunk({}, FINISH[result.stopReason], { latchkey: summary(result) });
      const usage = asked.includeUsage ? data({ ...head(), choices: [], usage: usageOnWire(result) }) : "";
      return `${finish}${usage}data: [DONE]\n\n`;
    },
    fail: (refusal: Refusal) => data(openaiError(refusal)),
  };
}

export function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A line that keeps proxies from closing a silent connection and that a person can read in a trace. */
export function comment(event: ChatEventBody): string {
  if (event.type === "waiting") return `: ${event.message.replace(/\s+/g, " ")}\n\n`;
  if (event.type === "fallback") return `: ${event.from} failed (${event.kind})${event.to ? `, trying ${event.to}` : ""}\n\n`;
  return "";
}
