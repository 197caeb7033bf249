// A caller's JSON Schema in the words that each vendor takes, as data: what is only a finer check is left out, since every answer is validated here; pure.
import type { DialectName } from "../providers/provider.ts";

type Schema = Readonly<Record<string, unknown>>;

export interface Narrowed {
  readonly schema: Schema;
  /** Whether the vendor may be asked to hold to it exactly. */
  readonly strict: boolean;
}

interface Subset {
  /** Keywords that are sent; everything else that only narrows is left out. */
  readonly keywords: readonly string[];
  readonly objects: "closed" | "closed and all required" | "any";
  readonly anyOfAtRoot: boolean;
  readonly formats: readonly string[] | "all";
  /** Whether a definition may refer to a definition, itself included. */
  readonly recursion: boolean;
  /** `const` is written as an `enum` of one. */
  readonly constAsEnum?: boolean;
  readonly mostDepth?: number;
  /** Where a schema falls outside: sent as it is, as a hint, or not sent natively at all. */
  readonly outside: "loose" | "none";
}

const CORE = ["type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$ref", "$defs", "title", "description"];
const FORMATS = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
const NUMBERS = ["minimum", "maximum"];

/** developers.openai.com/api/docs/guides/structured-outputs, "Supported schemas", 2026-10. */
const OPENAI: Subset = {
  keywords: [
    ...CORE,
    "const",
    "definitions",
    "format",
    "pattern",
    "multipleOf",
    ...NUMBERS,
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
  ],
  objects: "closed and all required",
  anyOfAtRoot: false,
  formats: FORMATS,
  recursion: true,
  mostDepth: 10,
  outside: "loose",
};

export const SUBSETS: Readonly<Record<Exclude<DialectName, "demo">, Subset>> = {
  "openai-chat": OPENAI,
  "openai-responses": OPENAI,
  /** platform.claude.com/docs/en/build-with-claude/structured-outputs, "JSON Schema limitations", 2026-10. */
  anthropic: {
    keywords: [...CORE, "const", "definitions", "default", "format"],
    objects: "closed",
    anyOfAtRoot: true,
    formats: [...FORMATS, "uri"],
    recursion: false,
    outside: "none",
  },
  /** ai.google.dev/gemini-api/docs/structured-output and the reference of responseJsonSchema, 2026-10. */
  google: {
    keywords: [...CORE, "oneOf", "prefixItems", "format", ...NUMBERS, "minItems", "maxItems"],
    objects: "any",
    anyOfAtRoot: true,
    formats: "all",
    recursion: true,
    constAsEnum: true,
    outside: "none",
  },
};

/** Without these the vendor would be told of another answer than the one that is asked for. */
const SHAPES = [
  ...["oneOf", "allOf", "not", "if", "then", "else", "prefixItems", "patternProperties", "const", "enum", "$dynamicRef", "definitions"],
  ...["dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties", "propertyNames"],
];

/** Null: this vendor cannot be given the schema, so the model is told of it in words. */
export function narrowed(schema: Schema, dialect: DialectName): Narrowed | null {
  if (dialect === "demo" || schema.type !== "object") return null;
  const subset = SUBSETS[dialect];
  const seen = { fits: subset.anyOfAtRoot || schema.anyOf === undefined };
  const inner = narrow(schema, subset, seen, 1);
  if (seen.fits) return { schema: inner, strict: true };
  if (subset.outside === "none") return null;
  const { $schema, $id, ...loose } = schema;
  return { schema: loose, strict: false };
}

interface Seen {
  fits: boolean;
}

function narrow(schema: Schema, subset: Subset, seen: Seen, depth: number): Schema {
  if (subset.mostDepth !== undefined && depth > subset.mostDepth) seen.fits = false;
  const kept: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "const" && subset.constAsEnum) {
      if (typeof value === "string" || typeof value === "number") kept.enum = [value];
      else seen.fits = false;
    } else if (!subset.keywords.includes(keyword)) {
      if (SHAPES.includes(keyword)) seen.fits = false;
    } else if (keyword === "format" && subset.formats !== "all" && !subset.formats.includes(String(value))) continue;
    else kept[keyword] = narrowedKeyword(keyword, value, subset, seen, depth);
  }
  if (typeof kept.$ref === "string") return reference(kept, seen);
  return isObjectSchema(schema) ? narrowedObject(kept, subset, seen) : kept;
}

function narrowedKeyword(keyword: string, value: unknown, subset: Subset, seen: Seen, depth: number): unknown {
  const into = (inner: unknown, deeper: number) =>
    isSchema(inner) ? narrow(inner, subset, seen, depth + deeper) : booleanSchema(inner, seen);
  switch (keyword) {
    case "properties":
    case "$defs":
    case "definitions":
      if (!isSchema(value)) return value;
      if (keyword !== "properties" && !subset.recursion && JSON.stringify(value).includes('"$ref"')) seen.fits = false;
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, into(inner, keyword === "properties" ? 1 : 0)]));
    case "items":
      return into(value, 1);
    case "anyOf":
    case "oneOf":
    case "allOf":
    case "prefixItems":
      return Array.isArray(value) ? value.map((inner) => into(inner, 0)) : value;
    case "additionalProperties":
      return isSchema(value) ? into(value, 1) : value;
    case "enum":
      if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) seen.fits = false;
      return value;
    default:
      return value;
  }
}

/** `true` and `false` as schemas are taken by none of them. */
function booleanSchema(value: unknown, seen: Seen): unknown {
  seen.fits = false;
  return value;
}

/** Only definitions of the schema's own; nothing may stand beside the reference. */
function reference(kept: Readonly<Record<string, unknown>>, seen: Seen): Schema {
  if (!/^#\/(\$defs|definitions)\//.test(String(kept.$ref))) seen.fits = false;
  return { $ref: kept.$ref };
}

function narrowedObject(kept: Record<string, unknown>, subset: Subset, seen: Seen): Schema {
  if (subset.objects === "any") return kept;
  const names = isSchema(kept.properties) ? Object.keys(kept.properties) : [];
  const required = Array.isArray(kept.required) ? kept.required : [];
  // A map of any names is not the same as an object of no names.
  if (isSchema(kept.additionalProperties) || (names.length === 0 && kept.additionalProperties !== false)) seen.fits = false;
  // An open object promises nothing of what else it holds: closing it keeps every property that was named.
  if (subset.objects === "closed and all required" && names.some((name) => !required.includes(name))) seen.fits = false;
  // Closed on both sides, an object and its alternatives would exclude each other.
  if (kept.anyOf !== undefined) seen.fits = false;
  if (required.some((name) => !names.includes(String(name)))) seen.fits = false;
  return { ...kept, additionalProperties: false };
}

function isObjectSchema(schema: Schema): boolean {
  return (
    schema.type === "object" ||
    schema.properties !== undefined ||
    schema.required !== undefined ||
    (Array.isArray(schema.type) && schema.type.includes("object"))
  );
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
