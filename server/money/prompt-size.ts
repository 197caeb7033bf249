// The size of one prompt, counted once for every model: text, tools, schema, images, and the part a warm cache may hold; pure.
import type { ImagePart, Message, Part } from "../../shared/chat.ts";
import type { ChatDraft } from "../../shared/protocol.ts";

export interface PromptSize {
  readonly messages: number;
  readonly textTokens: number;
  readonly toolTokens: number;
  readonly schemaTokens: number;
  readonly images: readonly ImagePart[];
  /** Of the text, what came before the last turn: what a provider may have cached. */
  readonly prefixTokens: number;
}

export function promptSize(draft: Pick<ChatDraft, "messages" | "tools" | "output">, count: (text: string) => number): PromptSize {
  const tokens = draft.messages.map((message) => tokensOf(message, count));
  const total = tokens.reduce((sum, each) => sum + each, 0);
  const toolTokens = draft.tools?.length ? count(JSON.stringify(draft.tools)) : 0;
  return {
    messages: draft.messages.length,
    textTokens: total,
    toolTokens,
    schemaTokens: draft.output === undefined ? 0 : count(JSON.stringify(draft.output.schema)),
    images: draft.messages.flatMap((message) => message.parts.flatMap(imagesOf)),
    prefixTokens: toolTokens + total - tokens.slice(lastTurn(draft.messages)).reduce((sum, each) => sum + each, 0),
  };
}

/** The index of the first message after the last answer: those that are new to the vendor. */
function lastTurn(messages: readonly Message[]): number {
  return messages.findLastIndex((message) => message.role === "assistant") + 1;
}

function tokensOf(message: Message, count: (text: string) => number): number {
  return message.parts.reduce((sum, part) => sum + textsOf(part).reduce((inner, text) => inner + count(text), 0), 0);
}

function textsOf(part: Part): string[] {
  switch (part.type) {
    case "text":
    case "reasoning":
      return [part.text];
    case "toolCall":
      return [part.name, part.rawArguments ?? JSON.stringify(part.arguments)];
    case "toolResult":
      return part.parts.flatMap(textsOf);
    case "image":
      return [];
  }
}

function imagesOf(part: Part): ImagePart[] {
  if (part.type === "image") return [part];
  return part.type === "toolResult" ? part.parts.flatMap(imagesOf) : [];
}
