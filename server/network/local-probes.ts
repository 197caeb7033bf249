// How local servers say what they have: one question or two each, read minimally; a server of another kind at that port is not one.
import type { Capability } from "../../shared/model.ts";

export interface LocalModel {
  /** As requests name it. */
  readonly id: string;
  readonly name: string;
  /** The window it really has now; null when the server does not say. */
  readonly windowTokens: number | null;
  readonly capabilities: readonly Capability[];
}

/** Answers with parsed JSON, or null for anything else; never throws. */
export type Ask = (path: string, body?: unknown) => Promise<unknown>;

/** Null when this is not such a server. */
export type Probe = (ask: Ask) => Promise<LocalModel[] | null>;

/**
 * docs.ollama.com/api: /api/tags lists, /api/show describes, /api/ps says with which window a model was loaded.
 * Models with a remote_host run in somebody's cloud and are not local.
 */
export const probeOllama: Probe = async (ask) => {
  const [tags, running] = await Promise.all([ask("/api/tags"), ask("/api/ps")]);
  if (!Array.isArray(field(tags, "models"))) return null;
  const here = list(tags, "models").filter((model) => !text(model, "remote_host") && text(model, "name"));
  const found = await Promise.all(
    here.map(async (model) => describeOllama(text(model, "name") ?? "", await ask("/api/show", { model: text(model, "name") }), running)),
  );
  return found.flatMap((model) => (model ? [model] : []));
};

const OLLAMA_CAPABILITIES: Readonly<Record<string, Capability>> = { tools: "tools", vision: "vision", thinking: "reasoning" };
/** docs.ollama.com/context-length, 2026-11-23: 4k with less than 24 GiB of graphics memory, more only above. */
const OLLAMA_SMALLEST_DEFAULT = 4096;

function describeOllama(id: string, shown: unknown, running: unknown): LocalModel | null {
  const says = list(shown, "capabilities").map(String);
  if (says.length > 0 && !says.includes("completion")) return null;
  const loaded = list(running, "models").find((model) => text(model, "name") === id);
  const own = /^num_ctx\s+(\d+)/m.exec(text(shown, "parameters") ?? "")?.[1];
  const most = trainedWindow(field(shown, "model_info"));
  const window = count(loaded, "context_length") ?? (own ? Number(own) : null);
  // The server's default depends on its memory; a model that cannot take even the smallest default says so.
  const windowTokens = window ?? (most !== null && most <= OLLAMA_SMALLEST_DEFAULT ? most : null);
  return { id, name: id, windowTokens, capabilities: [...says.flatMap((word) => OLLAMA_CAPABILITIES[word] ?? []), "structured"] };
}

function trainedWindow(info: unknown): number | null {
  const key = isRecord(info) ? Object.keys(info).find((name) => name.endsWith(".context_length")) : undefined;
  return key === undefined ? null : count(info, key);
}

/** lmstudio.ai/docs/api/rest-api: /api/v0/models has state, type and window; older ones only the OpenAI list. */
export const probeLmStudio: Probe = async (ask) => {
  const rich = await ask("/api/v0/models");
  if (Array.isArray(field(rich, "data"))) {
    const models = list(rich, "data").filter((model) => text(model, "id") && text(model, "type") !== "embeddings");
    return models.map((model) => {
      const seeing: Capability[] = text(model, "type") === "vlm" ? ["vision"] : [];
      const tools: Capability[] = list(model, "capabilities").includes("tool_use") ? ["tools"] : [];
      return modelOf(model, count(model, "loaded_context_length"), [...seeing, ...tools, "structured"]);
    });
  }
  return openaiList(await ask("/v1/models"));
};

/** llama.cpp tools/server README: /props says the window of a slot, what it can see, and what its template can do. */
export const probeLlamaCpp: Probe = async (ask) => {
  const [props, models] = await Promise.all([ask("/props"), ask("/v1/models")]);
  const listed = openaiList(models);
  if (!isRecord(field(props, "default_generation_settings"))) {
    return list(models, "data").some((model) => text(model, "owned_by") === "llamacpp") ? listed : null;
  }
  const seeing: Capability[] = field(field(props, "modalities"), "vision") === true ? ["vision"] : [];
  const tools: Capability[] = field(field(props, "chat_template_caps"), "supports_tools") === true ? ["tools"] : [];
  const window = count(field(props, "default_generation_settings"), "n_ctx");
  const only = listed?.length === 1;
  return (listed ?? []).map((model) => ({
    ...model,
    windowTokens: only ? window : model.windowTokens,
    capabilities: [...seeing, ...tools, "structured"],
  }));
};

function openaiList(body: unknown): LocalModel[] | null {
  if (!Array.isArray(field(body, "data"))) return null;
  return list(body, "data").flatMap((model) => (text(model, "id") ? [modelOf(model, null, [])] : []));
}

function modelOf(model: unknown, windowTokens: number | null, capabilities: readonly Capability[]): LocalModel {
  const id = text(model, "id") ?? "";
  return { id, name: id.split("/").at(-1) ?? id, windowTokens, capabilities };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function list(value: unknown, name: string): unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}

function text(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function count(value: unknown, name: string): number | null {
  const found = field(value, name);
  return typeof found === "number" && Number.isInteger(found) && found > 0 ? found : null;
}
