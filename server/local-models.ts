// Keeps the catalogue's local models as they are now; waits for the look only when nothing else could answer.
import type { Settings } from "../shared/settings.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { LocalDiscovery } from "./network/local-servers.ts";

export interface LocalModels {
  /** Looks again when the last look is older than a minute; never throws. Undefined where what was found before still holds. */
  look(): Promise<void> | undefined;
}

export interface LocalModelsParts {
  readonly discovery: LocalDiscovery;
  readonly catalog: Catalog;
  readonly settings: () => Settings;
}

const NOBODY: ReturnType<LocalDiscovery["find"]> = Promise.resolve([]);

export function createLocalModels({ discovery, catalog, settings }: LocalModelsParts): LocalModels {
  let found = new Set<string>();
  let last: unknown;
  let looking: Promise<void> | undefined;
  const overlay = async (finding: ReturnType<LocalDiscovery["find"]>) => {
    const servers = await finding;
    const now = new Set(servers.map((server) => server.provider));
    for (const provider of found) if (!now.has(provider)) catalog.overlay(provider, "local", []);
    for (const server of servers) catalog.overlay(server.provider, "local", server.models);
    found = now;
    if (last === finding) looking = undefined;
  };
  return {
    look() {
      const finding = settings()["local.discover"] ? discovery.find() : NOBODY;
      if (finding === last) return looking;
      last = finding;
      looking = overlay(finding);
      return looking;
    },
  };
}
