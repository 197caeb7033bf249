// How one model is made to answer in a schema: the vendor's own way, a form to fill in as a tool, or plain words; pure.
import type { Message, OutputSchema } from "../../shared/chat.ts";
import type { ModelInfo } from "../../shared/model.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { DialectName, ProviderRequest, Quirks } from "../providers/provider.ts";
import { narrowed } from "./schema-subset.ts";

/** What the vendor is sent of the schema. */
export type OutputPlan = Pick<ProviderRequest, "messages" | "output" | "outputMode" | "outputStrict">;

/** The name of the schema, which is also the name of the form. */
export function formName(output: OutputSchema, tools: ChatRequest["tools"]): string {
  const wanted = (output.name ?? "answer").replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 60) || "answer";
  return (tools ?? []).some((tool) => tool.name === wanted) ? `${wanted}_form` : wanted;
}

export function outputPlan(
  request: Pick<ChatRequest, "messages" | "output" | "tools">,
  model: Pick<ModelInfo, "capabilities">,
  vendor: { readonly dialect: DialectName; readonly quirks: Quirks },
): OutputPlan {
  const { messages, output, tools } = request;
  if (!output) return { messages };
  const name = formName(output, tools);
  const subset = narrowed(output.schema, vendor.dialect);
  const way = vendor.quirks.structured ?? "json_schema";
  const isNative = model.capabilities.includes("structured");
  if (isNative && way === "json_schema" && subset) {
    return { messages, output: { name, schema: subset.schema }, outputMode: "native", outputStrict: subset.strict };
  }
  // The vendor is told that JSON is wanted, and the model which JSON.
  if (isNative && way === "json_object" && output.schema.type === "object") {
    return { messages: [...messages, inWords(output)], output: { name, schema: output.schema }, outputMode: "native" };
  }
  // A form is forced upon the model, so it would never call a tool of the caller's.
  const asForm = model.capabilities.includes("tools") && !tools?.length && output.schema.type === "object";
  if (asForm) return { messages, output: { name, schema: plain(output.schema) }, outputMode: "tool" };
  return { messages: [...messages, inWords(output)], output: { name, schema: output.schema }, outputMode: "prompt" };
}

function plain({ $schema, $id, ...schema }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return schema;
}

function inWords({ schema }: OutputSchema): Message {
  const text = [
    "Answer with one JSON value and nothing else: no introduction, no explanation, no Markdown.",
    "It must be valid against this JSON Schema:",
    JSON.stringify(schema),
  ].join("\n");
  return { role: "system", parts: [{ type: "text", text }] };
}
