// The protocol as JSON Schema and as a page for people, both derived from shared/protocol.ts.
import * as z from "zod/mini";
import { FAILURES, type FailureRow } from "../../shared/failure.ts";
import { InitializationOptions, notifications, PROTOCOL_VERSION, requests } from "../../shared/protocol.ts";
import { SETTINGS, type SettingRow } from "../../shared/settings.ts";

type JsonSchema = Record<string, unknown>;

export function protocolSchema(): JsonSchema {
  const methods = Object.entries(requests).map(([name, row]) => [
    name,
    { description: row.doc, params: schemaOf(row.params, "input"), result: schemaOf(row.result, "output") },
  ]);
  const events = Object.entries(notifications).map(([name, row]) => [
    name,
    { description: row.doc, params: schemaOf(row.params, "output") },
  ]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Latchkey JSON-RPC protocol",
    protocolVersion: PROTOCOL_VERSION,
    initializationOptions: schemaOf(InitializationOptions, "input"),
    requests: Object.fromEntries(methods),
    notifications: Object.fromEntries(events),
    failures: Object.fromEntries(Object.entries(FAILURES).map(([kind, row]) => [kind, row.code])),
  };
}

/** `input`: what a sender must write; `output`: what a receiver may rely on. Unknown fields are ignored on the wire. */
export function schemaOf(schema: z.ZodMiniType, io: "input" | "output"): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" }) as JsonSchema;
  return rest;
}

export function protocolPage(): string {
  const schema = protocolSchema() as {
    requests: Record<string, { params: JsonSchema }>;
    notifications: Record<string, { params: JsonSchema }>;
  };
  return [
    "# The wire, version 1",
    "",
    "Generated from `shared/protocol.ts` by `npm run generate`; `docs/protocol.schema.json` has every field. JSON-RPC 2.0 with",
    "Content-Length frames over stdio; the lifecycle is LSP's (`initialize`, `initialized`, `shutdown`, `exit`, `$/cancelRequest`).",
    "",
    "## Requests",
    "",
    "| method | what | params |",
    "| --- | --- | --- |",
    ...Object.entries(requests).map(([name, row]) => `| \`${name}\` | ${row.doc} | ${fields(schema.requests[name]?.params)} |`),
    "",
    "## Notifications from the sidecar",
    "",
    "| method | what |",
    "| --- | --- |",
    ...Object.entries(notifications).map(([name, row]) => `| \`${name}\` | ${row.doc} |`),
    "",
    "## Failures",
    "",
    "`error.data.kind` is what clients switch on.",
    "",
    "| kind | code | same model again | next model | says |",
    "| --- | --- | --- | --- | --- |",
    ...Object.entries<FailureRow>(FAILURES).map(
      ([kind, row]) => `| ${kind} | ${row.code} | ${row.retrySame} | ${row.tryNext} | ${row.sentence} |`,
    ),
    "",
    "## Settings",
    "",
    "In `initializationOptions.settings` as nested JSON, in VS Code as `latchkey.<name>`. Machine settings are never taken from a workspace.",
    "",
    "| name | default | scope | what |",
    "| --- | --- | --- | --- |",
    ...Object.entries<SettingRow>(SETTINGS).map(
      ([name, row]) => `| \`${name}\` | \`${JSON.stringify(row.default)}\` | ${row.scope} | ${row.description.replaceAll("|", "\\|")} |`,
    ),
    "",
  ].join("\n");
}

function fields(params: JsonSchema | undefined): string {
  const required = new Set((params?.required as string[] | undefined) ?? []);
  const names = Object.keys((params?.properties as JsonSchema | undefined) ?? {});
  return names.map((name) => (required.has(name) ? `\`${name}\`` : `\`${name}?\``)).join(", ") || "none";
}
