// A neutral request as the body of POST /v1/messages; pure.
import type { ImagePart, ToolResultPart } from "../../../shared/chat.ts";
import { mediaOf } from "../media.ts";
import { modelQuirks } from "../model-quirks.ts";
import { omit } from "../omit.ts";
import type { ProviderConnection, ProviderRequest } from "../provider.ts";
import { type AssistantPart, CONTINUE, ownOrigin, toolId, transcriptOf, type Turn, withoutTrailingReasoning } from "../transcript.ts";
import { isObject } from "../vendor-json.ts";
import { thinkingOf } from "./thinking.ts";

export type Block = Record<string, unknown>;

interface Turned {
  readonly role: "user" | "assistant";
  readonly content: Block[];
}

/** The vendor demands a limit; every model of this dialect can write this much. */
const DEFAULT_LIMIT_TOKENS = 4_096;

export function messagesBody(request: ProviderRequest, connection: ProviderConnection): Record<string, unknown> {
  const model = modelQuirks(request);
  const { system, turns } = transcriptOf(request.messages);
  const messages = messagesOf(request, connection, turns);
  const tools = toolsOf(request);
  const choice = choiceOf(request);
  const limitTokens = request.maxOutputTokens ?? model.maxOutputTokens ?? DEFAULT_LIMIT_TOKENS;
  const forced = choice !== undefined && (choice.type === "any" || choice.type === "tool");
  const thinking = thinkingOf(request, model, { forced, resumes: resumesWithout(messages), limitTokens });
  const plainTemperature = !thinking.on && connection.quirks.temperature !== false && model.temperature !== false;
  const format = request.output && request.outputMode === "native" ? { type: "json_schema", schema: request.output.schema } : undefined;
  const outputConfig = { ...(thinking.effort ? { effort: thinking.effort } : {}), ...(format ? { format } : {}) };
  markCache(request, messages);
  const body: Record<string, unknown> = {
    model: request.model,
    max_tokens: limitTokens,
    messages,
    stream: true,
    ...(system === "" ? {} : { system: systemBlocks(request, system) }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined || tools.length === 0 ? {} : { tool_choice: choice }),
    ...(thinking.thinking ? { thinking: thinking.thinking } : {}),
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
    ...(plainTemperature && request.temperature !== undefined ? { temperature: Math.min(1, request.temperature) } : {}),
  };
  return omit(body, request.omitParameters);
}

function messagesOf(request: ProviderRequest, connection: ProviderConnection, turns: readonly Turn[]): Turned[] {
  const messages: Turned[] = [];
  for (const turn of turns) {
    const role = turn.role === "assistant" ? "assistant" : "user";
    const content = blocksOf(turn, request, connection);
    const last = messages.at(-1);
    if (content.length === 0) continue;
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  }
  if (messages[0]?.role === "assistant") messages.unshift({ role: "user", content: [{ type: "text", text: "Continue." }] });
  if (request.continueText) {
    messages.push({ role: "assistant", content: [{ type: "text", text: request.continueText.trimEnd() }] });
    if (connection.quirks.prefill !== "plain") messages.push({ role: "user", content: [{ type: "text", text: CONTINUE }] });
  }
  return messages;
}

function blocksOf(turn: Turn, request: ProviderRequest, connection: ProviderConnection): Block[] {
  switch (turn.role) {
    case "user":
      return turn.parts.flatMap((part) => (part.type === "text" ? textBlock(part.text) : [imageBlock(part)]));
    case "results":
      return turn.results.map(resultBlock);
    case "assistant":
      return withoutTrailingReasoning(turn.parts).flatMap((part) => assistantBlock(part, request, connection));
  }
}

/** The vendor refuses blocks of nothing but space. */
function textBlock(text: string): Block[] {
  return text.trim() === "" ? [] : [{ type: "text", text }];
}

function imageBlock(part: ImagePart): Block {
  const media = mediaOf(part);
  const type = media.kind === "pdf" ? "document" : "image";
  if ("url" in media) return { type, source: { type: "url", url: media.url } };
  return { type, source: { type: "base64", media_type: media.mediaType, data: media.data } };
}

function assistantBlock(part: AssistantPart, request: ProviderRequest, connection: ProviderConnection): Block[] {
  switch (part.type) {
    case "text":
      return textBlock(part.text);
    case "toolCall":
      return [{ type: "tool_use", id: toolId(part.id), name: part.name, input: part.arguments }];
    case "reasoning": {
      if (!ownOrigin(part.origin, "anthropic", connection.provider, request.model)) return [];
      if (isObject(part.origin.raw)) return [part.origin.raw];
      return part.origin.signature ? [{ type: "thinking", thinking: part.text, signature: part.origin.signature }] : [];
    }
  }
}

function resultBlock(result: ToolResultPart): Block {
  const content = result.parts.flatMap((part) => (part.type === "text" ? textBlock(part.text) : [imageBlock(part)]));
  return {
    type: "tool_result",
    tool_use_id: toolId(result.id),
    ...(content.length === 0 ? {} : { content }),
    ...(result.isError ? { is_error: true } : {}),
  };
}

/** A running tool loop whose last call came without thinking (another vendor's, or thinking was off). */
function resumesWithout(messages: readonly Turned[]): boolean {
  if (!messages.at(-1)?.content.some((block) => block.type === "tool_result")) return false;
  const first = messages.findLast(({ role }) => role === "assistant")?.content[0];
  return first?.type !== "thinking" && first?.type !== "redacted_thinking";
}

function toolsOf(request: ProviderRequest): Block[] {
  const asTool = request.output && request.outputMode === "tool" ? request.output : undefined;
  const answer = asTool ? [{ name: asTool.name ?? "answer", description: "Give the answer in this form.", parameters: asTool.schema }] : [];
  return [...(request.tools ?? []), ...answer].map(({ name, description, parameters }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: { ...parameters, type: "object" },
  }));
}

function choiceOf(request: ProviderRequest): Block | undefined {
  if (request.output && request.outputMode === "tool") return { type: "tool", name: request.output.name ?? "answer" };
  const choice = request.toolChoice;
  if (choice === undefined || choice === "auto") return undefined;
  if (choice === "none") return { type: "none" };
  return choice === "required" ? { type: "any" } : { type: "tool", name: choice.name };
}

function cacheMark(request: ProviderRequest): Block | undefined {
  if (request.cache === undefined || request.cache === "off") return undefined;
  return { cache_control: { type: "ephemeral", ...(request.cache === "1h" ? { ttl: "1h" } : {}) } };
}

/** One mark covers everything before it, tools included; the vendor takes four. */
function systemBlocks(request: ProviderRequest, system: string): unknown {
  const mark = cacheMark(request);
  return mark ? [{ type: "text", text: system, ...mark }] : system;
}

/** The end of the conversation, so that the next turn reads it, and the turn before, so that this one does. */
function markCache(request: ProviderRequest, messages: readonly Turned[]): void {
  const mark = cacheMark(request);
  if (!mark) return;
  for (const message of messages.filter(({ role }) => role === "user").slice(-2)) {
    const block = message.content.at(-1);
    if (block) Object.assign(block, mark);
  }
}
