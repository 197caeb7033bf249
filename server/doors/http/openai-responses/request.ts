// A request of OpenAI's Responses interface as a request of ours; an earlier response is continued from this process's memory.
import * as z from "zod/mini";
import type { Message, ToolChoice } from "../../../../shared/chat.ts";
import type { ChatRequest } from "../../../../shared/protocol.ts";
import { parseParams } from "../../../rpc/connection.ts";
import { defined, effort } from "../openai-chat/request.ts";
import { refuse, refuseUnheeded, toolFrom, unread } from "../request-parts.ts";
import type { Asked, Reading } from "../surface.ts";
import { itemMessages } from "./input.ts";
import type { Threads } from "./threads.ts";

const nullish = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(z.nullable(schema));

const Body = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(z.looseObject({}))]),
  instructions: nullish(z.string()),
  previous_response_id: nullish(z.string()),
  store: nullish(z.boolean()),
  stream: nullish(z.boolean()),
  max_output_tokens: nullish(z.int().check(z.gte(1))),
  temperature: nullish(z.number().check(z.gte(0), z.lte(2))),
  reasoning: nullish(z.looseObject({ effort: nullish(z.string()) })),
  text: nullish(z.looseObject({ format: nullish(z.looseObject({ type: z.string() })) })),
  tools: nullish(z.array(z.looseObject({ type: z.string() }))),
  tool_choice: nullish(z.union([z.string(), z.looseObject({ type: z.string() })])),
  parallel_tool_calls: nullish(z.boolean()),
  metadata: nullish(z.record(z.string(), z.string())),
});
type Body = z.infer<typeof Body>;

const UNHEEDED = {
  conversation: "conversations are kept at OpenAI, and none here; send the whole input or previous_response_id",
  prompt: "prompts are kept at OpenAI, and none here; send instructions and input",
  background: "an answer here is given at once or not at all",
};

/** Read here, or without any effect on the answer's words. */
const READ = [
  ...Object.keys(Body.def.shape),
  ...["user", "safety_identifier", "prompt_cache_key", "include", "truncation", "stream_options"],
  ...Object.keys(UNHEEDED),
];

/** The response that this one continues; null begins anew. */
export function readResponse(given: unknown, reading: Reading, threads: Threads): Asked {
  refuseUnheeded(given, UNHEEDED);
  const body = parseParams(Body, given);
  const earlier = body.previous_response_id ? threads.find(body.previous_response_id) : [];
  if (earlier === null) refuse(`previous_response_id "${body.previous_response_id}" is not known here (any more); send the whole input`);
  const asked =
    typeof body.input === "string"
      ? [userMessage(body.input)]
      : body.input.flatMap((item, at) => itemMessages(meant(item, `input.${at}`, threads), `input.${at}`, reading.replay));
  const system: Message[] = body.instructions ? [{ role: "system", parts: [{ type: "text", text: body.instructions }] }] : [];
  const request: ChatRequest = {
    chatId: reading.newId(),
    messages: [...system, ...(earlier ?? []), ...asked],
    model: body.model,
    ...defined({
      maxOutputTokens: body.max_output_tokens ?? undefined,
      temperature: body.temperature ?? undefined,
      reasoning: body.reasoning?.effort ? effort(body.reasoning.effort, "reasoning.effort") : undefined,
      tools: body.tools?.map((tool, at) => toolOf(tool, `tools.${at}`)),
      toolChoice: body.tool_choice ? choiceFrom(body.tool_choice) : undefined,
      output: outputFrom(body.text?.format ?? null),
    }),
    ...reading.options,
  };
  return {
    request,
    stream: body.stream === true,
    stops: [],
    ignored: unread(given, READ),
    includeUsage: true,
    id: `resp_${request.chatId.replaceAll("-", "")}`,
    createdAt: reading.now,
    echo: echoOf(body),
  };
}

/** Clients that let answers be stored send back an item's id in its place. */
function meant(item: Record<string, unknown>, path: string, threads: Threads): Record<string, unknown> {
  if (item.type !== "item_reference") return item;
  return threads.item(String(item.id)) ?? refuse(`${path}.id is not known here (any more); send the item itself, or ask with store: false`);
}

function userMessage(text: string): Message {
  return { role: "user", parts: [{ type: "text", text }] };
}

function echoOf(body: Body): Record<string, unknown> {
  return {
    instructions: body.instructions ?? null,
    previous_response_id: body.previous_response_id ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    temperature: body.temperature ?? null,
    top_p: null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    text: { format: body.text?.format ?? { type: "text" } },
    tools: body.tools ?? [],
    tool_choice: body.tool_choice ?? "auto",
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    metadata: body.metadata ?? {},
    store: body.store ?? true,
    truncation: "disabled",
  };
}

function toolOf(tool: Record<string, unknown> & { type: string }, path: string) {
  if (tool.type !== "function") {
    return refuse(`${path}: "${tool.type}" runs at OpenAI, and this request may go to any model; only tools of type "function" are known`);
  }
  return toolFrom(String(tool.name), tool.description as string | undefined, tool.parameters, path);
}

function choiceFrom(choice: string | Record<string, unknown>): ToolChoice {
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  if (typeof choice !== "string" && choice.type === "function" && typeof choice.name === "string") return { name: choice.name };
  return refuse("tool_choice");
}

function outputFrom(format: Record<string, unknown> | null): ChatRequest["output"] {
  if (format === null || format.type === "text") return undefined;
  if (format.type === "json_object") return { schema: { type: "object" } };
  const { name, schema } = format;
  if (format.type !== "json_schema" || typeof schema !== "object" || schema === null) return refuse("text.format.schema");
  return { ...(typeof name === "string" ? { name } : {}), schema: schema as Record<string, unknown> };
}
