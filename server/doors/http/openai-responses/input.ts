// The items of a Responses input as messages of ours.
import type { ImagePart, Message, Part, TextPart } from "../../../../shared/chat.ts";
import type * as z from "zod/mini";
import { restored, type Replay } from "../replay.ts";
import { callFrom, imageFrom, refuse } from "../request-parts.ts";

type Item = Record<string, unknown>;
type Shown = z.infer<typeof TextPart> | ImagePart;

export function itemMessages(item: Item, path: string, replay: Replay): Message[] {
  switch (item.type ?? "message") {
    case "message":
      return [saidMessage(item, path)];
    case "function_call": {
      const call = callFrom(String(item.call_id), String(item.name), String(item.arguments ?? ""));
      return [{ role: "assistant", parts: restored([call], replay) }];
    }
    case "function_call_output": {
      const parts =
        typeof item.output === "string" ? [{ type: "text" as const, text: item.output }] : contentOf(item.output, `${path}.output`);
      return [{ role: "tool", parts: [{ type: "toolResult", id: String(item.call_id), parts }] }];
    }
    case "reasoning": {
      // What was kept comes back with the call that followed it; here only reasoning that no call followed.
      const parts: Part[] = [...replay.reasoningOf(String(item.id))];
      return parts.length > 0 ? [{ role: "assistant", parts }] : [];
    }
    default:
      return refuse(`${path}.type "${String(item.type)}"; message, function_call, function_call_output and reasoning are known`);
  }
}

function saidMessage(item: Item, path: string): Message {
  const parts =
    typeof item.content === "string" ? [{ type: "text" as const, text: item.content }] : contentOf(item.content, `${path}.content`);
  const { role } = item;
  if (role === "developer" || role === "system") return { role: "system", parts };
  if (role === "user" || role === "assistant") return { role, parts };
  return refuse(`${path}.role`);
}

function contentOf(content: unknown, path: string): Shown[] {
  if (!Array.isArray(content)) return refuse(path);
  return content.map((given: unknown, at) => {
    const part = (given ?? {}) as Item;
    if (part.type === "input_text" || part.type === "output_text" || part.type === "text")
      return { type: "text", text: String(part.text ?? "") };
    if (part.type === "refusal") return { type: "text", text: String(part.refusal ?? "") };
    if (part.type === "input_image" && typeof part.image_url === "string") return imageFrom(part.image_url);
    if (part.type === "input_file" && typeof part.file_data === "string") return imageFrom(part.file_data);
    if (part.type === "input_file" && typeof part.file_url === "string") return imageFrom(part.file_url);
    return refuse(`${path}.${at}; input_text, input_image (with image_url) and input_file (with file_data or file_url) are known`);
  });
}
