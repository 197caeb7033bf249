// Brings live lists and prices into the catalogue: on request and quietly once a day; what fails or makes no sense keeps the old.
import { join } from "node:path";
import type { ModelInfo } from "../../shared/model.ts";
import type { NotificationOf, ResultOf } from "../../shared/protocol.ts";
import type { Catalog } from "./catalog.ts";
import { conditionalFetch } from "./conditional.ts";
import { applyListed, type Listed, type LiveList, type Rejection } from "./listed.ts";
import { listOf, type LiveCache, openLiveCache, type Stored } from "./live-cache.ts";
import { readOpenRouterList } from "./openrouter-list.ts";

export type RefreshResult = ResultOf<"model/refresh">;
type Wrap = (inner: typeof fetch) => typeof fetch;

export interface RefreshParts {
  readonly catalog: Catalog;
  /** The state folder. */
  readonly folder: string;
  readonly now: () => Date;
  /** Providers that may be asked: a key is set, or none is needed; never those that run on this machine. */
  readonly providers: () => readonly { readonly id: string; readonly statesModels: boolean }[];
  /** The provider's own list through its dialect, with `wrap` around the fetch that it uses. */
  readonly list: (provider: string, signal: AbortSignal, wrap: Wrap) => Promise<readonly Listed[]>;
  readonly openRouter: { readonly url: string; readonly fetch: typeof fetch };
  /** False where the settings switch OpenRouter off: then its public list is not asked either. */
  readonly isOpenRouterOn?: () => boolean;
  readonly log: (message: string, details?: Record<string, unknown>) => void;
  /** When to look for what is older than a day; tests look sooner. */
  readonly pace?: { readonly firstMs: number; readonly everyMs: number };
}

export interface Refresher {
  /** Lists that were fetched before, from the disk, of the providers that may be asked; call at the start and when a key is set. */
  load(): Promise<void>;
  refresh(signal: AbortSignal): Promise<RefreshResult>;
  /** Quietly, from now on and while `isOn` says so, what is older than a day; returns how to stop. */
  startDaily(isOn: () => boolean): () => void;
  onChange(listener: (change: NotificationOf<"catalog/changed">) => void): void;
}

export const LIFE_MS = 24 * 3_600_000;
const PACE = { firstMs: 120_000, everyMs: 3_600_000 };
const PATIENCE_MS = 20_000;
const OPENROUTER = "openrouter";
const OPENROUTER_SOURCE = "openrouter.ai/api/v1/models";
/** A list that lost more than three quarters of its models at once is cut, not news. */
const LEAST_SHARE = 0.25;

export function createRefresher(parts: RefreshParts): Refresher {
  return new LiveRefresher(parts);
}

interface Diff {
  added: number;
  changed: number;
  ghosts: number;
  rejected: Rejection[];
}

class LiveRefresher implements Refresher {
  readonly #parts: RefreshParts;
  readonly #cache: LiveCache;
  readonly #wrap: Wrap;
  readonly #listeners: ((change: NotificationOf<"catalog/changed">) => void)[] = [];
  readonly #stored = new Map<string, Stored>();
  #running: Promise<RefreshResult> | null = null;

  constructor(parts: RefreshParts) {
    this.#parts = parts;
    this.#cache = openLiveCache(parts.folder, parts.log);
    this.#wrap = (inner) => conditionalFetch(inner, join(parts.folder, "catalogue"));
  }

  async load(): Promise<void> {
    await this.#takeFromDisk(this.#parts.providers().map(({ id }) => id));
  }

  /** What this or another process has fetched; an older list never replaces a newer one. */
  async #takeFromDisk(providers: readonly string[]): Promise<void> {
    if (providers.length === 0) return;
    for (const [provider, stored] of await this.#cache.read(providers)) {
      if ((this.#stored.get(provider)?.at ?? "") >= stored.at) continue;
      this.#stored.set(provider, stored);
      this.#apply(listOf(provider, stored));
    }
  }

  onChange(listener: (change: NotificationOf<"catalog/changed">) => void): void {
    this.#listeners.push(listener);
  }

  refresh(signal: AbortSignal): Promise<RefreshResult> {
    this.#running ??= this.#ask(this.#sources(), signal).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  startDaily(isOn: () => boolean): () => void {
    const stop = new AbortController();
    const lookNow = async () => {
      if (!isOn() || this.#running) return;
      await this.#takeFromDisk(this.#sources());
      const due = this.#sources().filter((provider) => this.#isDue(provider));
      if (due.length > 0) await this.#ask(due, stop.signal);
    };
    let isLooking = false;
    const look = () => {
      // A vendor that is slower than the pace is not asked again meanwhile.
      if (isLooking) return;
      isLooking = true;
      void lookNow()
        .catch((error: unknown) => this.#parts.log("refresh failed", { error }))
        .finally(() => {
          isLooking = false;
        });
    };
    const { firstMs, everyMs } = this.#parts.pace ?? PACE;
    const first = setTimeout(look, firstMs).unref();
    const every = setInterval(look, everyMs).unref();
    return () => {
      stop.abort();
      clearTimeout(first);
      clearInterval(every);
    };
  }

  /** A provider of the settings that states its models is asked only when a person asks. */
  #isDue(provider: string): boolean {
    const stated = this.#parts.providers().some(({ id, statesModels }) => id === provider && statesModels);
    const at = this.#stored.get(provider)?.at;
    return !stated && (at === undefined || this.#parts.now().getTime() - Date.parse(at) >= LIFE_MS);
  }

  #sources(): string[] {
    const publicLists = (this.#parts.isOpenRouterOn?.() ?? true) ? [OPENROUTER] : [];
    return [...new Set([...publicLists, ...this.#parts.providers().map(({ id }) => id)])];
  }

  async #ask(providers: readonly string[], signal: AbortSignal): Promise<RefreshResult> {
    const results = await Promise.all(providers.map((provider) => this.#one(provider, signal)));
    const total = results.reduce<RefreshResult>(
      (sum, { source, outcome, diff }) => ({
        added: sum.added + diff.added,
        changed: sum.changed + diff.changed,
        ghosts: sum.ghosts + diff.ghosts,
        rejected: [...sum.rejected, ...diff.rejected],
        sources: [...sum.sources, { source, outcome }],
      }),
      { added: 0, changed: 0, ghosts: 0, rejected: [], sources: [] },
    );
    const { added, changed, ghosts } = total;
    if (added + changed + ghosts > 0)
      for (const listener of this.#listeners) listener({ added, changed, ghosts, source: providers.join(", ") });
    return total;
  }

  async #one(provider: string, signal: AbortSignal): Promise<{ source: string; outcome: string; diff: Diff }> {
    const source = provider === OPENROUTER ? OPENROUTER_SOURCE : `${provider} model list`;
    try {
      const models = await this.#fetch(provider, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
      const trouble = this.#trouble(provider, models);
      if (trouble) return { source, outcome: this.#keptBecause(provider, trouble), diff: NOTHING };
      const stored: Stored = { source, at: this.#parts.now().toISOString(), models: [...models] };
      const diff = this.#apply(listOf(provider, stored));
      this.#stored.set(provider, stored);
      await this.#cache.write(provider, stored);
      return {
        source,
        outcome: `${models.length} models: ${diff.added} new, ${diff.changed} changed, ${diff.ghosts} no longer listed`,
        diff,
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#parts.log("a model list could not be refreshed", { provider, message });
      return { source, outcome: this.#keptBecause(provider, message), diff: NOTHING };
    }
  }

  async #fetch(provider: string, signal: AbortSignal): Promise<readonly Listed[]> {
    if (provider !== OPENROUTER) return this.#parts.list(provider, signal, this.#wrap);
    const { url, fetch: inner } = this.#parts.openRouter;
    const response = await this.#wrap(inner)(url, { signal });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return readOpenRouterList(await response.json());
  }

  #trouble(provider: string, models: readonly Listed[]): string | null {
    if (models.length === 0) return "the list is empty";
    const before = this.#stored.get(provider)?.models.length ?? 0;
    return models.length < before * LEAST_SHARE ? `the list went from ${before} models to ${models.length}` : null;
  }

  #keptBecause(provider: string, why: string): string {
    const at = this.#stored.get(provider)?.at;
    return `kept the ${at ? `list of ${at.slice(0, 10)}` : "shipped list"}: ${why}`;
  }

  #apply(list: LiveList): Diff {
    const { catalog } = this.#parts;
    const before = catalog.ofProvider(list.provider);
    const rejected: Rejection[] = [];
    const onlySource = before.every(({ status }) => status === "discovered");
    const models = list.models.map((listed) => {
      const applied = applyListed({ known: catalog.find(`${list.provider}/${listed.id}`), onlySource }, listed, list);
      rejected.push(...applied.rejected);
      return applied.model;
    });
    catalog.overlay(list.provider, "live", models);
    return { ...difference(before, catalog.ofProvider(list.provider)), rejected };
  }
}

const NOTHING: Diff = { added: 0, changed: 0, ghosts: 0, rejected: [] };

function difference(before: readonly ModelInfo[], after: readonly ModelInfo[]): Omit<Diff, "rejected"> {
  const old = new Map(before.map((model) => [model.id, model]));
  const facts = ({ prices, contextWindowTokens, capabilities, status }: ModelInfo) =>
    JSON.stringify([prices.map(({ version }) => version), contextWindowTokens, capabilities, status]);
  let [added, changed, ghosts] = [0, 0, 0];
  for (const model of after) {
    const known = old.get(model.id);
    if (!known) added += 1;
    else if (model.status === "ghost" && known.status !== "ghost") ghosts += 1;
    else if (facts(known) !== facts(model)) changed += 1;
  }
  return { added, changed, ghosts };
}
