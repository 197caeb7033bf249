// The content blocks of Anthropic's messages as parts of ours.
import type { ImagePart, Part, TextPart, ToolResultPart } from "../../../../shared/chat.ts";
import type * as z from "zod/mini";
import type { Replay } from "../replay.ts";
import { refuse } from "../request-parts.ts";

type Block = Record<string, unknown> & { type: string };
type Text = z.infer<typeof TextPart>;

export function blockParts(block: Block, path: string, replay: Replay): Part[] {
  switch (block.type) {
    case "text":
      return [{ type: "text", text: String(block.text ?? "") }];
    case "image":
    case "document":
      return [mediaBlock(block, path)];
    case "tool_use": {
      const { id, name, input } = block;
      if (typeof id !== "string" || typeof name !== "string") return refuse(`${path} needs an id and a name`);
      return [{ type: "toolCall", id, name, arguments: (input ?? {}) as Record<string, unknown> }];
    }
    case "thinking":
      return [...replay.reasoningOf(String(block.signature ?? ""))];
    case "redacted_thinking":
      return [];
    default:
      return refuse(`${path}.type "${block.type}"; text, image, document, tool_use, tool_result and thinking are known`);
  }
}

export function resultBlock(block: Block, path: string): ToolResultPart {
  const id = block.tool_use_id;
  if (typeof id !== "string") return refuse(`${path}.tool_use_id`);
  const parts = typeof block.content === "string" ? [{ type: "text" as const, text: block.content }] : contentOf(block.content, path);
  return { type: "toolResult", id, parts, ...(block.is_error === true ? { isError: true } : {}) };
}

function contentOf(content: unknown, path: string): (Text | ImagePart)[] {
  if (content === undefined || content === null) return [];
  if (!Array.isArray(content)) return refuse(`${path}.content`);
  return content.map((given: unknown, at) => {
    const block = given as Block;
    if (block.type === "text") return { type: "text" as const, text: String(block.text ?? "") };
    if (block.type === "image" || block.type === "document") return mediaBlock(block, `${path}.content.${at}`);
    return refuse(`${path}.content.${at}.type "${block.type}"; text, image and document are known`);
  });
}

function mediaBlock(block: Block, path: string): Text | ImagePart {
  const source = (block.source ?? {}) as Record<string, unknown>;
  if (source.type === "base64" && typeof source.data === "string") {
    return { type: "image", mediaType: typeof source.media_type === "string" ? source.media_type : undefined, data: source.data };
  }
  if (source.type === "url" && typeof source.url === "string") return { type: "image", url: source.url };
  if (source.type === "text" && typeof source.data === "string") return { type: "text", text: source.data };
  return refuse(`${path}.source; base64, url and text are known`);
}
