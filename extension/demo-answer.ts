// The demo's answer in the reader's language: held back until it is whole, since only whole sentences are known; no model's answer is touched.
import type { ChatEvent, ChatResult, Part } from "../shared/chat.ts";
import { providerOf } from "../shared/model.ts";
import type { OwnLanguage } from "./own-language.ts";

type Hear = (event: ChatEvent) => void;

export interface DemoAnswer {
  readonly hear: Hear;
  /** The result as the reader gets it; what was held back is told before. */
  settle(result: ChatResult): ChatResult;
}

export function demoAnswer(hear: Hear, language: OwnLanguage | undefined): DemoAnswer {
  if (!language) return { hear, settle: (result) => result };
  let isDemo = false;
  return {
    hear(event) {
      if (event.type === "start") isDemo = providerOf(event.model) === "demo";
      if (!isDemo || event.type !== "text-delta") hear(event);
    },
    settle(result) {
      if (providerOf(result.model) !== "demo") return result;
      const text = language.sayLines(result.text);
      const parts = result.parts.map((part): Part => (part.type === "text" ? { ...part, text: language.sayLines(part.text) } : part));
      hear({ type: "text-delta", chatId: result.chatId, seq: 0, text });
      return { ...result, text, parts };
    },
  };
}
