// The models that are known, by exact id or stated alias; a lookup never guesses from a part of a name.
import type { ModelId, ModelInfo } from "../../shared/model.ts";
import { providerOf } from "../../shared/model.ts";
import { openSnapshot, type Snapshot } from "./snapshot.ts";

export type OverlaySource = "settings" | "local" | "live";

export interface Catalog {
  /** Every model of every provider, stable order. */
  all(): readonly ModelInfo[];
  /** Exact id ("provider/model"), or an alias that the snapshot states. */
  find(id: ModelId): ModelInfo | undefined;
  ofProvider(provider: string): readonly ModelInfo[];
  /** How many models `ofProvider` would give, without reading them. */
  countOf(provider: string): number;
  readonly providers: readonly string[];
  /**
   * Replaces the models of one provider that came from `source` (settings, a local server, a live list).
   * A live list is complete: a shipped model that it does not name becomes a ghost, visible but not chosen.
   */
  overlay(provider: string, source: OverlaySource, models: readonly ModelInfo[]): void;
  /** A window that the vendor stated itself: holds as long as the lists state what they did then. */
  correctWindow(id: ModelId, learned: { readonly tokens: number; readonly statedTokens: number; readonly date: string }): void;
  /** The providers that have models from this source. */
  overlaid(source: OverlaySource): readonly string[];
  /** Grows with every overlay: whoever caches an index compares it. */
  readonly revision: number;
}

interface Shelf {
  readonly models: readonly ModelInfo[];
  readonly byId: ReadonlyMap<ModelId, ModelInfo>;
}

class LayeredCatalog implements Catalog {
  #revision = 0;
  readonly #snapshot: Snapshot;
  readonly #overlays = new Map<string, Map<OverlaySource, readonly ModelInfo[]>>();
  readonly #shelves = new Map<string, Shelf>();
  readonly #windows = new Map<ModelId, { readonly tokens: number; readonly statedTokens: number; readonly date: string }>();
  #all: readonly ModelInfo[] | undefined;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  get revision(): number {
    return this.#revision;
  }

  get providers(): readonly string[] {
    return [...new Set([...this.#snapshot.providers, ...this.#overlays.keys()])];
  }

  all(): readonly ModelInfo[] {
    this.#all ??= this.providers.flatMap((provider) => this.ofProvider(provider));
    return this.#all;
  }

  find(id: ModelId): ModelInfo | undefined {
    return id.includes("/") ? this.#shelf(providerOf(id)).byId.get(id) : undefined;
  }

  ofProvider(provider: string): readonly ModelInfo[] {
    return this.#shelf(provider).models;
  }

  countOf(provider: string): number {
    return this.#overlays.has(provider) ? this.ofProvider(provider).length : this.#snapshot.count(provider);
  }

  overlay(provider: string, source: OverlaySource, models: readonly ModelInfo[]): void {
    const layers = this.#overlays.get(provider) ?? new Map<OverlaySource, readonly ModelInfo[]>();
    if (models.length > 0 || source === "live") layers.set(source, models);
    else layers.delete(source);
    if (layers.size > 0) this.#overlays.set(provider, layers);
    else this.#overlays.delete(provider);
    this.#changed(provider);
  }

  correctWindow(id: ModelId, learned: { readonly tokens: number; readonly statedTokens: number; readonly date: string }): void {
    this.#windows.set(id, learned);
    this.#changed(providerOf(id));
  }

  #changed(provider: string): void {
    this.#shelves.delete(provider);
    this.#all = undefined;
    this.#revision += 1;
  }

  overlaid(source: OverlaySource): readonly string[] {
    return [...this.#overlays].flatMap(([provider, layers]) => (layers.has(source) ? [provider] : []));
  }

  #shelf(provider: string): Shelf {
    const kept = this.#shelves.get(provider);
    if (kept) return kept;
    const stacked = this.#stack(provider);
    const models = this.#windows.size === 0 ? stacked : stacked.map((model) => this.#corrected(model));
    const byId = new Map<ModelId, ModelInfo>();
    for (const model of models) for (const alias of model.aliases) byId.set(alias, model);
    for (const model of models) byId.set(model.id, model);
    const shelf = { models, byId };
    this.#shelves.set(provider, shelf);
    return shelf;
  }

  #corrected(model: ModelInfo): ModelInfo {
    const learned = this.#windows.get(model.id);
    if (learned === undefined || learned.statedTokens !== model.contextWindowTokens || learned.tokens === model.contextWindowTokens) {
      return model;
    }
    const { tokens, statedTokens, date } = learned;
    return {
      ...model,
      contextWindowTokens: tokens,
      maxOutputTokens: Math.min(model.maxOutputTokens, tokens),
      limitsAssumed: false,
      windowLearned: { statedTokens, source: "the vendor's refusal", date },
    };
  }

  /** What people say in settings wins over what a server lists, which wins over what was shipped. */
  #stack(provider: string): readonly ModelInfo[] {
    const shipped = this.#snapshot.models(provider);
    const layers = this.#overlays.get(provider);
    if (!layers) return shipped;
    const live = layers.get("live");
    const stack = new Map((live ? shipped.map(asGhost) : shipped).map((model) => [model.id, model]));
    for (const source of ["live", "local", "settings"] as const) {
      for (const model of layers.get(source) ?? []) stack.set(model.id, model);
    }
    return [...stack.values()];
  }
}

function asGhost(model: ModelInfo): ModelInfo {
  return { ...model, status: "ghost" };
}

/** The catalogue over the shipped snapshot, or over another one in tests. */
export function createCatalog(options: { snapshot?: Snapshot } = {}): Catalog {
  return new LayeredCatalog(options.snapshot ?? openSnapshot());
}
