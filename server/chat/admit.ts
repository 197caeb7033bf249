// Checks a chat before anything is decided: images that are images, tool results that answer a call, a choice among the tools; pure.
import type { ImagePart, Message, Part } from "../../shared/chat.ts";
import { Failure } from "../../shared/failure.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import { textOf } from "../../shared/chat.ts";

/** 20 MiB of base64 is more than any vendor takes inline; larger ones are refused by name, not by a vendor. */
const MOST_IMAGE_CHARACTERS = 28 * 1024 * 1024;

/** The same request with every image's media type taken from its bytes; throws Failure invalidParams. */
export function admit<Request extends Pick<ChatRequest, "messages" | "tools" | "toolChoice" | "output">>(request: Request): Request {
  for (const [index, tool] of (request.tools ?? []).entries()) admitDepth(tool.parameters, `tools.${index}.parameters`);
  admitDepth(request.output?.schema, "output.schema");
  const calls = new Set<string>();
  const messages = request.messages.map((message, index) => admitMessage(message, index, calls));
  if (messages.every((message) => message.role === "system")) refuse("messages has no user message");
  const last = messages.at(-1);
  if (last?.role === "user" && textOf(last).trim() === "" && last.parts.every((part) => part.type === "text")) {
    refuse("messages: the prompt is empty");
  }
  admitChoice(request);
  return { ...request, messages };
}

/** A vendor would refuse it, after the way there. */
function admitChoice({ tools, toolChoice }: Pick<ChatRequest, "tools" | "toolChoice">): void {
  if (toolChoice === undefined || toolChoice === "auto" || toolChoice === "none") return;
  const names = (tools ?? []).map(({ name }) => name);
  if (toolChoice === "required" && names.length === 0) refuse("toolChoice: there is no tool to call");
  if (toolChoice !== "required" && !names.includes(toolChoice.name)) refuse("toolChoice.name is none of the tools");
}

function admitMessage(message: Message, index: number, calls: Set<string>): Message {
  for (const part of message.parts) {
    if (part.type === "toolCall") calls.add(part.id);
    if (part.type === "toolResult" && !calls.has(part.id)) refuse(`messages.${index}: toolResult "${part.id}" answers no earlier toolCall`);
  }
  return { ...message, parts: message.parts.map((part, at) => admitPart(part, `messages.${index}.parts.${at}`)) };
}

/** Far deeper than anyone writes, and far from what would exhaust the stack of what reads it. */
const MOST_LEVELS = 200;

function admitDepth(value: unknown, path: string): void {
  if (isDeeper(value, MOST_LEVELS)) refuse(`${path} is nested deeper than ${MOST_LEVELS} levels`);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function admitPart(part: Part, path: string): Part {
  if (part.type === "toolCall") admitDepth(part.arguments, `${path}.arguments`);
  return part.type === "image" ? admitImage(part, path) : part;
}

function admitImage(part: ImagePart, path: string): ImagePart {
  if (part.data === undefined) {
    if (part.url === undefined) refuse(`${path}: an image needs data or url`);
    if (!/^https:\/\/\S+$/.test(part.url ?? "")) refuse(`${path}.url must be an https address`);
    return part;
  }
  const data = part.data.replace(/^data:[^,]{0,200},/, "").replace(/\s+/g, "");
  if (data.length > MOST_IMAGE_CHARACTERS) refuse(`${path}.data is larger than any provider takes (20 MiB)`);
  const mediaType = sniffMediaType(Buffer.from(data.slice(0, 64), "base64"));
  if (mediaType === null || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(data)) refuse(`${path}.data is not a PNG, JPEG, WebP, GIF or PDF in base64`);
  return { ...part, data, mediaType: mediaType ?? "" };
}

/** The type that the first bytes say, whatever the name or header claims. */
export function sniffMediaType(bytes: Uint8Array): string | null {
  const ascii = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  if (ascii.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (ascii.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (ascii.startsWith("GIF87a") || ascii.startsWith("GIF89a")) return "image/gif";
  if (ascii.startsWith("RIFF") && ascii.slice(8, 12) === "WEBP") return "image/webp";
  if (ascii.startsWith("%PDF-")) return "application/pdf";
  return null;
}

function refuse(what: string): never {
  throw new Failure("invalidParams", `Not understood: ${what}. Nothing was sent or charged.`, { fields: [what] });
}
