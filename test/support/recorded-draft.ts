// A recorded request as the draft that our own wire would have carried; null where the vendor added what no draft holds.
import { existsSync, globSync, readFileSync } from "node:fs";
import type { Message, ToolDefinition } from "../../shared/chat.ts";
import type { ChatDraft } from "../../shared/protocol.ts";

export interface RecordedQuote {
  readonly id: string;
  /** The id that our catalogue gives the model. */
  readonly model: string;
  readonly draft: ChatDraft;
  readonly billedInput: number;
  readonly billedOutput: number;
}

type Body = Record<string, unknown>;
interface Case {
  readonly id: string;
  readonly provider: string;
  readonly dialect: string;
  readonly request: {
    readonly model?: string;
    readonly path: string;
    readonly body?: Body | string;
    readonly summary?: { readonly image?: boolean };
  };
  readonly expected: { readonly usage?: { readonly input: number; readonly output: number } | null };
}

const FOLDER = "../shared/recordings/replay";
const PROVIDERS: Readonly<Record<string, string>> = { gemini: "google", azure: "azure-openai" };

/** Search results, documents, code that the vendor runs, caches filled earlier: tokens that the request does not show. */
const HIDDEN = /web_search|google_search|codeExecution|cachedContent|"document"|encrypted_content|previous_response_id|"file/;

export function recordedQuotes(): { quotes: RecordedQuote[]; leftOut: string[] } | null {
  if (!existsSync(FOLDER)) return null;
  const quotes: RecordedQuote[] = [];
  const leftOut: string[] = [];
  for (const file of globSync(`${FOLDER}/*.json`).sort()) {
    const recorded = JSON.parse(readFileSync(file, "utf8")) as Case;
    const { request, expected } = recorded;
    if (!expected.usage?.input || request.body === undefined) continue;
    const body = typeof request.body === "string" ? (JSON.parse(request.body) as Body) : request.body;
    const draft = HIDDEN.test(JSON.stringify(body)) || request.summary?.image ? null : draftOf(body);
    const name = request.model ?? /models\/([^:/]+)/.exec(request.path)?.[1] ?? "unknown";
    if (draft === null) leftOut.push(recorded.id);
    else
      quotes.push({
        id: recorded.id,
        model: `${PROVIDERS[recorded.provider] ?? recorded.provider}/${name}`,
        draft,
        billedInput: expected.usage.input,
        billedOutput: expected.usage.output,
      });
  }
  return { quotes, leftOut };
}

function draftOf(body: Body): ChatDraft | null {
  const system = body.system ?? body.instructions ?? body.systemInstruction;
  const turns = body.messages ?? body.contents ?? body.input;
  if (turns === undefined) return null;
  const list = Array.isArray(turns) ? turns : [{ role: "user", content: turns }];
  const messages = [...(system === undefined ? [] : [messageOf({ role: "system", content: system })]), ...list.map(messageOf)];
  const tools = toolsOf(body.tools);
  const schema = schemaOf(body);
  const most = body.max_tokens ?? body.max_completion_tokens ?? body.max_output_tokens;
  return {
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    ...(schema === null ? {} : { output: { schema } }),
    ...(typeof most === "number" ? { maxOutputTokens: most } : {}),
  };
}

function messageOf(turn: unknown): Message {
  const given = isBody(turn) ? turn : {};
  const text = textsOf(given.content ?? given.parts ?? given.output ?? given.arguments).join("\n");
  const calls = Array.isArray(given.tool_calls)
    ? JSON.stringify(given.tool_calls.map((call) => (isBody(call) ? call.function : call)))
    : "";
  const role =
    given.role === "system" || given.role === "developer"
      ? "system"
      : given.role === "assistant" || given.role === "model"
        ? "assistant"
        : "user";
  return { role, parts: [{ type: "text", text: text + calls }] };
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (!isBody(value)) return [];
  if (typeof value.text === "string") return [value.text];
  const inner = value.parts ?? value.content ?? value.functionCall ?? value.functionResponse ?? value.input;
  return isBody(inner) && inner.text === undefined && inner.parts === undefined ? [JSON.stringify(inner)] : textsOf(inner);
}

function toolsOf(value: unknown): ToolDefinition[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((tool): ToolDefinition[] => {
    if (!isBody(tool)) return [];
    const declared = tool.functionDeclarations ?? tool.function_declarations;
    if (Array.isArray(declared)) return toolsOf(declared);
    const given = isBody(tool.function) ? tool.function : tool;
    const parameters = given.parameters ?? given.input_schema ?? given.parametersJsonSchema;
    return [
      { name: String(given.name ?? ""), description: String(given.description ?? ""), parameters: isBody(parameters) ? parameters : {} },
    ];
  });
}

function schemaOf(body: Body): Body | null {
  for (const path of [
    ["response_format", "json_schema", "schema"],
    ["text", "format", "schema"],
    ["output_config", "format", "schema"],
    ["output_format", "schema"],
    ["generationConfig", "responseSchema"],
    ["generationConfig", "responseJsonSchema"],
  ]) {
    let at: unknown = body;
    for (const name of path) at = isBody(at) ? at[name] : undefined;
    if (isBody(at)) return at;
  }
  return null;
}

function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
