// A neutral request as the body of POST /chat/completions; pure, and in the form that each vendor of this dialect takes.
import { Failure } from "../../../shared/failure.ts";
import type { ImagePart, ToolResultPart } from "../../../shared/chat.ts";
import { dataUrl, mediaOf } from "../media.ts";
import { asksLogprobs, effortField, type ModelQuirks, modelQuirks, reasoningAsk } from "../model-quirks.ts";
import { omit } from "../omit.ts";
import type { ProviderConnection, ProviderRequest, Quirks } from "../provider.ts";
import { argumentsText } from "../tool-arguments.ts";
import { type AssistantPart, CONTINUE, ownOrigin, textIn, toolId, transcriptOf, type Turn, type UserPart } from "../transcript.ts";
import { objectOf } from "../vendor-json.ts";

export type Body = Record<string, unknown>;

interface Target {
  readonly request: ProviderRequest;
  readonly connection: ProviderConnection;
  readonly quirks: Quirks;
  readonly model: ModelQuirks;
}

export function chatBody(request: ProviderRequest, connection: ProviderConnection): Body {
  const target: Target = { request, connection, quirks: connection.quirks, model: modelQuirks(request) };
  const body: Body = {
    model: request.model,
    messages: messagesOf(target),
    stream: true,
    ...(target.quirks.streamUsage === false ? {} : { stream_options: { include_usage: true } }),
    ...limitsOf(target),
    ...reasoningOf(target),
    ...toolsOf(target),
    ...formatOf(target),
    ...(asksLogprobs(request, target.quirks) ? { logprobs: true } : {}),
  };
  return omit(body, request.omitParameters);
}

function limitsOf({ request, quirks, model }: Target): Body {
  const field = model.maxTokensField ?? quirks.maxTokensField ?? "max_tokens";
  const temperature = quirks.temperature !== false && model.temperature !== false ? request.temperature : undefined;
  // Told that one name of the limit is refused, the other is what the vendor wants.
  const other = field === "max_tokens" ? "max_completion_tokens" : "max_tokens";
  const limit = request.omitParameters?.includes(field) ? other : field;
  return {
    ...(request.maxOutputTokens === undefined ? {} : { [limit]: request.maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

function reasoningOf({ request, quirks, model }: Target): Body {
  const ask = reasoningAsk(request, model);
  if (ask === null || (ask.on && ask.always && quirks.reasoningField !== "reasoning")) return {};
  const effort = effortField(ask, model);
  const asEffort = effort === undefined ? {} : { reasoning_effort: effort };
  const thinking = { type: ask.on ? "enabled" : "disabled" };
  switch (quirks.reasoningField ?? "none") {
    case "reasoning_effort":
      return asEffort;
    case "reasoning":
      return { reasoning: ask.on && ask.effort !== undefined ? { effort: ask.effort } : { enabled: ask.on } };
    case "thinking":
      return { thinking };
    case "thinking_effort":
      return ask.on ? { thinking, ...asEffort } : { thinking };
    case "enable_thinking":
      return { enable_thinking: ask.on };
    case "none":
      return {};
  }
}

function toolsOf({ request, quirks }: Target): Body {
  const asTool = request.output && request.outputMode === "tool" ? request.output : undefined;
  const tools = [
    ...(request.tools ?? []),
    ...(asTool ? [{ name: asTool.name ?? "answer", description: "Give the answer in this form.", parameters: asTool.schema }] : []),
  ];
  if (tools.length === 0) return {};
  const wanted = asTool ? { name: asTool.name ?? "answer" } : request.toolChoice;
  const choice = choiceOf(wanted, quirks.toolChoice ?? ["auto", "none", "required", "named"]);
  if (choice === "withhold") return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: "function",
      function: { name, ...(description === undefined ? {} : { description }), parameters },
    })),
    ...(choice === undefined ? {} : { tool_choice: choice }),
    ...(quirks.parallelTools === false ? { parallel_tool_calls: false } : {}),
  };
}

/** The nearest choice the vendor knows; "none" is also reached by showing no tools at all. */
function choiceOf(wanted: ProviderRequest["toolChoice"], known: NonNullable<Quirks["toolChoice"]>): unknown {
  if (wanted === undefined || wanted === "auto") return undefined;
  if (wanted === "none") return known.includes("none") ? "none" : "withhold";
  if (wanted !== "required" && known.includes("named")) return { type: "function", function: { name: wanted.name } };
  return known.includes("required") ? "required" : undefined;
}

/** The schema goes as the caller wrote it; narrowing it to a vendor's subset happens before, as data. */
function formatOf({ request, quirks }: Target): Body {
  if (!request.output || request.outputMode !== "native") return {};
  const { name = "answer", schema } = request.output;
  switch (quirks.structured ?? "json_schema") {
    case "json_schema":
      return {
        response_format: {
          type: "json_schema",
          json_schema: {
            name,
            schema,
            ...(quirks.strictSchema === false || request.omitParameters?.includes("strict")
              ? {}
              : { strict: request.outputStrict ?? true }),
          },
        },
      };
    case "json_object":
      return { response_format: { type: "json_object" } };
    default:
      return {};
  }
}

function messagesOf(target: Target): Body[] {
  const { request, quirks, model } = target;
  const { system, turns } = transcriptOf(request.messages);
  const messages: Body[] = [];
  const refusedRole = request.omitParameters?.some((name) => /role/.test(name)) ?? false;
  const role = refusedRole ? "user" : (model.systemRole ?? quirks.systemRole ?? "system");
  if (system !== "") messages.push({ role, content: marked(target, system, request.cache) });
  turns.forEach((turn, at) => {
    messages.push(...turnMessages(target, turn, at === turns.length - 1));
  });
  if (request.continueText) messages.push(...continuation(quirks, request.continueText));
  return messages;
}

function turnMessages(target: Target, turn: Turn, isLast: boolean): Body[] {
  switch (turn.role) {
    case "user":
      return [{ role: "user", content: userContent(target, turn.parts, isLast) }];
    case "assistant":
      return [assistantMessage(target, turn.parts)];
    case "results":
      return resultMessages(target, turn.results);
  }
}

function userContent(target: Target, parts: readonly UserPart[], isLast: boolean): unknown {
  if (parts.every((part) => part.type === "text")) return marked(target, textIn(parts), isLast ? target.request.cache : "off");
  return parts.map((part) => (part.type === "text" ? { type: "text", text: part.text } : imagePart(target, part)));
}

/** A cache mark needs the long form of content; without one the short form is what every server takes. */
function marked({ quirks, request }: Target, text: string, cache: ProviderRequest["cache"]): unknown {
  if (!quirks.cacheMarks || cache === undefined || cache === "off" || !request.capabilities.includes("caching")) return text;
  return [{ type: "text", text, cache_control: { type: "ephemeral", ...(cache === "1h" ? { ttl: "1h" } : {}) } }];
}

function imagePart({ connection, quirks }: Target, part: ImagePart): Body {
  if (quirks.contentParts === false) {
    throw new Failure("requestInvalid", `${connection.provider} takes no images; nothing was sent.`, {
      provider: connection.provider,
      lacks: "vision",
    });
  }
  const media = mediaOf(part);
  if (media.kind === "pdf") return { type: "file", file: { filename: "document.pdf", file_data: dataUrl(media) } };
  return { type: "image_url", image_url: { url: dataUrl(media) } };
}

function assistantMessage(target: Target, parts: readonly AssistantPart[]): Body {
  const calls = parts.filter((part) => part.type === "toolCall");
  const text = textIn(parts);
  return {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call) => ({
            id: idFor(target, call.id),
            type: "function",
            function: { name: call.name, arguments: argumentsText(call) },
          })),
        }),
    ...replayed(target, parts, calls.length > 0),
  };
}

/**
 * DeepSeek and Moonshot want the reasoning of turns with tool calls back, also when another model made the call and
 * there is none; OpenRouter takes its own `reasoning_details` in every turn.
 */
function replayed({ request, connection, quirks }: Target, parts: readonly AssistantPart[], calls: boolean): Body {
  const own = parts.filter(
    (part) => part.type === "reasoning" && ownOrigin(part.origin, "openai-chat", connection.provider, request.model),
  );
  for (const part of own) {
    const { field, details } = objectOf(part.type === "reasoning" ? part.origin?.raw : undefined);
    if (field === "reasoning_details" && Array.isArray(details)) return { reasoning_details: details };
  }
  if (!quirks.reasoningBack || !calls) return {};
  return { reasoning_content: own.map((part) => (part.type === "reasoning" ? part.text : "")).join("") };
}

/** Tool messages hold text only in this dialect; images of a result follow as what the user shows. */
function resultMessages(target: Target, results: readonly ToolResultPart[]): Body[] {
  const messages: Body[] = results.map((result) => ({
    role: "tool",
    tool_call_id: idFor(target, result.id),
    content: `${result.isError ? "Error: " : ""}${textIn(result.parts)}` || "(no text)",
  }));
  const images = results.flatMap((result) => result.parts.filter((part) => part.type === "image").map((part) => imagePart(target, part)));
  if (images.length > 0) messages.push({ role: "user", content: [{ type: "text", text: "Images from the tool results:" }, ...images] });
  return messages;
}

const NINE = { pattern: /^[a-zA-Z0-9]{9}$/, length: 9 };

function idFor({ quirks }: Target, id: string): string {
  return quirks.toolIds === "nine" ? toolId(id, NINE) : toolId(id);
}

function continuation(quirks: Quirks, text: string): Body[] {
  const begun = { role: "assistant", content: text };
  switch (quirks.prefill) {
    case "plain":
      return [begun];
    case "prefix":
      return [{ ...begun, prefix: true }];
    case "partial":
      return [{ ...begun, partial: true }];
    default:
      return [begun, { role: "user", content: CONTINUE }];
  }
}
