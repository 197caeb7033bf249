// What other tools' settings say about providers and models, as proposals of our own; pure, and blind to keys: only their presence is seen.
import type { CustomModel, CustomProvider, Dialect } from "../shared/custom.ts";

export interface Proposal {
  /** "Continue", "Aider", … */
  readonly tool: string;
  readonly provider: CustomProvider;
}

export interface Findings {
  readonly proposals: readonly Proposal[];
  /** Ids of known providers for which the tool holds a key; the key itself is never read. */
  readonly keys: readonly string[];
}

type Tree = Readonly<Record<string, unknown>>;

const NONE: Findings = { proposals: [], keys: [] };

/** Other tools' names for the providers that are known here. */
const KNOWN: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  gemini: "google",
  google: "google",
  deepseek: "deepseek",
  groq: "groq",
  mistral: "mistral",
  xai: "xai",
  moonshot: "moonshot",
  together: "together",
  fireworks: "fireworks",
  cerebras: "cerebras",
  openrouter: "openrouter",
  zai: "zai",
  minimax: "minimax",
  azure: "azure-openai",
  ollama: "ollama",
  lmstudio: "lm-studio",
};

const API_TYPES: Readonly<Record<string, Dialect>> = {
  "chat-completions": "openai-chat",
  responses: "openai-responses",
  messages: "anthropic",
};

/** VS Code's own chatLanguageModels.json: a list of groups, each of one vendor. */
export function fromVsCode(given: unknown): Findings {
  const groups = listOf(given).map((group) => {
    const name = textOf(group.name) ?? textOf(group.vendor) ?? "";
    const models = listOf(group.models);
    const url = textOf(models[0]?.url) ?? textOf(group.url);
    if (!url) return keyed(textOf(group.vendor), group.apiKey);
    const dialect = API_TYPES[textOf(group.apiType) ?? textOf(models[0]?.apiType) ?? ""] ?? "openai-chat";
    return proposal("VS Code", name, url, dialect, models.map(vsCodeModel), group.apiKey !== undefined);
  });
  return merged(groups);
}

function vsCodeModel(model: Tree): CustomModel[] {
  const id = textOf(model.id);
  const input = countOf(model.maxInputTokens);
  const output = countOf(model.maxOutputTokens);
  const capabilities = [...(model.toolCalling ? ["tools" as const] : []), ...(model.vision ? ["vision" as const] : [])];
  if (!id) return [];
  return [
    {
      id,
      ...(textOf(model.name) ? { name: textOf(model.name) } : {}),
      ...(input ? { contextWindowTokens: input + (output ?? 0) } : {}),
      ...(output ? { maxOutputTokens: output } : {}),
      ...(capabilities.length > 0 ? { capabilities } : {}),
    },
  ];
}

/** Continue's config.yaml, and the config.json that came before it (title instead of name). */
export function fromContinue(given: unknown): Findings {
  const models = listOf(treeOf(given).models);
  return merged(
    models.map((model) => {
      const vendor = textOf(model.provider);
      const url = textOf(model.apiBase);
      if (!url) return keyed(vendor, model.apiKey);
      const options = treeOf(model.defaultCompletionOptions ?? model.completionOptions);
      const context = countOf(options.contextLength) ?? countOf(model.contextLength);
      const output = countOf(options.maxTokens);
      const can = Array.isArray(model.capabilities) ? model.capabilities : [];
      const capabilities = [
        ...(can.includes("tool_use") ? ["tools" as const] : []),
        ...(can.includes("image_input") ? ["vision" as const] : []),
      ];
      const id = textOf(model.model);
      const own: CustomModel[] = id
        ? [
            {
              id,
              ...(context ? { contextWindowTokens: context } : {}),
              ...(output ? { maxOutputTokens: output } : {}),
              ...(capabilities.length > 0 ? { capabilities } : {}),
            },
          ]
        : [];
      const dialect: Dialect = vendor === "anthropic" ? "anthropic" : "openai-chat";
      return proposal("Continue", hostOf(url), url, dialect, [own], model.apiKey !== undefined);
    }),
  );
}

/** Aider's .aider.conf.yml: one base URL for everything that speaks OpenAI's dialect. */
export function fromAider(given: unknown): Findings {
  const config = treeOf(given);
  const url = textOf(config["openai-api-base"]);
  const models = [config.model, config["weak-model"], config["editor-model"]].flatMap(
    (name) => textOf(name)?.replace(/^openai\//, "") ?? [],
  );
  const pairs = Array.isArray(config["api-key"]) ? config["api-key"] : [config["api-key"]];
  const named = pairs.flatMap((pair) => textOf(pair)?.split("=", 1)[0] ?? []);
  const direct = ["openai", "anthropic"].filter((vendor) => config[`${vendor}-api-key`] !== undefined && !(url && vendor === "openai"));
  const keys = [...named, ...direct].map((vendor) => keyed(vendor, true));
  if (!url) return merged(keys);
  const own = [...new Set(models)].map((id) => [{ id }]);
  return merged([...keys, proposal("Aider", hostOf(url), url, "openai-chat", own, config["openai-api-key"] !== undefined)]);
}

/** Cline's globalState.json: an OpenAI-compatible endpoint with the model of its act mode. */
export function fromCline(given: unknown): Findings {
  const state = treeOf(given);
  const url = textOf(state.openAiBaseUrl);
  const id = textOf(state.actModeOpenAiModelId) ?? textOf(state.planModeOpenAiModelId);
  const vendor = textOf(state.actModeApiProvider);
  if (!url || !id) return keyed(vendor, vendor !== undefined);
  const info = treeOf(state.actModeOpenAiModelInfo ?? state.planModeOpenAiModelInfo);
  const context = countOf(info.contextWindow);
  const output = countOf(info.maxTokens);
  const input = priceOf(info.inputPrice);
  const price = priceOf(info.outputPrice);
  const model: CustomModel = {
    id,
    ...(context ? { contextWindowTokens: context } : {}),
    ...(output ? { maxOutputTokens: output } : {}),
    // Its 0 means "not filled in": an unknown price must not look like a free one.
    ...(input && price ? { usdPerMillion: { input, output: price } } : {}),
    ...(info.supportsImages === true ? { capabilities: ["vision" as const] } : {}),
  };
  return proposal("Cline", hostOf(url), url, "openai-chat", [[model]], true);
}

/** An env file: base URLs, and names of keys without their values. */
export function fromEnvFile(text: string): Findings {
  const names = [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]*)[ \t]*=[ \t]*["']?([^"'\r\n]*)/gm)];
  const value = (name: string) => names.find(([, own]) => own === name)?.[2]?.trim();
  const keys = names.flatMap(([, name]) => /^([A-Z0-9]+)_API_KEY$/.exec(name ?? "")?.[1]?.toLowerCase() ?? []);
  const url = value("OPENAI_BASE_URL") ?? value("OPENAI_API_BASE");
  const custom = url ? [proposal(".env", hostOf(url), url, "openai-chat", [], keys.includes("openai"))] : [];
  return merged([...keys.filter((vendor) => !(url && vendor === "openai")).map((vendor) => keyed(vendor, true)), ...custom]);
}

/** Several findings as one; models of the same address belong to one provider. */
export function merged(all: readonly Findings[]): Findings {
  const byUrl = new Map<string, Proposal>();
  for (const found of all.flatMap(({ proposals }) => proposals)) {
    const { baseUrl } = found.provider;
    const known = byUrl.get(baseUrl);
    const models = [...(known?.provider.models ?? []), ...found.provider.models];
    const unique = models.filter(({ id }, index) => models.findIndex((other) => other.id === id) === index);
    byUrl.set(baseUrl, { ...(known ?? found), provider: { ...(known ?? found).provider, models: unique } });
  }
  return { proposals: [...byUrl.values()], keys: [...new Set(all.flatMap(({ keys }) => keys))].sort() };
}

function proposal(tool: string, name: string, url: string, dialect: Dialect, models: CustomModel[][], needsKey: boolean): Findings {
  if (!URL.canParse(url)) return NONE;
  const baseUrl = url.replace(/\/(?:chat\/completions|responses|messages)\/?$/, "").replace(/\/+$/, "");
  const provider: CustomProvider = {
    id: idFrom(name || hostOf(url)),
    name: name || hostOf(url),
    baseUrl,
    dialect,
    models: models.flat(),
    needsKey,
  };
  return { proposals: [{ tool, provider }], keys: [] };
}

function keyed(vendor: string | undefined, key: unknown): Findings {
  const id = KNOWN[vendor?.toLowerCase().replace(/[^a-z]/g, "") ?? ""];
  return id && key !== undefined && key !== "" ? { proposals: [], keys: [id] } : NONE;
}

function idFrom(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, "-")
      .replace(/^[^a-z0-9]+|-+$/g, "") || "custom"
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host.replace(":", "-") : url;
}

function treeOf(value: unknown): Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): Tree[] {
  return Array.isArray(value) ? value.map(treeOf) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 1 ? Math.floor(value) : undefined;
}

function priceOf(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}
