// A schema object (zod's, or another library's of the same standard) as the JSON Schema that is sent, and what comes back as its type.
import type { OutputSchemaOf, Prompt, TypedPrompt } from "./contract.ts";
import { LatchkeyError } from "./frames.ts";
import type { ChatRequest, ChatResult } from "./wire-types.ts";

type Output = NonNullable<ChatRequest["output"]>;

export function schemaIn<Value>(prompt: Prompt | TypedPrompt<Value>): OutputSchemaOf<Value> | undefined {
  if (typeof prompt === "string" || prompt.output === undefined) return undefined;
  return isStandard<Value>(prompt.output) ? prompt.output : undefined;
}

export function asOutput(output: Output | OutputSchemaOf<unknown>): Output {
  if (!isStandard(output)) return output;
  const { vendor, jsonSchema } = output["~standard"];
  if (!jsonSchema) {
    throw new TypeError(
      `This schema (${vendor}) does not give its JSON Schema. Give output: { schema: … } instead, for zod z.toJSONSchema(schema).`,
    );
  }
  // What the model writes is what goes into the schema; what comes out of it, transforms included, is the caller's.
  return { schema: jsonSchema.input({ target: "draft-2020-12" }) };
}

/** The sidecar has checked the JSON Schema; what a schema says beyond that (refinements, transforms) is for the schema itself. */
export async function checked<Value>(
  result: ChatResult,
  schema: OutputSchemaOf<Value> | undefined,
): Promise<ChatResult & { output?: Value }> {
  const { output, ...rest } = result;
  // Without a schema of the caller's nothing is known of the type but what the caller says of it.
  if (!schema || output === undefined) return result as ChatResult & { output?: Value };
  const read = await schema["~standard"].validate(output);
  if (read.issues === undefined) return { ...rest, output: read.value };
  const problem = read.issues.map(({ message }) => message).join("; ");
  const message = `The answer fits the JSON Schema but not the schema itself: ${problem}.`;
  throw new LatchkeyError({ code: 1010, message, data: { kind: "outputInvalid", problem, cost: result.cost } });
}

function isStandard<Value>(output: unknown): output is OutputSchemaOf<Value> {
  return (typeof output === "object" || typeof output === "function") && output !== null && "~standard" in output;
}
