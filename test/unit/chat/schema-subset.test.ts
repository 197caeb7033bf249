// Each vendor's subset of JSON Schema, row by row, and random schemas: whatever fits the caller's schema fits what the vendor is sent.
import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { outputIn } from "../../../server/chat/output-text.ts";
import { narrowed, SUBSETS } from "../../../server/chat/schema-subset.ts";
import { holds } from "../../support/property.ts";

type Schema = Record<string, unknown>;
/** Both of OpenAI's interfaces have one subset: the table asserts it. */
const DIALECTS = ["openai-chat", "anthropic", "google"] as const;

const closed = (properties: Schema, more: Schema = {}): Schema => ({
  ...{ type: "object", properties, required: Object.keys(properties), additionalProperties: false },
  ...more,
});

describe("a vendor's subset of JSON Schema", () => {
  const simple = closed({ a: { type: "string" } });
  const loose = (schema: Schema) => ({ schema, strict: false });
  const strict = (schema: Schema) => ({ schema, strict: true });
  const list = (items: Schema) => closed({ a: { type: "array", items } });
  const cases: { name: string; schema: Schema; openai: unknown; anthropic: unknown; google: unknown }[] = [
    { name: "a closed object passes", schema: simple, openai: strict(simple), anthropic: strict(simple), google: strict(simple) },
    {
      name: "an open object with all properties required is closed where that is demanded",
      schema: { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
      ...{ openai: strict(simple), anthropic: strict(simple) },
      google: strict({ type: "object", properties: { a: { type: "string" } }, required: ["a"] }),
    },
    {
      name: "an optional property is not strict at OpenAI",
      schema: { ...simple, required: [] },
      ...{
        openai: loose({ ...simple, required: [] }),
        anthropic: strict({ ...simple, required: [] }),
        google: strict({ ...simple, required: [] }),
      },
    },
    {
      name: "limits of text are left out everywhere",
      schema: closed({ a: { type: "string", minLength: 1, maxLength: 9 } }),
      ...{ openai: strict(simple), anthropic: strict(simple), google: strict(simple) },
    },
    {
      name: "limits of numbers are left out at Anthropic",
      schema: closed({ a: { type: "integer", minimum: 1, multipleOf: 2 } }),
      openai: strict(closed({ a: { type: "integer", minimum: 1, multipleOf: 2 } })),
      anthropic: strict(closed({ a: { type: "integer" } })),
      google: strict(closed({ a: { type: "integer", minimum: 1 } })),
    },
    {
      name: "a pattern is left out where it is not taken",
      schema: closed({ a: { type: "string", pattern: "^x" } }),
      ...{ openai: strict(closed({ a: { type: "string", pattern: "^x" } })), anthropic: strict(simple), google: strict(simple) },
    },
    {
      name: "a constant is an enum of one at Google",
      schema: closed({ a: { const: "x" } }),
      ...{ openai: strict(closed({ a: { const: "x" } })), anthropic: strict(closed({ a: { const: "x" } })) },
      google: strict(closed({ a: { enum: ["x"] } })),
    },
    {
      name: "oneOf is taken by Google alone",
      schema: closed({ a: { oneOf: [{ type: "string" }, { type: "null" }] } }),
      openai: loose(closed({ a: { oneOf: [{ type: "string" }, { type: "null" }] } })),
      anthropic: null,
      google: strict(closed({ a: { oneOf: [{ type: "string" }, { type: "null" }] } })),
    },
    {
      name: "a map of any names is no closed object",
      schema: { type: "object", additionalProperties: { type: "number" } },
      openai: loose({ type: "object", additionalProperties: { type: "number" } }),
      anthropic: null,
      google: strict({ type: "object", additionalProperties: { type: "number" } }),
    },
    {
      name: "a schema that refers to itself",
      schema: { ...list({ $ref: "#/$defs/n" }), $defs: { n: list({ $ref: "#/$defs/n" }) } },
      openai: strict({ ...list({ $ref: "#/$defs/n" }), $defs: { n: list({ $ref: "#/$defs/n" }) } }),
      anthropic: null,
      google: strict({ ...list({ $ref: "#/$defs/n" }), $defs: { n: list({ $ref: "#/$defs/n" }) } }),
    },
    { name: "a list at the root is told in words", schema: { type: "array" }, openai: null, anthropic: null, google: null },
    {
      name: "what only names the schema is not sent",
      schema: { $schema: "https://json-schema.org/draft/2020-12/schema", $id: "urn:x", examples: [{}], ...simple },
      ...{ openai: strict(simple), anthropic: strict(simple), google: strict(simple) },
    },
  ];
  for (const { name, schema, openai, anthropic, google } of cases) {
    it(name, () => {
      assert.deepEqual(narrowed(schema, "openai-chat"), openai);
      assert.deepEqual(narrowed(schema, "openai-responses"), openai);
      assert.deepEqual(narrowed(schema, "anthropic"), anthropic);
      assert.deepEqual(narrowed(schema, "google"), google);
    });
  }
});

interface Pair {
  readonly schema: Schema;
  readonly value: unknown;
}

const leaf: fc.Arbitrary<Pair> = fc.oneof(
  fc.string().map((value) => ({ schema: { type: "string", maxLength: value.length, minLength: 0 }, value })),
  fc.integer().map((value) => ({ schema: { type: "integer", minimum: value, maximum: value }, value })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ schema: { type: "number" }, value: value === 0 ? 0 : value })),
  fc.boolean().map((value) => ({ schema: { type: ["boolean", "null"] }, value })),
  fc.string().map((value) => ({ schema: { const: value }, value })),
  fc.constantFrom("red", "green").map((value) => ({ schema: { enum: ["red", "green"], description: "a colour" }, value })),
);
const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== "__proto__");
const { node } = fc.letrec<{ node: Pair; object: Pair; list: Pair; choice: Pair }>((tie) => ({
  node: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie("object"), tie("list"), tie("choice")),
  object: fc
    .tuple(fc.dictionary(name, tie("node"), { minKeys: 1, maxKeys: 4, noNullPrototype: true }), fc.boolean(), fc.boolean())
    .map(([members, isClosed, isRequired]) => objectOf(members, isClosed, isRequired)),
  list: tie("node").map(({ schema, value }) => ({
    schema: { type: "array", items: schema, maxItems: 3, uniqueItems: false },
    value: [value],
  })),
  choice: fc
    .tuple(tie("node"), fc.constantFrom("anyOf", "allOf"))
    .map(([{ schema, value }, word]) => ({ schema: { [word]: [schema] }, value })),
}));

function objectOf(members: Record<string, Pair>, isClosed: boolean, isRequired: boolean): Pair {
  const names = Object.keys(members);
  const properties = Object.fromEntries(names.map((key) => [key, members[key]?.schema]));
  const schema = {
    ...{ type: "object", properties },
    ...(isClosed ? { additionalProperties: false } : {}),
    ...(isRequired ? { required: names } : {}),
  };
  return { schema, value: Object.fromEntries(names.map((key) => [key, members[key]?.value])) };
}

const rooted = fc
  .tuple(fc.dictionary(name, node, { minKeys: 1, maxKeys: 4, noNullPrototype: true }), fc.boolean(), fc.boolean())
  .map(([members, isClosed, isRequired]) => objectOf(members, isClosed, isRequired));

function keywordsIn(schema: unknown, found: Set<string>): Set<string> {
  if (Array.isArray(schema)) for (const each of schema) keywordsIn(each, found);
  else if (typeof schema === "object" && schema !== null) {
    for (const [keyword, value] of Object.entries(schema)) {
      found.add(keyword);
      if (keyword === "properties") for (const each of Object.values(value as Schema)) keywordsIn(each, found);
      else if (keyword !== "enum" && keyword !== "const" && keyword !== "required") keywordsIn(value, found);
    }
  }
  return found;
}

describe("random schemas", () => {
  // The pairs are schemas by construction; checking each against the meta-schema would be most of the time.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, meta: false, validateSchema: false });

  holds(
    "what fits the caller's schema fits what each vendor is sent, which holds only words the vendor takes",
    fc.property(rooted, ({ schema, value }) => {
      assert.ok(ajv.compile(schema)(value), "the pair itself");
      for (const dialect of DIALECTS) {
        const sent = narrowed(schema, dialect);
        if (sent === null) continue;
        assert.ok(ajv.compile(sent.schema)(value), `${dialect}: ${JSON.stringify(sent.schema)}`);
        const words = [...keywordsIn(sent.schema, new Set())];
        if (sent.strict)
          assert.deepEqual(
            words.filter((word) => !SUBSETS[dialect].keywords.includes(word)),
            [],
          );
        if (sent.strict) assert.deepEqual(narrowed(sent.schema, dialect), sent);
      }
    }),
    500,
  );

  holds(
    "a value comes back from plain text, from a fence, from words around a fence and from a form as it was",
    fc.property(rooted, ({ schema, value }) => {
      const text = JSON.stringify(value, null, 2);
      const whole = JSON.parse(text);
      for (const answer of [text, ` \n${text}\n`, `\`\`\`json\n${text}\n\`\`\``, `\`\`\`\n${text}\n\`\`\`\n`]) {
        const read = outputIn([{ type: "text", text: answer }], answer, "answer");
        assert.ok(read.ok);
        assert.deepEqual(read.value, whole);
        assert.ok(ajv.compile(schema)(read.value));
      }
      const call = { type: "toolCall" as const, id: "1", name: "answer", arguments: whole };
      const read = outputIn([call], "", "answer");
      assert.ok(read.ok);
      assert.deepEqual(read.value, whole);
    }),
    500,
  );

  holds(
    "an answer that was cut anywhere is not read as an object",
    fc.property(rooted, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), ({ value }, at) => {
      const text = JSON.stringify(value);
      assert.equal(outputIn([], text.slice(0, Math.floor(at * text.length)), "answer").ok, false);
    }),
    500,
  );
});
