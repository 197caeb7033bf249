// A neutral request as the parameters of generateContentStream; pure.
import type { ImagePart, ToolCallPart, ToolResultPart } from "../../../shared/chat.ts";
import { mediaOf } from "../media.ts";
import { modelQuirks } from "../model-quirks.ts";
import { omit } from "../omit.ts";
import type { ProviderConnection, ProviderRequest } from "../provider.ts";
import { type AssistantPart, CONTINUE, ownOrigin, textIn, transcriptOf, type Turn } from "../transcript.ts";
import { objectOf, stringOf } from "../vendor-json.ts";
import { thinkingConfig, thinksInLevels } from "./thinking.ts";

type Fields = Record<string, unknown>;

interface Content {
  readonly role: "user" | "model";
  readonly parts: Fields[];
}

/**
 * Stands for the signature of a call that another model made; from Gemini 3 on a call without any is a 400
 * (ai.google.dev/gemini-api/docs/thought-signatures, 2026-10).
 */
const FOREIGN_CALL = "skip_thought_signature_validator";

export function googleParameters(
  request: ProviderRequest,
  connection: ProviderConnection,
): { model: string; contents: Content[]; config: Fields } {
  const model = modelQuirks(request);
  const { system, turns } = transcriptOf(request.messages);
  const temperature = connection.quirks.temperature !== false && model.temperature !== false ? request.temperature : undefined;
  const thinking = thinkingConfig(request, model);
  const config: Fields = {
    ...(system === "" ? {} : { systemInstruction: { parts: [{ text: system }] } }),
    ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
    ...toolsOf(request),
    ...formatOf(request),
  };
  const omitted = request.omitParameters?.map((name) =>
    name.replace(/^(generation_?config\.)/i, "").replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
  );
  return { model: request.model, contents: contentsOf(request, connection, turns), config: omit(config, omitted) };
}

function toolsOf(request: ProviderRequest): Fields {
  const asTool = request.output && request.outputMode === "tool" ? request.output : undefined;
  const answer = asTool ? [{ name: asTool.name ?? "answer", description: "Give the answer in this form.", parameters: asTool.schema }] : [];
  const tools = [...(request.tools ?? []), ...answer];
  if (tools.length === 0) return {};
  const choice = asTool ? { name: asTool.name ?? "answer" } : request.toolChoice;
  return {
    tools: [
      {
        functionDeclarations: tools.map(({ name, description, parameters }) => ({
          name,
          ...(description === undefined ? {} : { description }),
          parametersJsonSchema: parameters,
        })),
      },
    ],
    ...(choice === undefined || choice === "auto" ? {} : { toolConfig: { functionCallingConfig: callingConfig(choice) } }),
  };
}

function callingConfig(choice: "none" | "required" | { readonly name: string }): Fields {
  if (choice === "none") return { mode: "NONE" };
  return choice === "required" ? { mode: "ANY" } : { mode: "ANY", allowedFunctionNames: [choice.name] };
}

function formatOf(request: ProviderRequest): Fields {
  if (!request.output || request.outputMode !== "native") return {};
  return { responseMimeType: "application/json", responseJsonSchema: request.output.schema };
}

function contentsOf(request: ProviderRequest, connection: ProviderConnection, turns: readonly Turn[]): Content[] {
  const contents: Content[] = [];
  const calls = new Map<string, ToolCallPart>();
  const push = (role: Content["role"], parts: Fields[]) => {
    const last = contents.at(-1);
    if (parts.length === 0) return;
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  };
  for (const turn of turns) {
    if (turn.role === "user")
      push(
        "user",
        turn.parts.map((part) => (part.type === "text" ? { text: part.text } : mediaPart(part))),
      );
    else if (turn.role === "results")
      push(
        "user",
        turn.results.flatMap((result) => resultParts(result, calls, request, connection)),
      );
    else push("model", modelParts(turn.parts, calls, request, connection));
  }
  if (contents[0]?.role === "model") contents.unshift({ role: "user", parts: [{ text: "Continue." }] });
  if (request.continueText) {
    push("model", [{ text: request.continueText }]);
    push("user", [{ text: CONTINUE }]);
  }
  return contents;
}

function mediaPart(part: ImagePart): Fields {
  const media = mediaOf(part);
  if ("url" in media) {
    const guessed =
      media.kind === "pdf"
        ? "application/pdf"
        : /\.png\b/i.test(media.url)
          ? "image/png"
          : /\.webp\b/i.test(media.url)
            ? "image/webp"
            : "image/jpeg";
    return { fileData: { fileUri: media.url, mimeType: media.mediaType ?? guessed } };
  }
  return { inlineData: { mimeType: media.mediaType, data: media.data } };
}

function modelParts(
  parts: readonly AssistantPart[],
  calls: Map<string, ToolCallPart>,
  request: ProviderRequest,
  connection: ProviderConnection,
): Fields[] {
  const own = (part: AssistantPart) =>
    part.type !== "text" && ownOrigin(part.origin, "google", connection.provider, request.model) ? part.origin.signature : undefined;
  const signed = parts.some((part) => part.type === "toolCall" && own(part));
  let unsigned = !signed && thinksInLevels(request);
  return parts.flatMap((part): Fields[] => {
    const signature = own(part);
    if (part.type === "text") return [{ text: part.text }];
    // A signature without a call stood on an empty piece of text.
    if (part.type === "reasoning") return signature ? [{ text: "", thoughtSignature: signature }] : [];
    calls.set(part.id, part);
    const thoughtSignature = signature ?? (unsigned ? FOREIGN_CALL : undefined);
    unsigned = false;
    return [
      {
        functionCall: { ...idOf(part, request, connection), name: part.name, args: part.arguments },
        ...(thoughtSignature ? { thoughtSignature } : {}),
      },
    ];
  });
}

/** The vendor's own id goes back with the call and its result; another vendor's means nothing to it. */
function idOf(call: ToolCallPart | undefined, request: ProviderRequest, connection: ProviderConnection): Fields {
  const known = call && ownOrigin(call.origin, "google", connection.provider, request.model);
  const id = known ? stringOf(objectOf(call.origin?.raw).id) : "";
  return id === "" ? {} : { id };
}

function resultParts(
  result: ToolResultPart,
  calls: ReadonlyMap<string, ToolCallPart>,
  request: ProviderRequest,
  connection: ProviderConnection,
): Fields[] {
  const call = calls.get(result.id);
  const text = textIn(result.parts);
  const response = result.isError ? { error: text } : { output: text };
  const images = result.parts.filter((part) => part.type === "image").map(mediaPart);
  return [{ functionResponse: { ...idOf(call, request, connection), name: call?.name ?? "unknown", response } }, ...images];
}
