// What a prompt needs of a model before anything is ranked: capabilities, a window, an answer length; pure.
import { type Message, textOf } from "../../shared/chat.ts";
import type { Capability } from "../../shared/model.ts";
import type { RouteInput } from "./route.ts";

export interface Requirements {
  readonly vision: boolean;
  readonly pdf: boolean;
  readonly tools: boolean;
  readonly structured: boolean;
  /** What the caller asks for at the most; null leaves it to the model. */
  readonly outputTokens: number | null;
}

export function requirementsOf(
  input: Pick<RouteInput, "messages" | "tools" | "output" | "taskType" | "maxOutputTokens" | "toolChoice">,
): Requirements {
  let [vision, pdf] = [false, false];
  for (const message of input.messages) {
    for (const part of message.parts) {
      const images = part.type === "toolResult" ? part.parts : [part];
      for (const image of images) {
        if (image.type !== "image") continue;
        if (image.mediaType === "application/pdf") pdf = true;
        else vision = true;
      }
    }
  }
  const tools = (input.tools?.length ?? 0) > 0 && input.toolChoice !== "none";
  const agentic = input.taskType === "agentic";
  return { vision, pdf, tools: tools || agentic, structured: input.output !== undefined, outputTokens: input.maxOutputTokens ?? null };
}

/** The words of the turn that is to be answered: the last user message, or what came before tool results. */
export function promptOf(messages: readonly Message[]): string {
  const last = messages.findLast((message) => message.role === "user" && textOf(message).trim() !== "");
  return last ? textOf(last) : "";
}

export const CAPABILITY_WORDS: Readonly<Record<Capability, string>> = {
  tools: "does not call tools",
  vision: "takes text only",
  structured: "has no way to keep an answer to a schema",
  reasoning: "does not reason",
  pdf: "takes no PDF files",
  audio: "takes no sound",
  caching: "has no prompt cache",
};
