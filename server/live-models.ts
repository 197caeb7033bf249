// Connects the catalogue's refresh with the providers that can be asked and with the settings; quiet unless asked.
import type { ProviderOverride } from "../shared/custom.ts";
import type { Settings } from "../shared/settings.ts";
import type { Access } from "./access.ts";
import type { Catalog } from "./catalog/catalog.ts";
import { createRefresher, type Refresher } from "./catalog/refresh.ts";
import type { Log } from "./log.ts";
import type { Network } from "./network/fetch.ts";

export interface LiveModelsParts {
  readonly catalog: Catalog;
  /** The state folder. */
  readonly folder: string;
  readonly access: Access;
  readonly network: Network;
  readonly providersWithKey: () => readonly string[];
  readonly settings: () => Settings;
  readonly log: Log;
}

export interface LiveModels extends Refresher {
  stop(): void;
}

const OPENROUTER_URL = "https://openrouter.ai/api/v1/models";

/** A provider of the settings that states its models is not asked again and again for what its owner knows better. */
function askable({ access, providersWithKey, settings }: LiveModelsParts): { id: string; statesModels: boolean }[] {
  const custom = new Map((settings().providers.custom ?? []).map((provider) => [provider.id, provider]));
  const withKey = new Set(providersWithKey());
  return access.rows().flatMap(({ id, needsKey }) => {
    const own = custom.get(id);
    const isReachable = withKey.has(id) || (own !== undefined && !needsKey);
    return isReachable && isEnabled(settings(), id) ? [{ id, statesModels: (own?.models.length ?? 0) > 0 }] : [];
  });
}

function overrideOf(settings: Settings, provider: string): ProviderOverride | undefined {
  const { custom: _custom, ...overrides } = settings.providers;
  return overrides[provider];
}

function isEnabled(settings: Settings, provider: string): boolean {
  return overrideOf(settings, provider)?.enabled ?? true;
}

/** OpenRouter's list is public: no key goes with it; another base URL in the settings is asked instead. */
function openRouterUrl(settings: Settings): string {
  const given = overrideOf(settings, "openrouter")?.baseUrl;
  return given ? `${given.replace(/\/+$/, "")}/models` : OPENROUTER_URL;
}

export function openRefresher(parts: LiveModelsParts): LiveModels {
  const { catalog, folder, access, network, settings, log } = parts;
  const refresher = createRefresher({
    catalog,
    folder,
    now: () => new Date(),
    providers: () => askable(parts),
    list: async (provider, signal, wrap) => {
      const { dialect, connection } = await access.reach(provider, signal);
      return dialect.listModels({ ...connection, fetch: wrap(connection.fetch) }, signal);
    },
    openRouter: {
      get url() {
        return openRouterUrl(settings());
      },
      fetch: (input, init) => network.fetchFor({ origins: [new URL(openRouterUrl(settings())).origin] })(input, init),
    },
    isOpenRouterOn: () => isEnabled(settings(), "openrouter"),
    log: (message, details) => log.info(message, details),
  });
  const stopDaily = refresher.startDaily(() => settings()["prices.refreshDaily"]);
  return {
    load: () => refresher.load(),
    refresh: (signal) => refresher.refresh(signal),
    startDaily: (isOn) => refresher.startDaily(isOn),
    onChange: (listener) => refresher.onChange(listener),
    stop: stopDaily,
  };
}
