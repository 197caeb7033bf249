// Answers each question that a door may ask with one call to the room that knows; decides nothing itself.
import { Failure } from "../shared/failure.ts";
import type { ChatDraft, NotificationMethod, NotificationOf, ParamsOf, ResultOf } from "../shared/protocol.ts";
import { createCascade } from "./chat/cascade.ts";
import { createStructured } from "./chat/structured.ts";
import { createSummarised, quoteSummarised } from "./chat/summarised.ts";
import { createConversations } from "./conversations/desk.ts";
import { keeping, resumed } from "./conversations/keep.ts";
import { createSummaryMemory } from "./conversations/summaries.ts";
import { createCoordinated } from "./chat/vision/coordinate.ts";
import { correctImage, describeImage } from "./chat/vision/describe.ts";
import { previewSighted, quoteSighted } from "./chat/vision/quote.ts";
import type { Edge } from "./edge.ts";
import type { House, ImportedKeys } from "./house.ts";
import { probe } from "./chat/probe.ts";
import { examineKeys } from "./keys/doctor.ts";
import { keysIn } from "./keys/import.ts";
import { quoted as inQuotes } from "./keys/key-text.ts";
import { priceAt } from "./money/price.ts";
import type { HealthChange } from "./resilience/health.ts";
import type { Rooms } from "./rooms.ts";

export function houseFrom(rooms: Rooms, _edge: Edge): House {
  const { access, ring, budget, health } = rooms;
  const talk = keptTalk(rooms);
  return {
    ...asking(rooms, talk),
    listModels: (params) => listModels(rooms, params),
    refreshModels: async (signal) => {
      await rooms.ready(LOCAL_TOO);
      return rooms.refresher.refresh(signal);
    },
    listProviders: async () => {
      await rooms.ready(LOCAL_TOO);
      await health.refresh();
      return { providers: access.list() };
    },
    probe: (params, caller, onCheck) => probeIn(rooms, params, caller, onCheck),
    listKeys: async () => {
      await ring.ready();
      return { keys: ring.list() };
    },
    setKey: async ({ provider, secret, name, persist, origin }) => {
      mustBeKnown(rooms, provider);
      const set = await ring.set(provider, secret, { name, persist, origin });
      health.reset(provider);
      await rooms.refresher.load();
      return { provider, ...set };
    },
    deleteKey: async ({ provider, name }) => {
      mustBeKnown(rooms, provider);
      await ring.ready();
      return ring.delete(provider, name);
    },
    examineKeys: () => examineKeys({ ring, vault: rooms.vault, keychain: rooms.keychain, providers: access.rows().map((row) => row.id) }),
    importKeys: (text, parseYaml) => importKeys(rooms, text, parseYaml),
    testKey: async (provider, signal) => {
      await ring.ready();
      return access.test(provider, signal);
    },
    conversations: talk.conversations,
    budgets: () => budget.limits(),
    setBudgets: async (budgets) => ({ budgets: await budget.setLimits(budgets) }),
    budgetStatus: () => budget.status(),
    summarise: (params) => rooms.reports.summarise(params),
    exportUsage: (params) => rooms.reports.exportUsage(params),
    reports: rooms.reports,
    settings: rooms.settings,
    ...notifying(rooms),
    close: () => rooms.close(),
  };
}

/** The spine with what is kept around it. */
function keptTalk({ spine, conversations: store, descriptions, images, settings, log }: Rooms) {
  const sighted = { spine, store: descriptions, images };
  const mayKeep = () => settings()["conversations.keep"];
  const warn = (message: string, details: Readonly<Record<string, unknown>>) => log.warn(message, { ...details });
  const memory = createSummaryMemory({ store, mayKeep, warn });
  const seen = createCoordinated(sighted, createCascade(spine, createStructured));
  return {
    send: keeping({ store, mayKeep, now: spine.now, warn }, createSummarised(spine, memory, seen)),
    quoted: (draft: ChatDraft) => quoteSummarised(spine, memory, draft, (rest) => quoteSighted(sighted, rest)),
    conversations: createConversations(store, mayKeep),
    sighted,
    whole: <Draft extends ChatDraft>(draft: Draft) => resumed(store, draft),
  };
}

type Asking = "send" | "quote" | "preview" | "describeImage" | "correctImage";

/** What is asked of models; each waits for what it needs to know of them. */
function asking(rooms: Rooms, { send, quoted, sighted, whole }: ReturnType<typeof keptTalk>): Pick<House, Asking> {
  const { quoter } = rooms.spine;
  return {
    send: async (request, caller) => {
      await rooms.ready(request.model);
      return send(request, caller);
    },
    quote: async (draft) => {
      const [asked] = await Promise.all([whole(draft), rooms.ready(), quoter.ready?.()]);
      return quoted(asked);
    },
    preview: async (draft) => {
      const [asked] = await Promise.all([whole(draft), rooms.ready(draft.model)]);
      return previewSighted(sighted, asked);
    },
    describeImage: async (params, caller) => {
      await rooms.ready(params.model);
      return describeImage(sighted, params, caller);
    },
    correctImage: (params) => correctImage(sighted, params),
  };
}

/** Who lists models or providers waits for the local ones. */
const LOCAL_TOO = "ollama/";

async function importKeys(rooms: Rooms, text: string, parseYaml: (text: string) => unknown): Promise<ImportedKeys> {
  const providers = rooms.access
    .rows()
    .map(({ id, environment, baseUrl }) => ({ id, environment, origins: baseUrl === "" ? [] : [new URL(baseUrl).origin] }));
  const { keys, unknown } = keysIn(text, { providers, parseYaml });
  const kept: ImportedKeys["kept"][number][] = [];
  const names = new Set<string>();
  for (const { provider, at, secret } of keys) {
    // The first key of a provider is its default, more of them are named after where they stood.
    const name = names.has(provider) ? at : undefined;
    names.add(provider);
    kept.push({ provider, at, ...(await rooms.ring.set(provider, secret.reveal(), { name, persist: "vault" })) });
    rooms.health.reset(provider);
  }
  return { kept, unknown };
}

async function probeIn(rooms: Rooms, ...[params, caller, onCheck]: Parameters<House["probe"]>): ReturnType<House["probe"]> {
  mustBeKnown(rooms, params.provider);
  await rooms.ready(params.model ?? `${params.provider}/`);
  const { access, spine } = rooms;
  const dialectOf = (provider: string) => access.list().find(({ id }) => id === provider)?.dialect ?? "";
  const listModels = async (provider: string, signal: AbortSignal) => {
    const { dialect, connection } = await access.reach(provider, signal);
    return dialect.listModels(connection, signal);
  };
  return probe({ spine, dialectOf, listModels, ...(onCheck ? { onCheck } : {}) }, params, caller);
}

/** Who listens hears too of models that settings brought or took away: a picker shows them without asking again. */
function notifying(rooms: Rooms): Pick<House, "configure" | "onNotification"> {
  const listeners: Listener[] = [];
  const ids = () => new Set(rooms.catalog.all().map(({ id }) => id));
  return {
    configure(given) {
      const [providers, known] = [JSON.stringify(rooms.settings().providers), ids()];
      const problems = rooms.configure(given);
      if (JSON.stringify(rooms.settings().providers) === providers) return problems;
      const now = ids();
      const missingFrom = (some: ReadonlySet<string>, others: ReadonlySet<string>) => [...others].filter((id) => !some.has(id)).length;
      const [added, ghosts] = [missingFrom(known, now), missingFrom(now, known)];
      for (const listener of listeners) listener("catalog/changed", { added, changed: 0, ghosts, source: "settings" });
      return problems;
    },
    onNotification(listener) {
      listeners.push(listener);
      subscribe(rooms, listener);
    },
  };
}

type Listener = <Method extends NotificationMethod>(method: Method, params: NotificationOf<Method>) => void;

function subscribe(rooms: Rooms, listener: Listener): void {
  rooms.health.onChange((change) => listener("health/changed", healthOnWire(change)));
  rooms.budget.onChange((change) => listener("budget/changed", change));
  rooms.refresher.onChange((change) => listener("catalog/changed", change));
}

function healthOnWire({ provider, model, state }: HealthChange): NotificationOf<"health/changed"> {
  const { health, restingUntil, reason } = state;
  return { provider, model, health, restingUntil: restingUntil?.toISOString(), reason };
}

async function listModels(rooms: Rooms, params: ParamsOf<"model/list">): Promise<ResultOf<"model/list">> {
  await rooms.ready(LOCAL_TOO);
  const availabilityOf = rooms.access.availabilities();
  const now = rooms.spine.now();
  const models = rooms.catalog.all().flatMap((model) => {
    if (params.provider !== undefined && model.provider !== params.provider) return [];
    if (params.capability !== undefined && !model.capabilities.includes(params.capability)) return [];
    const { usable, reason } = availabilityOf(model);
    if (!usable && params.all !== true && params.provider === undefined) return [];
    const { prices, quirks, ...shown } = model;
    return [{ ...shown, price: priceAt(model, now), available: usable, ...(reason ? { unavailableBecause: reason } : {}) }];
  });
  return { models };
}

function mustBeKnown(rooms: Rooms, provider: string): void {
  if (rooms.access.rows().some((row) => row.id === provider)) return;
  const known = rooms.access.rows().map((row) => row.id);
  throw new Failure("invalidParams", `There is no provider ${inQuotes(provider)}. Known: ${known.join(", ")}.`, { fields: ["provider"] });
}
