// Keys from env files and from other tools' plain files, read into memory only; the caller keeps them where the user says.
import { cleanKey } from "./key-text.ts";
import { originOf, type ProviderKeys } from "./origins.ts";
import { Secret } from "./secret.ts";

export interface FoundKey {
  readonly provider: string;
  /** Where in the file: a variable's name or a path such as models.0.apiKey. */
  readonly at: string;
  readonly secret: Secret;
}

export interface FoundKeys {
  readonly keys: readonly FoundKey[];
  /** Names that look like keys of providers we do not know. */
  readonly unknown: readonly string[];
}

export interface ImportParts {
  readonly providers: readonly ProviderKeys[];
  /** For YAML files; handed in by the door that has the library. */
  readonly parseYaml?: (text: string) => unknown;
}

/** The name of a leaf that holds a key in other tools' files: `apiKey`, `api_key`, `openai-api-key`, `key`, `token`. */
const KEY_LEAF = /(^|[-_.])(api[-_]?key|key|token)$/i;
/** Ids that other tools use for the same vendor. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  gemini: "google",
  "google-ai": "google",
  claude: "anthropic",
  grok: "xai",
  "x-ai": "xai",
  azure: "azure-openai",
  kimi: "moonshot",
};

/** Env files (`NAME=value`, `export`, quotes), JSON and YAML in the forms that Aider, Codex, Continue, llm, OpenCode and others keep keys in. */
export function keysIn(text: string, parts: ImportParts): FoundKeys {
  const leaves = leavesOf(structureOf(text, parts));
  const found = leaves.flatMap((leaf) => keyOf(leaf, parts.providers));
  const taken = new Set(found.map(({ at }) => at));
  const unknown = leaves
    .filter(({ path }) => /_API_KEY$/.test(path.at(-1) ?? "") && !taken.has(path.join(".")))
    .map(({ path }) => path.join("."));
  return { keys: found, unknown };
}

function structureOf(text: string, { parseYaml }: ImportParts): unknown {
  const bare = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(bare);
  } catch {
    const variables = variablesIn(bare);
    if (Object.keys(variables).length > 0) return variables;
    try {
      return parseYaml?.(bare);
    } catch {
      return undefined;
    }
  }
}

/** As dotenv reads it: `export`, single, double and back quotes, comments after a blank; nothing is expanded. */
function variablesIn(text: string): Record<string, string> {
  const line =
    /^[ \t]*(?:export[ \t]+|set[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|`([^`]*)`|([^#\r\n]*?))[ \t]*(?:[ \t]#.*)?\r?$/gm;
  const found = [...text.matchAll(line)].map(([, name = "", double, single, back, bare]): [string, string] => [
    name,
    double?.replace(/\\(["\\])/g, "$1") ?? single ?? back ?? bare ?? "",
  ]);
  return Object.fromEntries(found);
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: string;
  /** The object that the leaf is in. */
  readonly beside: Readonly<Record<string, unknown>>;
}

const DEEPEST = 12;

function leavesOf(value: unknown, path: readonly string[] = []): Leaf[] {
  if (typeof value !== "object" || value === null || path.length > DEEPEST) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const beside = value as Readonly<Record<string, unknown>>;
    return typeof inner === "string" ? [{ path: [...path, name], value: inner, beside }] : leavesOf(inner, [...path, name]);
  });
}

function keyOf({ path, value, beside }: Leaf, providers: readonly ProviderKeys[]): FoundKey[] {
  const provider = providerOf(path, beside, providers);
  if (!provider || isForElsewhere(beside, provider, providers) || /^\$\{|^\$[A-Z_]+$|^\{\{/.test(value.trim())) return [];
  try {
    return [{ provider, at: path.join("."), secret: new Secret(cleanKey(value)) }];
  } catch {
    return [];
  }
}

/** A key that the other tool sends to an address of its own is none of the vendor's. */
function isForElsewhere(beside: Leaf["beside"], provider: string, providers: readonly ProviderKeys[]): boolean {
  const base = Object.entries(beside).find(
    ([name, value]) => /^(api[-_]?base|base[-_]?url)$/i.test(name) && typeof value === "string" && value !== "",
  );
  const origins = providers.find(({ id }) => id === provider)?.origins ?? [];
  return base !== undefined && !origins.includes(originOf(String(base[1])) ?? "");
}

/** By the variable's name; by `provider` beside a key; by a folder named after the provider; by a bare `{ "openai": "…" }`. */
function providerOf(path: readonly string[], beside: Leaf["beside"], providers: readonly ProviderKeys[]): string | undefined {
  const leaf = path.at(-1) ?? "";
  const byVariable = providers.find(({ environment }) => environment.includes(leaf.toUpperCase().replaceAll("-", "_")));
  if (byVariable) return byVariable.id;
  const known = (name: unknown) => {
    const id = typeof name === "string" ? (OTHER_NAMES[name.toLowerCase()] ?? name.toLowerCase()) : "";
    return providers.some((row) => row.id === id) ? id : undefined;
  };
  if (path.length === 1) return known(leaf);
  if (!KEY_LEAF.test(leaf)) return undefined;
  const folder = [...path.slice(0, -1)]
    .reverse()
    .map(known)
    .find((id) => id !== undefined);
  return known(beside.provider) ?? folder;
}
