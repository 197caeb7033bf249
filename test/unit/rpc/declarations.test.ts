// JSON Schema as TypeScript, form by form.
import assert from "node:assert/strict";
import { typeOf } from "../../../server/rpc/declarations.ts";

describe("a schema as a type", () => {
  const cases: readonly [object, string][] = [
    [{ type: "string" }, "string"],
    [{ type: "integer", minimum: 1 }, "number"],
    [{ type: ["number", "null"] }, "number | null"],
    [{ const: "a" }, '"a"'],
    [{ enum: ["a", "b", null] }, '"a" | "b" | null'],
    [{ anyOf: [{ type: "string" }, { type: "string" }, { type: "null" }] }, "string | null"],
    [{ type: "array", items: { type: "boolean" } }, "Array<boolean>"],
    [{ type: "object", additionalProperties: { type: "number" } }, "Record<string, number>"],
    [{ type: "object" }, "Record<string, unknown>"],
    [{}, "unknown"],
    [{ type: "object", properties: { a: { type: "string" }, b: {} }, required: ["a"] }, "{\n  a: string;\n  b?: unknown;\n}"],
  ];
  for (const [schema, type] of cases) it(JSON.stringify(schema), () => assert.equal(typeOf(schema as Record<string, unknown>), type));
});
