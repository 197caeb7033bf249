// Providers as the spine sees them: which can be used now, and a connection to one with its key, its wall and its quirks.
import { Failure } from "../shared/failure.ts";
import { type ModelInfo, providerOf } from "../shared/model.ts";
import type { ResultOf } from "../shared/protocol.ts";
import type { ProviderStatus } from "../shared/provider.ts";
import type { Settings } from "../shared/settings.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { ProviderAccess } from "./chat/parts.ts";
import { quoted } from "./keys/key-text.ts";
import type { KeyRecord, KeyRing } from "./keys/ring.ts";
import type { Network } from "./network/fetch.ts";
import { dialectNamed } from "./providers/dialects.ts";
import type { Dialect, DialectName, ProviderConnection } from "./providers/provider.ts";
import type { ProviderRow } from "./providers/registry.ts";
import { promptCacheOf } from "./providers/rows/prompt-cache.ts";
import { type Known, knownProviders, overrideOf } from "./known-providers.ts";
import type { Health, HealthState, Target } from "./resilience/health.ts";
import { VERSION } from "./version.ts";
import type { Availability } from "./routing/route.ts";

export interface AccessParts {
  readonly settings: () => Settings;
  readonly ring: KeyRing;
  readonly network: Network;
  readonly health: Health;
  readonly catalog: Catalog;
  /** Where local servers are looked for, by provider. */
  readonly localUrls: () => ReadonlyMap<string, string>;
}

export interface Access extends ProviderAccess {
  rows(): readonly ProviderRow[];
  /** Whether any provider but the demo and the local servers can be used now. */
  hasUsable(): boolean;
  /** Whether a model's provider runs on this machine. */
  isLocal(model: string): boolean;
  list(): ProviderStatus[];
  test(provider: string, signal: AbortSignal): Promise<ResultOf<"key/test">>;
  /** For list and price endpoints: the dialect and a connection with the first usable key. */
  reach(provider: string, signal: AbortSignal): Promise<{ dialect: Dialect; connection: ProviderConnection }>;
}

const TEST_PATIENCE_MS = 15_000;

export function createAccess(parts: AccessParts): Access {
  return new Providers(parts);
}

const WHOLLY_USABLE: Availability = { usable: true, headroom: 1 };

class Providers implements Access {
  readonly #parts: AccessParts;
  #seenSettings: Settings | null = null;
  #known = new Map<string, Known>();

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  rows(): readonly ProviderRow[] {
    return [...this.#all().values()].map((known) => known.row);
  }

  hasUsable(): boolean {
    return [...this.#all().values()].some(({ row }) => row.id !== "demo" && !row.local && this.#ofProvider(row.id).usable);
  }

  isLocal(model: string): boolean {
    return this.#all().get(providerOf(model))?.row.local === true;
  }

  availabilities(): (model: ModelInfo) => Availability {
    const providers = new Map<string, Availability>();
    // Models come by provider: its keys are listed once, not for each.
    let [keysOf, keys]: [string, readonly string[]] = ["", []];
    return (model) => {
      let ofProvider = providers.get(model.provider);
      if (ofProvider === undefined) {
        ofProvider = this.#ofProvider(model.provider);
        providers.set(model.provider, ofProvider);
      }
      if (keysOf !== model.provider) [keysOf, keys] = [model.provider, this.keyNamesOf(model.provider)];
      return ofProvider.usable && model.provider !== "demo" ? this.#withHealth(model, keys) : ofProvider;
    };
  }

  keyNamesOf(provider: string): readonly string[] {
    return this.#parts.ring.keysOf(provider).map((key) => key.name);
  }

  async connect(target: Target, signal: AbortSignal, onResponse: (status: number, headers: Headers) => void) {
    const known = this.#mustKnow(target.provider);
    const key = await this.#keyFor(known, target.key, signal);
    return this.#connection(known, key, onResponse);
  }

  stopRuleOf(provider: string): string | undefined {
    const row = this.#all().get(provider)?.row;
    if (!row || row.local) return undefined;
    const { stops, source } = row.stopCharging;
    if (stops === "yes") return `${row.name} stops charging when an answer is stopped (${source}).`;
    if (stops === "no") return `${row.name} may go on charging for an answer that was stopped (${source}).`;
    return `Whether ${row.name} stops charging is not published (${source}); the cost so far is an estimate.`;
  }

  promptCacheOf(provider: string, vendorModel: string) {
    return promptCacheOf(provider, vendorModel);
  }

  list(): ProviderStatus[] {
    return [...this.#all().values()].map((known) => this.#statusOf(known));
  }

  async reach(provider: string, signal: AbortSignal) {
    const known = this.#mustKnow(provider);
    return this.#connection(known, await this.#keyFor(known, "", signal), () => undefined);
  }

  async test(provider: string, signal: AbortSignal): Promise<ResultOf<"key/test">> {
    const started = performance.now();
    const ms = () => performance.now() - started;
    try {
      const { dialect, connection } = await this.reach(provider, signal);
      const models = await dialect.listModels(connection, AbortSignal.any([signal, AbortSignal.timeout(TEST_PATIENCE_MS)]));
      this.#parts.health.reset(provider);
      return { provider, ok: true, message: `The key is accepted; ${models.length} models are offered.`, ms: ms() };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.kind === "invalidParams") throw error;
      return { provider, ok: false, message: error.message, ms: ms(), kind: error.kind };
    }
  }

  #all(): Map<string, Known> {
    const settings = this.#parts.settings();
    if (settings !== this.#seenSettings) {
      this.#seenSettings = settings;
      this.#known = knownProviders(settings, this.#parts.localUrls());
    }
    return this.#known;
  }

  #mustKnow(provider: string): Known {
    const known = this.#all().get(provider);
    if (!known) throw new Failure("invalidParams", `There is no provider ${quoted(provider)}. latchkey models --all lists them.`);
    return known;
  }

  #ofProvider(provider: string): Availability {
    const known = this.#all().get(provider);
    if (!known) return { usable: false, reason: `there is no provider "${provider}"`, rule: "disabled", headroom: 1 };
    if (!known.enabled)
      return { usable: false, reason: `${known.row.name} is switched off in the settings`, rule: "disabled", headroom: 1 };
    if (known.trouble) return { usable: false, reason: known.trouble, rule: "unreachable", headroom: 1 };
    if (known.row.needsKey && !this.#parts.ring.has(provider)) {
      return { usable: false, reason: `no key is set for ${known.row.name}`, rule: "key", headroom: 1 };
    }
    return { usable: true, headroom: 1 };
  }

  #withHealth(model: ModelInfo, keys: readonly string[]): Availability {
    const state = this.#parts.health.stateOf(model.provider, model.id, keys);
    if (state.health === "ok" && state.headroom === 1) return WHOLLY_USABLE;
    if (state.health === "ok" || state.health === "probing") return { usable: true, headroom: state.headroom };
    return { usable: false, reason: restReason(model.provider, state), rule: "health", headroom: 0 };
  }

  /** The named key, else the first; null for a server that takes none. */
  async #keyFor(known: Known, name: string, signal: AbortSignal): Promise<KeyRecord | null> {
    const { ring } = this.#parts;
    const ready = ring.keysOf(known.row.id);
    if (ready.length === 0 && !known.row.needsKey) return null;
    const keys = ready.length > 0 ? ready : await ring.keysFor(known.row.id, signal);
    return keys.find((key) => key.name === name) ?? keys[0] ?? null;
  }

  #connection(known: Known, key: KeyRecord | null, onResponse: (status: number, headers: Headers) => void) {
    const { row, endpoint } = known;
    if (endpoint === null) throw new Failure("providerUnavailable", known.trouble ?? undefined, { provider: row.id, accepted: false });
    const dialect = mustSpeak(endpoint.dialect, row.id);
    const settings = this.#parts.settings();
    const connection: ProviderConnection = {
      provider: row.id,
      baseUrl: endpoint.baseUrl,
      secret: key?.secret ?? null,
      scrub: (text) => this.#parts.ring.scrubber.scrub(text),
      fetch: this.#parts.network.fetchFor({
        origins: key ? key.origins : [endpoint.origin],
        caFile: overrideOf(settings, row.id)?.caFile,
        // Only what is looked for on this machine: a server of the user's own may well stand behind a proxy.
        direct: this.#parts.localUrls().has(row.id),
        onResponse: (seen) => onResponse(seen.status, seen.headers),
      }),
      // An SDK names itself, in a bundle by a letter: vendors may know who really asks.
      headers: { "user-agent": `Latchkey/${VERSION}`, ...endpoint.headers },
      quirks: endpoint.quirks,
    };
    return { dialect, connection };
  }

  #statusOf(known: Known): ProviderStatus {
    const { row, endpoint } = known;
    const { ring, health, catalog } = this.#parts;
    const [key] = ring.keysOf(row.id);
    const state = health.stateOf(row.id, "", this.keyNamesOf(row.id));
    return {
      id: row.id,
      name: row.name,
      dialect: endpoint?.dialect ?? row.dialect,
      baseUrl: endpoint?.baseUrl ?? row.baseUrl,
      local: row.local,
      needsKey: row.needsKey,
      hasKey: ring.has(row.id),
      ...(key ? { keySource: key.source } : {}),
      enabled: known.enabled,
      models: catalog.countOf(row.id),
      health: state.health,
      ...(state.restingUntil ? { restingUntil: state.restingUntil.toISOString() } : {}),
      ...((known.trouble ?? state.reason) ? { reason: known.trouble ?? state.reason } : {}),
      docsUrl: row.docsUrl,
    };
  }
}

function mustSpeak(name: DialectName, provider: string): Dialect {
  const dialect = dialectNamed(name);
  if (!dialect) throw new Failure("providerUnavailable", `${provider} speaks ${name}, which this build does not.`, { accepted: false });
  return dialect;
}

function restReason(provider: string, state: HealthState): string {
  const until = state.restingUntil ? ` until ${state.restingUntil.toISOString().slice(11, 19)} UTC` : "";
  return state.reason ?? `${provider} rests${until}`;
}
