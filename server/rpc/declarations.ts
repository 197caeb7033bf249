// The protocol as TypeScript declarations that need no package: what clients written against the wire compile with.
import { protocolSchema } from "./schema.ts";

type Schema = Record<string, unknown>;

interface Protocol {
  readonly requests: Record<string, { description: string; params: Schema; result: Schema }>;
  readonly notifications: Record<string, { description: string; params: Schema }>;
}

export function protocolDeclarations(): string {
  // The schema is of our own making; its shape is schema.ts's.
  const { requests, notifications } = protocolSchema() as unknown as Protocol;
  const methods = Object.entries(requests).map(
    ([name, { description, params, result }]) =>
      `  /** ${description} */\n  ${JSON.stringify(name)}: { params: ${typeOf(params, 1)}; result: ${typeOf(result, 1)} };`,
  );
  const events = Object.entries(notifications).map(
    ([name, { description, params }]) => `  /** ${description} */\n  ${JSON.stringify(name)}: ${typeOf(params, 1)};`,
  );
  return [
    "export interface Requests {",
    ...methods,
    "}",
    "export interface Notifications {",
    ...events,
    "}",
    "export type RequestMethod = keyof Requests;",
    'export type ParamsOf<Method extends RequestMethod> = Requests[Method]["params"];',
    'export type ResultOf<Method extends RequestMethod> = Requests[Method]["result"];',
    "export type NotificationMethod = keyof Notifications;",
    "export type NotificationOf<Method extends NotificationMethod> = Notifications[Method];",
    'export type ChatRequest = ParamsOf<"chat/send">;',
    'export type ChatResult = ResultOf<"chat/send">;',
    'export type ChatEvent = NotificationOf<"chat/event">;',
    'export type Message = ChatRequest["messages"][number];',
    "",
  ].join("\n");
}

/** One schema as a type; what JSON Schema says beyond types (patterns, ranges) is checked by the sidecar. */
export function typeOf(schema: Schema, depth = 0): string {
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return [...new Set(choices.map((choice: Schema) => typeOf(choice, depth)))].join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, depth)).join(" | ");
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return `Array<${typeOf((schema.items ?? {}) as Schema, depth)}>`;
    case "object":
      return objectType(schema, depth);
    default:
      return "unknown";
  }
}

function objectType(schema: Schema, depth: number): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const rest = schema.additionalProperties;
  if (properties.length === 0) {
    return typeof rest === "object" && rest !== null ? `Record<string, ${typeOf(rest as Schema, depth)}>` : "Record<string, unknown>";
  }
  const required = new Set((schema.required ?? []) as string[]);
  const indent = "  ".repeat(depth + 1);
  const lines = properties.map(([name, type]) => `${indent}${name}${required.has(name) ? "" : "?"}: ${typeOf(type, depth + 1)};`);
  return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
}
