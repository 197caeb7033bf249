// Keeps the catalogue's local models as they are now; waits for the look only when nothing else could answer.
import type { Settings } from "../shared/settings.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { LocalDiscovery } from "./network/local-servers.ts";

export interface LocalModels {
  /** Looks again when the last look is older than a minute; never throws. */
  look(): Promise<void>;
}

export interface LocalModelsParts {
  readonly discovery: LocalDiscovery;
  readonly catalog: Catalog;
  readonly settings: () => Settings;
}

export function createLocalModels({ discovery, catalog, settings }: LocalModelsParts): LocalModels {
  let found = new Set<string>();
  let last: unknown;
  return {
    async look() {
      const servers = settings()["local.discover"] ? await discovery.find() : [];
      if (servers === last) return;
      last = servers;
      const now = new Set(servers.map((server) => server.provider));
      for (const provider of found) if (!now.has(provider)) catalog.overlay(provider, "local", []);
      for (const server of servers) catalog.overlay(server.provider, "local", server.models);
      found = now;
    },
  };
}
