// A request of Anthropic's messages interface as a request of ours; tools that would run at the vendor are refused by name.
import * as z from "zod/mini";
import type { Message, Part, Reasoning, ToolChoice } from "../../../../shared/chat.ts";
import type { ChatRequest } from "../../../../shared/protocol.ts";
import { parseParams } from "../../../rpc/connection.ts";
import { defined, effort } from "../openai-chat/request.ts";
import { restored } from "../replay.ts";
import { refuse, refuseUnheeded, toolFrom, unread } from "../request-parts.ts";
import type { Asked, Reading } from "../surface.ts";
import { blockParts, resultBlock } from "./blocks.ts";

const nullish = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(z.nullable(schema));

export const Block = z.looseObject({ type: z.string() });
const Content = z.union([z.string(), z.array(Block)]);

const Body = z.object({
  model: z.string(),
  max_tokens: z.optional(z.int().check(z.gte(1))),
  system: nullish(Content),
  messages: z.array(z.object({ role: z.enum(["user", "assistant", "system"]), content: Content })).check(z.minLength(1)),
  stream: nullish(z.boolean()),
  stop_sequences: nullish(z.array(z.string())),
  temperature: nullish(z.number().check(z.gte(0), z.lte(2))),
  tools: nullish(z.array(z.looseObject({ type: nullish(z.string()), name: z.string(), description: nullish(z.string()) }))),
  tool_choice: nullish(z.object({ type: z.enum(["auto", "any", "tool", "none"]), name: z.optional(z.string()) })),
  thinking: nullish(z.object({ type: z.string(), budget_tokens: z.optional(z.number()) })),
  output_config: nullish(z.looseObject({ effort: nullish(z.string()), format: nullish(z.looseObject({ type: z.string() })) })),
});
type Body = z.infer<typeof Body>;

const UNHEEDED = {
  mcp_servers: "Anthropic would call these servers, and this request may go to any model; connect to them from your own client",
  container: "it is kept at Anthropic, and this request may go to any model",
};

/** Read here, or without any effect on the answer's words. */
const READ = [...Object.keys(Body.def.shape), "metadata", "cache_control", ...Object.keys(UNHEEDED)];

export function readMessages(given: unknown, reading: Reading): Asked {
  const body = parseParams(Body, given);
  refuseUnheeded(given, UNHEEDED);
  const request: ChatRequest = {
    chatId: reading.newId(),
    messages: [...systemOf(body), ...body.messages.flatMap((message, at) => messagesFrom(message, `messages.${at}`, reading))],
    model: body.model,
    ...defined({
      maxOutputTokens: body.max_tokens,
      temperature: body.temperature ?? undefined,
      reasoning: reasoningOf(body),
      tools: body.tools?.map((tool, at) => toolOf(tool, `tools.${at}`)),
      toolChoice: body.tool_choice ? choiceFrom(body.tool_choice) : undefined,
      output: outputFrom(body.output_config?.format ?? null),
    }),
    ...reading.options,
  };
  return {
    request,
    stream: body.stream === true,
    stops: (body.stop_sequences ?? []).filter((stop) => stop !== ""),
    ignored: unread(given, READ),
    includeUsage: true,
    id: `msg_${request.chatId}`,
    createdAt: reading.now,
    echo: {},
  };
}

function systemOf({ system }: Body): Message[] {
  const text = typeof system === "string" ? system : (system ?? []).map((block) => String(block.text ?? "")).join("\n\n");
  return text === "" ? [] : [{ role: "system", parts: [{ type: "text", text }] }];
}

/** Anthropic puts tool results into the user's message; here they are a message of their own before the rest of it. */
function messagesFrom({ role, content }: Body["messages"][number], path: string, reading: Reading): Message[] {
  if (typeof content === "string") return [{ role, parts: [{ type: "text", text: content }] }];
  const results = content.flatMap((block, at) => (block.type === "tool_result" ? [resultBlock(block, `${path}.content.${at}`)] : []));
  const rest = content.flatMap((block, at): Part[] =>
    block.type === "tool_result" ? [] : blockParts(block, `${path}.content.${at}`, reading.replay),
  );
  const parts = role === "assistant" ? restored(rest, reading.replay) : rest;
  return [...(results.length > 0 ? [{ role: "tool" as const, parts: results }] : []), ...(parts.length > 0 ? [{ role, parts }] : [])];
}

function toolOf(tool: Record<string, unknown> & { name: string; description?: string | null }, path: string) {
  if (tool.type !== undefined && tool.type !== null && tool.type !== "custom") {
    return refuse(
      `${path}: "${String(tool.type)}" runs at Anthropic, and this request may go to any model; only tools with an input_schema are known`,
    );
  }
  return toolFrom(tool.name, tool.description, tool.input_schema, path);
}

function choiceFrom({ type, name }: { type: "auto" | "any" | "tool" | "none"; name?: string }): ToolChoice {
  if (type === "tool") return name ? { name } : refuse("tool_choice.name");
  return type === "any" ? "required" : type;
}

/** Below these budgets thinking is short, or of middle length; a stated rule, since a budget of tokens is no effort. */
const LOW_BUDGET_TOKENS = 4_096;
const MEDIUM_BUDGET_TOKENS = 16_384;

function reasoningOf({ thinking, output_config: config }: Body): Reasoning | undefined {
  if (thinking?.type === "disabled") return "off";
  if (config?.effort) return effort(config.effort, "output_config.effort");
  if (!thinking) return undefined;
  const budget = thinking.budget_tokens ?? LOW_BUDGET_TOKENS;
  if (budget < LOW_BUDGET_TOKENS) return "low";
  return budget < MEDIUM_BUDGET_TOKENS ? "medium" : "high";
}

function outputFrom(format: Record<string, unknown> | null): ChatRequest["output"] {
  if (format === null) return undefined;
  const { schema } = format;
  if (format.type !== "json_schema" || typeof schema !== "object" || schema === null) return refuse("output_config.format.schema");
  return { schema: schema as Record<string, unknown> };
}
