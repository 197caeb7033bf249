// What the vendors' own SDKs say that a request may hold: JSON Schemas made from their type declarations, closed where the types are.
// `node test/support/vendor-types.ts` writes them after an SDK has changed; a contract test is red until then.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { createGenerator } from "ts-json-schema-generator";
import type { RuledDialect } from "./replay-rules.ts";

type Schema = Readonly<Record<string, unknown>>;

interface VendorTypes {
  /** The package and its version. */
  readonly sdk: string;
  readonly schema: Schema;
}

interface Declared {
  readonly package: string;
  readonly declarations: string;
  readonly types: readonly string[];
  /** The body made of those types, where the SDK has no single type for what it sends. */
  readonly body?: Schema;
}

const named = (name: string): Schema => ({ $ref: `#/definitions/${name}` });

const DECLARED: Readonly<Record<RuledDialect, Declared>> = {
  "openai-chat": {
    package: "openai",
    declarations: "resources/chat/completions/completions.d.ts",
    types: ["ChatCompletionCreateParamsStreaming"],
  },
  "openai-responses": { package: "openai", declarations: "resources/responses/responses.d.ts", types: ["ResponseCreateParamsStreaming"] },
  anthropic: {
    package: "@anthropic-ai/sdk",
    declarations: "resources/messages/messages.d.ts",
    types: ["MessageCreateParamsStreaming"],
  },
  google: {
    package: "@google/genai",
    declarations: "dist/node/node.d.ts",
    types: ["Content", "GenerationConfig", "Tool", "ToolConfig"],
    // ai.google.dev/api/generate-content, request body; the SDK takes these apart from its own `config`.
    body: {
      type: "object",
      properties: {
        contents: { type: "array", items: named("Content"), minItems: 1 },
        systemInstruction: named("Content"),
        generationConfig: named("GenerationConfig"),
        tools: { type: "array", items: named("Tool") },
        toolConfig: named("ToolConfig"),
      },
      required: ["contents"],
      additionalProperties: false,
    },
  },
};

/** What vendors that speak OpenAI's dialect add to it: api-docs.deepseek.com/guides/thinking_mode. */
const ADDED = { body: ["thinking"], message: ["reasoning_content"] };

const fileOf = (dialect: RuledDialect) => join(import.meta.dirname, `../fixtures/vendor-types/${dialect}.json`);

/** Takes seconds: TypeScript reads the SDK's declarations. */
export function generated(dialect: RuledDialect): VendorTypes {
  const { package: name, declarations, types, body } = DECLARED[dialect];
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const options = { path: `node_modules/${name}/${declarations}`, type: "*", skipTypeCheck: true, jsDoc: "none" } as const;
  const generator = createGenerator({ ...options, additionalProperties: false, expose: "all", topRef: true });
  const schemas = types.map((type) => generator.createSchema(type));
  const definitions = Object.assign({}, ...schemas.map((schema) => schema.definitions));
  return { sdk: `${name} ${version}`, schema: { ...(body ?? named(types[0] ?? "")), definitions } };
}

export function kept(dialect: RuledDialect): VendorTypes {
  return JSON.parse(readFileSync(fileOf(dialect), "utf8"));
}

/** Sentences on what the SDK's types do not know of this body; empty when it is one of theirs. */
export function typeViolations(validate: ValidateFunction, dialect: RuledDialect, body: Schema): string[] {
  const checked = dialect === "openai-chat" ? withoutAdded(body) : body;
  if (validate(checked)) return [];
  // Of a union each branch complains; the deepest complaints are of the branch that was meant.
  const errors = [...(validate.errors ?? [])].sort((left, right) => right.instancePath.length - left.instancePath.length);
  return errors.slice(0, 4).map(({ instancePath, message, params }) => `${instancePath || "body"} ${message} ${JSON.stringify(params)}`);
}

export function validatorOf(dialect: RuledDialect): ValidateFunction {
  return new Ajv({ strict: false, allErrors: true }).compile(kept(dialect).schema);
}

function withoutAdded(body: Schema): Schema {
  const without = (given: Schema, names: readonly string[]) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
  // A body's messages are objects, or the schema says so.
  const messages = Array.isArray(body.messages) ? body.messages.map((message: Schema) => without(message, ADDED.message)) : body.messages;
  return { ...without(body, ADDED.body), messages };
}

if (import.meta.main) {
  for (const dialect of Object.keys(DECLARED) as RuledDialect[]) writeFileSync(fileOf(dialect), `${JSON.stringify(generated(dialect))}\n`);
}
