// Finds Ollama, LM Studio and llama.cpp on this machine, quickly and at most once a minute; looks nowhere else.
import { connect } from "node:net";
import { isLoopback } from "../../shared/address.ts";
import type { ProviderOverride } from "../../shared/custom.ts";
import type { ModelInfo, Price } from "../../shared/model.ts";
import type { Settings } from "../../shared/settings.ts";
import { type Ask, type LocalModel, type Probe, probeLlamaCpp, probeLmStudio, probeOllama } from "./local-probes.ts";

export interface LocalTarget {
  readonly provider: string;
  /** With the path that the OpenAI-compatible API has, as in the registry: http://127.0.0.1:11434/v1. */
  readonly baseUrl: string;
}

export interface LocalServer extends LocalTarget {
  readonly models: readonly ModelInfo[];
}

export interface LocalDiscoveryParts {
  /** The same list as long as nothing changed; another one is looked at at once. */
  readonly targets: () => readonly LocalTarget[];
  readonly fetchFor: (options: { origins: readonly string[]; direct: true }) => typeof fetch;
  readonly now: () => Date;
  /** How long a port is tried, and how long what listens there is waited for. */
  readonly limits?: { readonly connectMs: number; readonly answerMs: number };
}

export interface LocalDiscovery {
  /**
   * The servers that answered. Only the first look is waited for; after a minute the next caller still gets the old
   * answer while a new look runs. Never throws.
   */
  find(): Promise<readonly LocalServer[]>;
  /** The next find looks again, for instance after a local server could not be reached. */
  forget(): void;
}

const PROBES: Readonly<Record<string, Probe>> = { ollama: probeOllama, "lm-studio": probeLmStudio, "llama.cpp": probeLlamaCpp };
const USUAL: readonly LocalTarget[] = [
  { provider: "ollama", baseUrl: "http://127.0.0.1:11434/v1" },
  { provider: "lm-studio", baseUrl: "http://127.0.0.1:1234/v1" },
  { provider: "llama.cpp", baseUrl: "http://127.0.0.1:8080/v1" },
];
/** Their own variables: OLLAMA_HOST is Ollama's; llama-server reads LLAMA_ARG_PORT, LM Studio has none. */
const VARIABLES: Readonly<Record<string, { host?: string; port?: string }>> = {
  ollama: { host: "OLLAMA_HOST" },
  "llama.cpp": { port: "LLAMA_ARG_PORT" },
};
/** On this machine a free port refuses at once; only who listens there is worth a wait, also on a busy machine. */
const LIMITS = { connectMs: 300, answerMs: 1200 };
const CACHE_MS = 60_000;
const ASSUMED_WINDOW_TOKENS = 4096;

/** Where to look: the base URL of the settings, else the server's own variable, else its usual port; only this machine. */
export function localTargets(providers: Settings["providers"], environment: Readonly<Record<string, string | undefined>>): LocalTarget[] {
  return USUAL.flatMap(({ provider, baseUrl }) => {
    const chosen = overrideOf(providers, provider)?.baseUrl ?? fromVariables(provider, new URL(baseUrl), environment) ?? baseUrl;
    const url = URL.parse(chosen);
    return url && isLoopback(url.hostname) ? [{ provider, baseUrl: chosen.replace(/\/+$/, "") }] : [];
  });
}

function overrideOf(providers: Settings["providers"], provider: string): ProviderOverride | undefined {
  const found = providers[provider];
  return Array.isArray(found) ? undefined : found;
}

/** `0.0.0.0`, `:8000`, `host`, `host:port` or a whole address. */
function fromVariables(provider: string, usual: URL, environment: Readonly<Record<string, string | undefined>>): string | null {
  const { host, port } = VARIABLES[provider] ?? {};
  const given = (host && environment[host]?.trim()) || (port && environment[port]?.trim() && `:${environment[port]?.trim()}`) || "";
  if (given === "") return null;
  const withHost = given.startsWith(":") ? `127.0.0.1${given}` : given;
  const url = URL.parse(withHost.includes("://") ? withHost : `http://${withHost}`);
  if (!url) return null;
  if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = "127.0.0.1";
  // `http://host` means port 80 to Ollama as to everyone; a bare host means the usual port.
  if (url.port === "" && !withHost.includes("://")) url.port = usual.port;
  return `${url.origin}/v1`;
}

export function createLocalDiscovery({ targets, fetchFor, now, limits = LIMITS }: LocalDiscoveryParts): LocalDiscovery {
  let looked: { at: number; wanted: readonly LocalTarget[]; servers: Promise<readonly LocalServer[]> } | undefined;
  const modelsAt = async (target: LocalTarget): Promise<LocalServer[]> => {
    const { origin } = new URL(target.baseUrl);
    // A port that refuses is the usual case: found without loading an HTTP client.
    if (!(await isListening(new URL(target.baseUrl), AbortSignal.timeout(limits.connectMs)))) return [];
    const signal = AbortSignal.timeout(limits.answerMs);
    const models = await PROBES[target.provider]?.(askerOf(origin, fetchFor({ origins: [origin], direct: true }), signal));
    return models ? [{ ...target, models: models.map((model) => infoOf(target.provider, model, now())) }] : [];
  };
  const look = async (wanted: readonly LocalTarget[]) => (await Promise.all(wanted.map(modelsAt))).flat();
  return {
    find() {
      const wanted = targets();
      const at = now().getTime();
      if (looked?.wanted === wanted && at - looked.at < CACHE_MS) return looked.servers;
      const before = looked?.wanted === wanted ? looked.servers : undefined;
      const servers = look(wanted);
      looked = { at, wanted, servers: before ?? servers };
      void servers.then(() => {
        if (looked?.at === at && looked.wanted === wanted) looked = { at, wanted, servers };
      });
      return looked.servers;
    },
    forget() {
      looked = undefined;
    },
  };
}

function isListening(url: URL, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
    });
    const end = (listening: boolean) => {
      signal.removeEventListener("abort", giveUp);
      socket.destroy();
      resolve(listening);
    };
    const giveUp = () => end(false);
    signal.addEventListener("abort", giveUp);
    socket.once("connect", () => end(true)).once("error", giveUp);
  });
}

/** More than any list of models; what is larger is no such list. */
const LONGEST_ANSWER = 4 * 2 ** 20;

function askerOf(origin: string, request: typeof fetch, signal: AbortSignal): Ask {
  return async (path, body) => {
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    try {
      const response = await request(origin + path, { ...(body === undefined ? {} : post), signal });
      let answer = "";
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        answer += decoder.decode(chunk, { stream: true });
        if (answer.length > LONGEST_ANSWER) return null;
      }
      return response.ok ? JSON.parse(answer) : null;
    } catch {
      return null;
    }
  };
}

function infoOf(provider: string, model: LocalModel, now: Date): ModelInfo {
  const date = now.toISOString().slice(0, 10);
  const windowTokens = model.windowTokens ?? ASSUMED_WINDOW_TOKENS;
  return {
    id: `${provider}/${model.id}`,
    provider,
    model: model.id,
    name: model.name,
    aliases: [],
    contextWindowTokens: windowTokens,
    // A local window is shared by question and answer: half of it at most is kept for the answer.
    maxOutputTokens: Math.max(1, Math.floor(windowTokens / 2)),
    limitsAssumed: model.windowTokens === null,
    capabilities: [...model.capabilities],
    reasoningControl: model.capabilities.includes("reasoning") ? "toggle" : "none",
    prices: [freeSince(date)],
    scores: {},
    status: "discovered",
    local: true,
    source: `${provider} on this machine`,
    date,
  };
}

function freeSince(date: string): Price {
  const rates = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
  return { rates, version: "local-free", source: "runs on this machine", date };
}
