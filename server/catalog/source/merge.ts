// All lists to models: which ids are models, which stand for others, which are no longer listed; development only.
import type { ModelInfo, Price } from "../../../shared/model.ts";
import { mergeFacts, notChat, type Stated } from "./facts.ts";
import type { Figures, ModelTable } from "./figures.ts";
import { spelled } from "./names.ts";
import { libraryEntry, libraryProvider, listPrice, type LibraryEntry } from "./prices.ts";
import { PROVIDER_SOURCES } from "./providers.ts";
import { PRICE_OVERRIDES } from "./rules.ts";
import { scalesOf, scoresOf, type Scales } from "./scores.ts";

/** Two lists with different rates for one model, in dollars per million tokens in and out. */
export interface Disagreement {
  readonly model: string;
  readonly chosen: { readonly source: string; readonly date: string; readonly rates: string };
  readonly other: { readonly source: string; readonly date: string; readonly rates: string };
  /** Why the chosen one is chosen; null when no rule says. */
  readonly reason: string | null;
}

export interface Merged {
  readonly models: ModelInfo[];
  /** Models that two or more sources price. */
  crossChecked: number;
  readonly dropped: { readonly model: string; readonly reason: string }[];
  readonly disagreements: Disagreement[];
  readonly scales: Scales;
}

/** Every list's rows by full id, newest list first. */
function gather(figures: Figures): Map<string, Stated[]> {
  const lists: [Stated["list"], ModelTable][] = [
    ["pi-ai", figures.pi],
    ["openrouter", figures.openrouter],
    ["models.dev", figures.modelsDev],
  ];
  const gathered = new Map<string, Stated[]>();
  for (const [list, table] of lists) {
    for (const row of table.rows) {
      const id = `${row.provider}/${row.id}`;
      gathered.set(id, [...(gathered.get(id) ?? []), { list, date: table.date, row }]);
    }
  }
  return gathered;
}

/** Vendors whose own models OpenRouter serves from the vendor itself: what it says of structured output holds there too. */
const VENDOR_AT_OPENROUTER: Readonly<Record<string, string>> = {
  openai: "openai/",
  anthropic: "anthropic/",
  google: "google/",
  xai: "x-ai/",
};

/** What the lists state of the same model at another host, where the vendor's own rows say less; never its price. */
function withTwins(stated: readonly Stated[], figures: Figures): Stated[] {
  const { provider = "", id = "" } = stated[0]?.row ?? {};
  const rows = [...stated];
  const prefix = VENDOR_AT_OPENROUTER[provider];
  const twin = prefix && figures.openrouter.rows.find((row) => row.id.startsWith(prefix) && spelled(row.id) === spelled(id));
  if (twin && twin.structured !== undefined) {
    rows.push({ list: "openrouter", date: figures.openrouter.date, row: { provider, id, structured: twin.structured } });
  }
  const hosted = provider === "openai" && figures.pi.rows.find((row) => row.provider === "azure-openai" && row.id === id);
  if (hosted && hosted.context !== undefined) {
    rows.push({ list: "pi-ai", date: figures.pi.date, row: { provider, id, context: hosted.context } });
  }
  return rows;
}

export function overrideFor(provider: string, id: string): (typeof PRICE_OVERRIDES)[number] | undefined {
  return PRICE_OVERRIDES.find((rule) => rule.provider === provider && (rule.id === undefined || rule.id.test(id)));
}

function pricesOf(stated: readonly Stated[], figures: Figures, library: LibraryEntry | null): Price[][] {
  const sources = { "pi-ai": figures.pi, openrouter: figures.openrouter, "models.dev": figures.modelsDev };
  const listed = stated.map(({ list, row }) => listPrice(row.id, row.price, sources[list].source, sources[list].date));
  const { provider = "", id = "" } = stated[0]?.row ?? {};
  const override = overrideFor(provider, id) !== undefined;
  const order = override ? [...listed, library?.prices ?? []] : [library?.prices ?? [], ...listed];
  return order.filter((prices) => prices.length > 0);
}

function lastRates(prices: readonly Price[] | undefined): { input: number; output: number } | undefined {
  return prices?.findLast((price) => !price.validFrom || price.validFrom < "2026-11-24")?.rates;
}

/** Two sources for one model whose rates differ at the date of the newest list. */
function disagreement(model: string, [chosen, ...others]: readonly Price[][]): Disagreement[] {
  const ours = lastRates(chosen);
  const side = (prices: readonly Price[] | undefined, rates: { input: number; output: number }) => ({
    source: prices?.[0]?.source ?? "",
    date: prices?.[0]?.date ?? "",
    rates: `${rates.input / 1e9}/${rates.output / 1e9}`,
  });
  return others.flatMap((other) => {
    const theirs = lastRates(other);
    if (!ours || !theirs || (ours.input === theirs.input && ours.output === theirs.output)) return [];
    const [left, right] = [side(chosen, ours), side(other, theirs)];
    const rule = overrideFor(model.slice(0, model.indexOf("/")), model.slice(model.indexOf("/") + 1));
    return [{ model, chosen: left, other: right, reason: right.date < left.date ? "the other list is older" : (rule?.reason ?? null) }];
  });
}

/** Deprecated: a list or the library says so, or the newest list, which names every tool-capable model, no longer has it. */
function statusOf(stated: readonly Stated[], library: LibraryEntry | null): Pick<ModelInfo, "status"> & { missedByList: boolean } {
  const said = stated.some(({ row }) => row.status === "deprecated") || library?.deprecated === true;
  const hasTools = stated.some(({ row }) => row.tools === true);
  const isGone = hasTools && !stated.some(({ list }) => list === "pi-ai");
  return { status: said || isGone ? "deprecated" : "active", missedByList: isGone && !said };
}

const DATED = /-(20\d{2}-?\d{2}-?\d{2})$/;

/** A dated id beside its family with the same window and rates is a snapshot that the family name stands for. */
function markSnapshots(models: ModelInfo[]): ModelInfo[] {
  const byId = new Map(models.map((model) => [model.id, model]));
  return models.map((model) => {
    const family = byId.get(model.id.replace(DATED, ""));
    if (!family || family === model || family.contextWindowTokens !== model.contextWindowTokens) return model;
    return { ...model, quirks: { ...model.quirks, snapshotOf: family.id } };
  });
}

/** Canonical names that a list states, by the one model that each stands for: not a variant, and not one of several. */
function aliasOwners(gathered: ReadonlyMap<string, readonly Stated[]>): Map<string, string> {
  const claims = new Map<string, Set<string>>();
  for (const [id, stated] of gathered) {
    for (const { row } of id.includes(":") ? [] : stated) {
      const alias = row.slug && `${row.provider}/${row.slug}`;
      if (alias && !gathered.has(alias)) claims.set(alias, new Set([...(claims.get(alias) ?? []), id]));
    }
  }
  return new Map([...claims].flatMap(([alias, [owner, ...others]]) => (owner && others.length === 0 ? [[alias, owner] as const] : [])));
}

/** "Mistral: Mistral Medium 3.5" and "Mistral Medium 3.5" name the same model. */
function listedNames(stated: readonly Stated[]): string[] {
  return stated.flatMap(({ row }) => (row.name ? [row.name.replace(/^[^:]*: /, "").replaceAll("/", " ")] : []));
}

export function merge(figures: Figures): Merged {
  const gathered = gather(figures);
  const scales = scalesOf(figures);
  const owners = [...aliasOwners(gathered)];
  const libraries = new Map(PROVIDER_SOURCES.map(({ id, prices }) => [id, libraryProvider(prices)]));
  const result: Merged = { models: [], crossChecked: 0, dropped: [], disagreements: [], scales };
  for (const [id, rows] of [...gathered].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const reason = notChat(rows);
    if (reason) {
      result.dropped.push({ model: id, reason });
      continue;
    }
    const stated = withTwins(rows, figures);
    const { provider = "", id: vendorId = "" } = rows[0]?.row ?? {};
    const provided = libraries.get(provider);
    const library = provided ? libraryEntry(provided, vendorId) : null;
    const prices = pricesOf(rows, figures, library);
    result.disagreements.push(...disagreement(id, prices));
    if (prices.length > 1) result.crossChecked += 1;
    const chosen = prices[0] ?? [];
    const cachePriced = chosen.some((price) => price.rates.cacheRead !== null);
    const facts = mergeFacts(stated, { context: library?.context, cachePriced });
    const { status, missedByList } = statusOf(rows, library);
    const quirks = { ...facts.quirks, ...(missedByList ? { missedByList } : {}) };
    result.models.push({
      ...facts,
      quirks,
      aliases: owners.filter(([, owner]) => owner === id).map(([alias]) => alias),
      prices: chosen,
      scores: scoresOf(scales, [vendorId, ...listedNames(rows)]),
      status,
    });
  }
  return { ...result, models: markSnapshots(result.models) };
}
