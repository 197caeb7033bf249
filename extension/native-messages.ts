// VS Code's chat messages to the neutral transcript and back; keeps what a vendor wants to see again with a tool call.
import * as vscode from "vscode";
import type { Message, Part, ToolCallPart, ToolDefinition } from "../shared/chat.ts";

/** VS Code's chat hands back a tool call's id, name and input only; thought signatures would be lost with the rest. */
const REMEMBERED_CALLS_MAX = 500;

export class ToolCalls {
  readonly #calls = new Map<string, ToolCallPart>();

  remember(call: ToolCallPart): void {
    this.#calls.set(call.id, call);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > REMEMBERED_CALLS_MAX && oldest !== undefined) this.#calls.delete(oldest);
  }

  restore({ callId, name, input }: vscode.LanguageModelToolCallPart): ToolCallPart {
    const plain: ToolCallPart = { type: "toolCall", id: callId, name, arguments: { ...input } };
    const known = this.#calls.get(callId);
    return known?.name === name ? { ...known, arguments: plain.arguments } : plain;
  }
}

/** Newer versions of VS Code have data parts; the oldest supported one does not declare them. */
interface DataPart {
  readonly mimeType: string;
  readonly data: Uint8Array;
}

export function isDataPart(part: unknown): part is DataPart {
  return typeof part === "object" && part !== null && "mimeType" in part && "data" in part && part.data instanceof Uint8Array;
}

export function messagesFrom(given: readonly vscode.LanguageModelChatRequestMessage[], calls: ToolCalls): Message[] {
  return given.flatMap(({ role, content }) => {
    const parts = content.flatMap((part) => partsFrom(part, calls));
    const results = parts.filter(({ type }) => type === "toolResult");
    const others = parts.filter(({ type }) => type !== "toolResult");
    // VS Code puts tool results into a user's message; here they are a message of their own.
    const messages: Message[] = results.length > 0 ? [{ role: "tool", parts: results }] : [];
    if (others.length > 0) messages.push({ role: roleOf(role), parts: others });
    return messages;
  });
}

/** The third role is not in the oldest supported version's types. */
function roleOf(role: vscode.LanguageModelChatMessageRole): Message["role"] {
  if (role === vscode.LanguageModelChatMessageRole.User) return "user";
  return role === vscode.LanguageModelChatMessageRole.Assistant ? "assistant" : "system";
}

function partsFrom(part: unknown, calls: ToolCalls): Part[] {
  if (part instanceof vscode.LanguageModelTextPart) return [{ type: "text", text: part.value }];
  if (part instanceof vscode.LanguageModelToolCallPart) return [calls.restore(part)];
  if (part instanceof vscode.LanguageModelToolResultPart) {
    return [{ type: "toolResult", id: part.callId, parts: part.content.flatMap(resultParts) }];
  }
  return resultParts(part);
}

function resultParts(part: unknown): (Extract<Part, { type: "text" }> | Extract<Part, { type: "image" }>)[] {
  if (part instanceof vscode.LanguageModelTextPart) return [{ type: "text", text: part.value }];
  if (typeof part === "string") return [{ type: "text", text: part }];
  if (!isDataPart(part)) return [];
  if (part.mimeType.startsWith("image/")) {
    return [{ type: "image", mediaType: part.mimeType, data: Buffer.from(part.data).toString("base64") }];
  }
  // Marks such as cache breakpoints travel as data too; only text is for the model to read.
  return /^text\/|json/.test(part.mimeType) ? [{ type: "text", text: new TextDecoder().decode(part.data) }] : [];
}

export function toolsFrom(tools: readonly vscode.LanguageModelChatTool[] | undefined): ToolDefinition[] {
  return (tools ?? []).map(({ name, description, inputSchema }) => ({
    name,
    description,
    parameters: { type: "object", ...(inputSchema as Record<string, unknown> | undefined) },
  }));
}
