// ACP's content blocks as parts of ours and back; what a link points to is read through the client, never from the disk.
import type { ContentBlock } from "@agentclientprotocol/sdk";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { attachmentAsText, languageOf } from "../../../shared/attachment.ts";
import type { Message, Part } from "../../../shared/chat.ts";

/** The text of a file as the client has it, unsaved changes included; null when it cannot be read. */
export type ReadFile = (path: string) => Promise<string | null>;

/** More than any window holds; what is longer is cut and says so. */
const MOST_CHARACTERS = 1_000_000;

export async function partsFrom(blocks: readonly ContentBlock[], read: ReadFile): Promise<Part[]> {
  return Promise.all(blocks.map((block) => partFrom(block, read)));
}

async function partFrom(block: ContentBlock, read: ReadFile): Promise<Part> {
  switch (block.type) {
    case "text":
      return text(block.text);
    case "image":
      return { type: "image", mediaType: block.mimeType, data: block.data };
    case "resource": {
      const { resource } = block;
      if ("text" in resource) return attached(resource.uri, resource.text);
      if (/^image\/|pdf$/.test(resource.mimeType ?? ""))
        return { type: "image", mediaType: resource.mimeType ?? undefined, data: resource.blob };
      return text(`(${resource.uri} is attached, but no model reads ${resource.mimeType ?? "its kind"}.)`);
    }
    case "resource_link": {
      const path = pathOf(block.uri);
      const content = path === null ? null : await read(path);
      return content === null ? text(`(A link: ${block.title ?? block.name}, ${block.uri}.)`) : attached(block.uri, content);
    }
    case "audio":
      return text("(A recording is attached; it was not sent.)");
  }
}

function text(content: string): Part {
  return { type: "text", text: content };
}

function attached(uri: string, content: string): Part {
  const path = pathOf(uri) ?? uri;
  const cut =
    content.length > MOST_CHARACTERS ? `${content.slice(0, MOST_CHARACTERS)}\n(cut after ${MOST_CHARACTERS} characters)` : content;
  return text(`${attachmentAsText({ path, languageId: languageOf(path), text: cut })}\n`);
}

function pathOf(uri: string): string | null {
  try {
    return fileURLToPath(uri);
  } catch {
    return null;
  }
}

/** A message of a stored session as the blocks that show it again. */
export function blocksOf(message: Message): ContentBlock[] {
  return message.parts.flatMap((part): ContentBlock[] => {
    if (part.type === "text") return [{ type: "text", text: part.text }];
    if (part.type === "image" && part.data) return [{ type: "image", mimeType: part.mediaType ?? "image/png", data: part.data }];
    return [];
  });
}

/** What a session is called until somebody names it: the beginning of its first prompt. */
export function titleOf(blocks: readonly ContentBlock[]): string {
  const words = blocks
    .map((block) => (block.type === "text" ? block.text : "uri" in block && block.uri ? basename(block.uri) : ""))
    .join(" ");
  const line = words.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line || "A picture";
}
