// What the three interfaces have in common when they are read: model names, pictures, tools, arguments, headers.
import type { ImagePart, ToolCallPart, ToolDefinition } from "../../../shared/chat.ts";
import { ToolDefinition as ToolSchema } from "../../../shared/chat.ts";
import { Failure } from "../../../shared/failure.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";
import { Policy, TaskType } from "../../../shared/route.ts";
import type { ModelRow } from "./surface.ts";

/** `auto` routes; `auto:cheap`, `auto:balanced` and `auto:best` with that policy; any catalogue id pins. */
export function modelChoice(name: string, known: () => readonly ModelRow[]): Pick<ChatRequest, "model" | "policy"> {
  const auto = /^(?:latchkey\/)?(?:auto|latchkey)(?:[:/](cheap|balanced|best))?$/.exec(name);
  if (auto) return { model: "auto", ...(auto[1] ? { policy: Policy.parse(auto[1]) } : {}) };
  if (name.includes("/")) return { model: name };
  const named = known().filter((row) => row.model === name || row.aliases.includes(name));
  return { model: (named.find((row) => row.available) ?? named[0])?.id ?? name };
}

/** A data URL becomes its bytes; any other address is checked where every image is. */
export function imageFrom(url: string): ImagePart {
  const data = /^data:([^;,]*)(?:;[^,]*)?;base64,/i.exec(url);
  if (!data) return { type: "image", url };
  return { type: "image", mediaType: data[1] || undefined, data: url.slice(data[0].length) };
}

export function toolFrom(name: string, description: string | null | undefined, parameters: unknown, path: string): ToolDefinition {
  const tool = { name, ...(description ? { description } : {}), parameters: parameters ?? { type: "object", properties: {} } };
  const parsed = ToolSchema.safeParse(tool);
  if (!parsed.success) refuse(`${path} needs a name of at most 64 letters, digits, _ and -, and parameters that are a JSON Schema`);
  return tool as ToolDefinition;
}

export function callFrom(id: string, name: string, given: string): ToolCallPart {
  const parsed = objectIn(given === "" ? "{}" : given);
  return parsed ? { type: "toolCall", id, name, arguments: parsed } : { type: "toolCall", id, name, arguments: {}, rawArguments: given };
}

/** The arguments as the vendor wrote them where they were no JSON object. */
export function argumentsOf(call: ToolCallPart): string {
  return call.rawArguments ?? JSON.stringify(call.arguments);
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** `x-latchkey-…`: what the vendors' own requests have no field for. */
export function optionsFrom(headers: Headers): Partial<ChatRequest> {
  const text = (name: string) => headers.get(`x-latchkey-${name}`) ?? undefined;
  const options: Partial<ChatRequest> = {};
  const policy = text("policy");
  const task = text("task");
  const most = text("max-cost-usd");
  if (policy !== undefined) options.policy = Policy.options.find((one) => one === policy) ?? refuse("x-latchkey-policy");
  if (task !== undefined) options.taskType = TaskType.options.find((one) => one === task) ?? refuse("x-latchkey-task");
  if (most !== undefined) options.maxCostUsd = Number(most) >= 0 ? Number(most) : refuse("x-latchkey-max-cost-usd");
  const soft = text("over-soft-limit");
  if (soft !== undefined && soft !== "ask" && soft !== "proceed") refuse("x-latchkey-over-soft-limit");
  if (soft === "proceed") options.overSoftLimit = soft;
  if (text("conversation")) options.conversationId = text("conversation");
  if (text("workspace")) options.workspace = text("workspace");
  return options;
}

/** The fields of a body that have a value and that nobody here reads. */
export function unread(body: unknown, read: readonly string[]): string[] {
  return Object.entries(body as Record<string, unknown>)
    .filter(([name, value]) => !read.includes(name) && value !== null && value !== undefined)
    .map(([name]) => name);
}

/**
 * Fields that change what is asked for, and that no model behind this door could heed: refused by name, each with the
 * reason, unlike those that only tune. An empty value asks for nothing.
 */
export function refuseUnheeded(body: unknown, reasons: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(body as Record<string, unknown>)) {
    const asksNothing = value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
    if (!asksNothing && Object.hasOwn(reasons, name)) refuse(`${name}: ${reasons[name]}`);
  }
}

/** Begins with the field's path, which is what `param` of an error says. */
export function refuse(what: string): never {
  throw new Failure("invalidParams", `Not understood: ${what}. Nothing was sent or charged.`, { fields: [what] });
}
