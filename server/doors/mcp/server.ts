// Latchkey as an MCP server on stdio: the tools of tools.ts, with progress and cancelling, until the client has gone.
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { Failure, isFailure } from "../../../shared/failure.ts";
import type { Edge } from "../../edge.ts";
import type { House } from "../../house.ts";
import type { Log } from "../../log.ts";
import { parseParams } from "../../rpc/connection.ts";
import { createImageFile } from "./image-file.ts";
import { type Tool, type ToolAnswer, type ToolCall, TOOLS } from "./tools.ts";

export interface McpOrder {
  readonly house: House;
  readonly edge: Edge;
  readonly log: Log;
  readonly version: string;
}

const INSTRUCTIONS =
  "Latchkey asks language models on the user's own keys, within the user's budgets. `estimate` and `budget_status` cost nothing; use them before `ask` when the prompt is long.";

/** Progress goes out at most this often; deltas come by the hundred. */
const REPORT_EVERY_MS = 200;

/** How long a person may think about a question; the tool's caller gives up sooner or later all the same. */
const PATIENCE_MS = 300_000;

export async function serveMcp({ house, edge, log, version }: McpOrder): Promise<void> {
  const [{ Server }, { StdioServerTransport }, { CallToolRequestSchema, ListToolsRequestSchema }] = await Promise.all([
    import("@modelcontextprotocol/sdk/server/index.js"),
    import("@modelcontextprotocol/sdk/server/stdio.js"),
    import("@modelcontextprotocol/sdk/types.js"),
  ]);
  const server = new Server({ name: "latchkey", title: "Latchkey", version }, { capabilities: { tools: {} }, instructions: INSTRUCTIONS });
  const roots = async () => {
    if (!server.getClientCapabilities()?.roots) return [];
    const listed = await server.listRoots().catch(() => ({ roots: [] }));
    return listed.roots.flatMap(({ uri }) => (uri.startsWith("file:") ? [fileURLToPath(uri)] : []));
  };
  const readImage = createImageFile(edge.workingFolder, roots);
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: Object.entries(TOOLS).map(([name, tool]) => described(name, tool)) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, sendNotification, _meta }) => {
    const tool = Object.hasOwn(TOOLS, params.name) ? TOOLS[params.name] : undefined;
    if (!tool) throw Object.assign(new Error(`There is no tool "${params.name}".`), { code: -32602 });
    let progress = 0;
    let lastMs = 0;
    const call: ToolCall = {
      ...{ house, readImage, signal },
      editor: `mcp:${server.getClientVersion()?.name ?? "unknown"}`,
      async report(message) {
        const now = performance.now();
        const progressToken = _meta?.progressToken;
        if (progressToken === undefined || now - lastMs < REPORT_EVERY_MS) return;
        lastMs = now;
        progress += 1;
        await sendNotification({ method: "notifications/progress", params: { progressToken, progress, message } });
      },
      async confirm(message) {
        if (!server.getClientCapabilities()?.elicitation) return false;
        const form = { message, requestedSchema: { type: "object" as const, properties: {} } };
        const answer = await server.elicitInput(form, { signal, timeout: PATIENCE_MS }).catch(() => null);
        return answer?.action === "accept";
      },
    };
    return onWire(await answerOf(tool, params.arguments ?? {}, call, log));
  });
  const transport = new StdioServerTransport(edge.stdin, edge.stdout);
  await server.connect(transport);
  await gone(edge);
  await server.close();
}

/** What a model reads must say what went wrong: a failure is an answer marked as an error, not a protocol error. */
async function answerOf(tool: Tool, given: unknown, call: ToolCall, log: Log): Promise<ToolAnswer> {
  try {
    return await tool.run(parseParams(tool.input, given), call);
  } catch (error) {
    if (!isFailure(error)) log.error("unexpected error", { error });
    const failure = isFailure(error) ? error : new Failure("internal");
    return { text: `${failure.message} (${failure.kind})`, structured: {}, isError: true };
  }
}

/** An error carries no structured content: it would not fit the tool's own output schema. */
function onWire({ text, structured, isError }: ToolAnswer) {
  const content = [{ type: "text" as const, text }];
  return isError ? { content, isError } : { content, structuredContent: structured };
}

function described(name: string, { title, description, input, output, readOnly }: Tool) {
  return {
    ...{ name, title, description },
    inputSchema: objectSchema(input, "input"),
    outputSchema: objectSchema(output, "output"),
    annotations: { title, readOnlyHint: readOnly, destructiveHint: false, openWorldHint: !readOnly },
  };
}

function objectSchema(schema: z.ZodMiniType, io: "input" | "output") {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io }) as Record<string, unknown>;
  return { ...rest, type: "object" as const };
}

function gone({ stdin, onInterrupt }: Edge): Promise<void> {
  return new Promise((resolve) => {
    const forget = onInterrupt(() => resolve());
    stdin.once("end", () => {
      forget();
      resolve();
    });
  });
}
