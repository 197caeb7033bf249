// A neutral request as the body of POST /responses; pure. Nothing is stored at the vendor: reasoning comes back encrypted.
import type { ImagePart, ToolResultPart } from "../../../shared/chat.ts";
import { dataUrl, mediaOf } from "../media.ts";
import { asksLogprobs, effortField, type ModelQuirks, modelQuirks, reasoningAsk } from "../model-quirks.ts";
import { omit } from "../omit.ts";
import type { ProviderConnection, ProviderRequest } from "../provider.ts";
import { argumentsText } from "../tool-arguments.ts";
import {
  type AssistantPart,
  CONTINUE,
  ownOrigin,
  textIn,
  toolId,
  transcriptOf,
  type Turn,
  type UserPart,
  withoutTrailingReasoning,
} from "../transcript.ts";
import { isObject } from "../vendor-json.ts";

type Item = Readonly<Record<string, unknown>>;

export function responsesBody(request: ProviderRequest, connection: ProviderConnection): Item {
  const { quirks } = connection;
  const model = modelQuirks(request);
  const reasons = request.capabilities.includes("reasoning");
  const temperature = quirks.temperature !== false && model.temperature !== false ? request.temperature : undefined;
  const body: Item = {
    model: request.model,
    input: inputOf(request, connection, model.systemRole),
    stream: true,
    store: false,
    // The first is refused by models that do not reason, the second by those that do.
    ...(reasons ? { include: ["reasoning.encrypted_content"] } : {}),
    ...(asksLogprobs(request, quirks) ? { include: ["message.output_text.logprobs"] } : {}),
    ...(request.maxOutputTokens === undefined ? {} : { max_output_tokens: request.maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...reasoningOf(request, model),
    ...toolsOf(request, quirks.parallelTools),
    ...formatOf(request, quirks.strictSchema),
  };
  return omit(body, request.omitParameters);
}

function reasoningOf(request: ProviderRequest, model: ModelQuirks): Item {
  const ask = reasoningAsk(request, model);
  if (ask === null) return {};
  const effort = effortField(ask, model);
  const asked = { ...(effort === undefined ? {} : { effort }), ...(request.reasoning === "off" ? {} : { summary: "auto" }) };
  return Object.keys(asked).length === 0 ? {} : { reasoning: asked };
}

function toolsOf(request: ProviderRequest, parallelTools: boolean | undefined): Item {
  const asTool = request.output && request.outputMode === "tool" ? request.output : undefined;
  const answer = asTool ? [{ name: asTool.name ?? "answer", description: "Give the answer in this form.", parameters: asTool.schema }] : [];
  const tools = [...(request.tools ?? []), ...answer];
  if (tools.length === 0) return {};
  const choice = asTool ? { name: asTool.name ?? "answer" } : request.toolChoice;
  const named = typeof choice === "object" ? { type: "function", name: choice.name } : choice;
  return {
    // Left out, `strict` is true in this API, and then most callers' schemas are refused.
    tools: tools.map(({ name, description, parameters }) => ({
      type: "function",
      name,
      ...(description === undefined ? {} : { description }),
      parameters,
      strict: false,
    })),
    ...(named === undefined || named === "auto" ? {} : { tool_choice: named }),
    ...(parallelTools === false ? { parallel_tool_calls: false } : {}),
  };
}

function formatOf(request: ProviderRequest, strictSchema: boolean | undefined): Item {
  if (!request.output || request.outputMode !== "native") return {};
  const { name = "answer", schema } = request.output;
  const strict = strictSchema !== false && request.outputStrict !== false && !request.omitParameters?.includes("strict");
  return { text: { format: { type: "json_schema", name, schema, strict } } };
}

function inputOf(request: ProviderRequest, connection: ProviderConnection, modelRole: string | undefined): Item[] {
  const { system, turns } = transcriptOf(request.messages);
  const items: Item[] = [];
  const refusedRole = request.omitParameters?.some((name) => /role/.test(name)) ?? false;
  const role = refusedRole ? "user" : (modelRole ?? connection.quirks.systemRole ?? "system");
  if (system !== "") items.push({ role, content: system });
  for (const turn of turns) items.push(...turnItems(turn, request, connection));
  if (request.continueText) items.push({ role: "assistant", content: request.continueText }, { role: "user", content: CONTINUE });
  return items;
}

function turnItems(turn: Turn, request: ProviderRequest, connection: ProviderConnection): Item[] {
  switch (turn.role) {
    case "user":
      return [{ role: "user", content: userContent(turn.parts) }];
    case "results":
      return turn.results.map(resultItem);
    case "assistant":
      return withoutTrailingReasoning(turn.parts).flatMap((part) => assistantItem(part, request, connection));
  }
}

function userContent(parts: readonly UserPart[]): unknown {
  if (parts.every((part) => part.type === "text")) return textIn(parts);
  return parts.map((part) => (part.type === "text" ? { type: "input_text", text: part.text } : imageItem(part)));
}

function imageItem(part: ImagePart): Item {
  const media = mediaOf(part);
  if (media.kind === "image") return { type: "input_image", image_url: dataUrl(media), detail: "auto" };
  return "url" in media
    ? { type: "input_file", file_url: media.url }
    : { type: "input_file", filename: "document.pdf", file_data: dataUrl(media) };
}

function assistantItem(part: AssistantPart, request: ProviderRequest, connection: ProviderConnection): Item[] {
  switch (part.type) {
    case "text":
      return [{ role: "assistant", content: part.text }];
    case "toolCall":
      return [{ type: "function_call", call_id: toolId(part.id), name: part.name, arguments: argumentsText(part) }];
    case "reasoning": {
      if (!ownOrigin(part.origin, "openai-responses", connection.provider, request.model)) return [];
      return isObject(part.origin.raw) ? [part.origin.raw] : [];
    }
  }
}

function resultItem(result: ToolResultPart): Item {
  const text = `${result.isError ? "Error: " : ""}${textIn(result.parts)}`;
  const images = result.parts.filter((part) => part.type === "image").map(imageItem);
  const output = images.length === 0 ? text : [...(text === "" ? [] : [{ type: "input_text", text }]), ...images];
  return { type: "function_call_output", call_id: toolId(result.id), output };
}
