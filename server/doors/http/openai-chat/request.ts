// A chat completion request of OpenAI's interface as a request of ours; what no model would see is named, never dropped in silence.
import * as z from "zod/mini";
import type { Message, Part, Reasoning, ToolChoice } from "../../../../shared/chat.ts";
import type { ChatRequest } from "../../../../shared/protocol.ts";
import { parseParams } from "../../../rpc/connection.ts";
import { restored } from "../replay.ts";
import { callFrom, imageFrom, refuse, refuseUnheeded, toolFrom, unread } from "../request-parts.ts";
import type { Asked, Reading } from "../surface.ts";

const nullish = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(z.nullable(schema));

const ContentPart = z.looseObject({ type: z.string() });
const Content = z.union([z.string(), z.array(ContentPart)]);
const Call = z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) });
const ChatMessage = z.object({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  content: nullish(Content),
  refusal: nullish(z.string()),
  tool_calls: nullish(z.array(Call)),
  tool_call_id: nullish(z.string()),
  name: nullish(z.string()),
  function_call: z.optional(z.unknown()),
});
type ChatMessage = z.infer<typeof ChatMessage>;

const Body = z.object({
  model: z.string(),
  messages: z.array(ChatMessage).check(z.minLength(1)),
  stream: nullish(z.boolean()),
  stream_options: nullish(z.object({ include_usage: nullish(z.boolean()) })),
  max_tokens: nullish(z.int().check(z.gte(1))),
  max_completion_tokens: nullish(z.int().check(z.gte(1))),
  temperature: nullish(z.number().check(z.gte(0), z.lte(2))),
  reasoning_effort: nullish(z.string()),
  n: nullish(z.int()),
  modalities: nullish(z.array(z.string())),
  tools: nullish(z.array(z.looseObject({ type: z.string() }))),
  tool_choice: nullish(z.union([z.string(), z.looseObject({ type: z.string() })])),
  response_format: nullish(z.looseObject({ type: z.string() })),
  stop: nullish(z.union([z.string(), z.array(z.string())])),
});

const FORM_OF_2023 = "is the form of 2023; send tools and tool_choice";
const UNHEEDED = {
  functions: FORM_OF_2023,
  function_call: FORM_OF_2023,
  web_search_options: "the search runs at OpenAI, and this request may go to any model",
};

/** Read here, or without any effect on the answer's words. */
const READ = [
  ...Object.keys(Body.def.shape),
  "user",
  "metadata",
  "store",
  "safety_identifier",
  "prompt_cache_key",
  "parallel_tool_calls",
  ...Object.keys(UNHEEDED),
];

export function readChat(given: unknown, reading: Reading): Asked {
  const body = parseParams(Body, given);
  refuseUnheeded(given, UNHEEDED);
  if ((body.n ?? 1) !== 1) refuse("n must be 1");
  if (body.modalities?.some((one) => one !== "text")) refuse("modalities must be text alone");
  const request: ChatRequest = {
    chatId: reading.newId(),
    messages: body.messages.map((message, at) => messageFrom(message, `messages.${at}`, reading)),
    model: body.model,
    ...defined({
      maxOutputTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
      temperature: body.temperature ?? undefined,
      reasoning: body.reasoning_effort ? effort(body.reasoning_effort, "reasoning_effort") : undefined,
      tools: body.tools?.map((tool, at) => toolOf(tool, `tools.${at}`)),
      toolChoice: body.tool_choice ? choiceFrom(body.tool_choice) : undefined,
      output: body.response_format ? outputFrom(body.response_format) : undefined,
    }),
    ...reading.options,
  };
  return {
    request,
    stream: body.stream === true,
    stops: [body.stop ?? []].flat().filter((stop) => stop !== ""),
    ignored: unread(given, READ),
    includeUsage: body.stream_options?.include_usage === true,
    id: `chatcmpl-${request.chatId}`,
    createdAt: reading.now,
    echo: {},
  };
}

function messageFrom(message: ChatMessage, path: string, reading: Reading): Message {
  const parts = partsFrom(message.content ?? "", path);
  switch (message.role) {
    case "system":
    case "developer":
      return { role: "system", parts };
    case "user":
      return { role: "user", parts };
    case "assistant": {
      if (message.function_call) refuse(`${path}.function_call ${FORM_OF_2023}`);
      const calls = (message.tool_calls ?? []).map((call) => callFrom(call.id, call.function.name, call.function.arguments));
      const text = message.refusal ? [...parts, { type: "text" as const, text: message.refusal }] : parts;
      return {
        role: "assistant",
        parts: restored([...text.filter((part) => part.type !== "text" || part.text !== ""), ...calls], reading.replay),
      };
    }
    case "tool": {
      const id = message.tool_call_id ?? refuse(`${path}.tool_call_id`);
      return {
        role: "tool",
        parts: [{ type: "toolResult", id, parts: parts.filter((part) => part.type === "text" || part.type === "image") }],
      };
    }
    case "function":
      return refuse(`${path}.role "function" is the form of 2023; send role "tool" with a tool_call_id`);
  }
}

function partsFrom(content: z.infer<typeof Content>, path: string): Part[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part, at) => partFrom(part, `${path}.content.${at}`));
}

function partFrom(part: z.infer<typeof ContentPart>, path: string): Part {
  if ((part.type === "text" || part.type === "refusal") && typeof (part.text ?? part.refusal) === "string") {
    return { type: "text", text: String(part.text ?? part.refusal) };
  }
  if (part.type === "image_url") {
    const url = typeof part.image_url === "string" ? part.image_url : (part.image_url as { url?: unknown } | null)?.url;
    return typeof url === "string" ? imageFrom(url) : refuse(`${path}.image_url.url`);
  }
  if (part.type === "file") {
    const data = (part.file as { file_data?: unknown } | null)?.file_data;
    return typeof data === "string" ? imageFrom(data) : refuse(`${path}.file.file_data; files by id are kept by no one here`);
  }
  return refuse(`${path}.type "${part.type}"; text, image_url and file are known`);
}

function toolOf(tool: Record<string, unknown>, path: string) {
  const { name, description, parameters } = (tool.function ?? {}) as { name?: unknown; description?: string; parameters?: unknown };
  if (tool.type !== "function" || typeof name !== "string") return refuse(`${path}: only tools of type "function" with a name are known`);
  return toolFrom(name, description, parameters, path);
}

function choiceFrom(choice: string | Record<string, unknown>): ToolChoice {
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  const name = typeof choice === "string" ? undefined : (choice.function as { name?: unknown } | undefined)?.name;
  return typeof name === "string" ? { name } : refuse("tool_choice");
}

function outputFrom(format: Record<string, unknown>): ChatRequest["output"] {
  if (format.type === "text") return undefined;
  if (format.type === "json_object") return { schema: { type: "object" } };
  const { name, schema } = (format.json_schema ?? {}) as { name?: unknown; schema?: unknown };
  if (format.type !== "json_schema" || typeof schema !== "object" || schema === null) return refuse("response_format.json_schema.schema");
  return { ...(typeof name === "string" ? { name } : {}), schema: schema as Record<string, unknown> };
}

/** The vendors' words for effort, in ours. */
export function effort(word: string, path: string): Reasoning {
  const known: Record<string, Reasoning> = {
    none: "off",
    minimal: "low",
    low: "low",
    medium: "medium",
    high: "high",
    xhigh: "high",
    max: "high",
  };
  return known[word] ?? refuse(`${path} "${word}"; none, low, medium and high are known`);
}

/** Without the fields that were not given. */
export function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
