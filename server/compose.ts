// Builds every part and hands them to each other; no container, no singleton, no logic of its own.
import { randomUUID } from "node:crypto";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import type { InitializationOptions } from "../shared/protocol.ts";
import type { ModelInfo } from "../shared/model.ts";
import { readSettings, type Settings } from "../shared/settings.ts";
import { createAccess } from "./access.ts";
import { openLearnedWindows } from "./catalog/learned-windows.ts";
import { overlaySettings } from "./catalog/custom.ts";
import { createCatalogWithDemo } from "./catalog/demo.ts";
import type { SpineParts } from "./chat/parts.ts";
import { takeOverSessions } from "./conversations/earlier-sessions.ts";
import { type ConversationStore, openConversationStore } from "./conversations/store.ts";
import { createDescriptionStore } from "./description-store.ts";
import type { Edge } from "./edge.ts";
import { houseFrom } from "./front-desk.ts";
import type { House } from "./house.ts";
import { createImages } from "./images/images.ts";
import { createKeyRing } from "./keys/key-ring.ts";
import type { ProviderKeys } from "./keys/origins.ts";
import { guardPrompt } from "./keys/scan.ts";
import { Secret } from "./keys/secret.ts";
import { openKeychain } from "./keys/sources/keychain.ts";
import { openVault } from "./keys/vault.ts";
import type { Log } from "./log.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { Budget } from "./money/budget.ts";
import { calendarFor, ownCalendar } from "./money/calendar.ts";
import { createEstimator, type Estimator } from "./money/estimate.ts";
import type { Ledger } from "./money/ledger/ledger.ts";
import { openLedger } from "./money/ledger/open.ts";
import { createSharedStore } from "./money/ledger/shared-store.ts";
import { pricing } from "./money/pricing.ts";
import { createReports, type Reports } from "./money/reports.ts";
import { createBudget } from "./money/wallet.ts";
import { createLocalModels } from "./local-models.ts";
import { createLocalDiscovery, localTargets } from "./network/local-servers.ts";
import { createNetwork } from "./network/network.ts";
import { openStateFolder } from "./own-folder.ts";
import { PROVIDER_ROWS } from "./providers/registry.ts";
import { promptCacheOf } from "./providers/rows/prompt-cache.ts";
import { createAttemptBudget } from "./resilience/attempts.ts";
import { createGate } from "./resilience/gate.ts";
import { createHealth } from "./resilience/health.ts";
import { createLearnedGain } from "./learned-gain.ts";
import { openRefresher } from "./live-models.ts";
import type { Rooms } from "./rooms.ts";
import { openPlan } from "./plan-in-force.ts";
import { createRoute } from "./routing/route.ts";
import { stateFolder } from "./state/folder.ts";
import { observing } from "./telemetry/observe.ts";
import { VERSION } from "./version.ts";

export interface HouseOrder {
  readonly edge: Edge;
  readonly log: Log;
  readonly options: InitializationOptions;
  /** From now on these values are taken out of every line of the log. */
  readonly scrubLog?: (scrub: (line: string) => string) => void;
}

export async function openHouse(order: HouseOrder): Promise<House> {
  const rooms = await openRooms(order);
  return watched(houseFrom(rooms, order.edge), order.log);
}

/** With an address for it set, every chat of every door is told to a collector; else nothing of that is even loaded. */
async function watched(house: House, log: Log): Promise<House> {
  const settings = house.settings();
  const endpoint = settings["openTelemetry.endpoint"];
  if (endpoint === null) return house;
  const { openTelemetry } = await import("./telemetry/open-telemetry.ts");
  const recorder = await openTelemetry({ endpoint, content: settings["openTelemetry.content"], version: VERSION, log });
  const send = observing(
    house.send,
    recorder,
    () => new Date(),
    (error) => log.warn("a chat could not be traced", { error }),
  );
  return { ...house, send, close: () => recorder.close().then(() => house.close()) };
}

type HeldSettings = ReturnType<typeof holdSettings>;

/** The rooms that touch the world: files, the ledger, sockets. */
async function openEdges(order: HouseOrder, settings: HeldSettings) {
  const { log, edge } = order;
  const folder = stateFolder({ environment: edge.environment, platform: platform(), home: homedir() });
  await openStateFolder(folder);
  const ledger = await openLedger({
    folder,
    env: edge.environment,
    facts: edge,
    now: Date.now,
    settings: settings.get,
    log: (message, details) => log.warn(message, details),
  });
  for (const notice of ledger.notices) log.warn(notice);
  const { ring, vault, keychain } = openKeys(order, folder, settings.get);
  order.scrubLog?.((line) => ring.scrubber.scrub(line));
  const network = createNetwork({ settings: settings.derived(() => networkSettings(settings.get())), environment: edge.environment });
  const health = createHealth({
    now: () => new Date(),
    shared: createSharedStore(ledger.shared, Date.now),
    log: (message, details) => log.warn(message, details),
  });
  const descriptions = createDescriptionStore({
    folder: join(folder, "descriptions"),
    mayKeep: () => settings.get()["conversations.keep"],
    onTrouble: (message, error) => log.warn(message, { error }),
  });
  const images = createImages({ fetchPublic: network.fetchPublic });
  return { folder, ledger, ring, vault, keychain, network, health, descriptions, images, conversations: keptConversations(folder, log) };
}

async function openRooms(order: HouseOrder): Promise<Rooms> {
  const { log, edge } = order;
  const settings = holdSettings(order);
  const now = () => new Date();
  const { folder, ledger, ring, vault, keychain, network, health, conversations, descriptions, images } = await openEdges(order, settings);
  const catalog = createCatalogWithDemo();
  const lookedAt = settings.derived(() => localTargets(settings.get().providers, edge.environment));
  const discovery = createLocalDiscovery({ targets: lookedAt, fetchFor: (options) => network.fetchFor(options), now });
  const locals = createLocalModels({ discovery, catalog, settings: settings.get });
  const access = createAccess({
    ...{ settings: settings.get, ring, network, health, catalog },
    localUrls: settings.derived(() => new Map(lookedAt().map(({ provider, baseUrl }) => [provider, baseUrl]))),
  });
  const { budget, reports } = openBooks({ ledger, catalog, log, settings: settings.get });
  const leastCachedTokens = ({ provider, model }: ModelInfo) => promptCacheOf(provider, model).leastTokens;
  const quoter = createEstimator({ now, leastCachedTokens, imageSize: images.look, fittedSize: images.sizeFor });
  const providersWithKey = () => access.rows().flatMap(({ id }) => (ring.has(id) ? [id] : []));
  const plan = await openPlan({ folder, environment: edge.environment, settings: settings.get, providersWithKey, now });
  const refresher = openRefresher({ catalog, folder, access, network, providersWithKey, log, settings: settings.get });
  const windows = openLearnedWindows({ catalog, folder, now, warn: (message) => log.warn(message) });
  const learned = createLearnedGain({ catalog, providersWithKey, keysRevision: () => ring.revision });
  const route = createRoute({ learned: (prompt) => learned.of(prompt) });
  const spine: SpineParts = {
    ...{ catalog, budget, health, now, route, plan, providers: access, settings: settings.get },
    ...{ quoter, pricing, images, learnWindow: windows.learn },
    lastAnswer: (conversationId) => ledger.lastAnswer(conversationId).catch(() => null),
    createAttemptBudget: (rules) => createAttemptBudget(rules, Date.now, Math.random),
    guard: (messages) => guardPrompt(messages, settings.get()["secrets.inPrompts"], ring.scrubber),
    gate: createGate({ running: 128, waiting: 128 }),
    newId: () => randomUUID(),
    onBug: (error) => order.log.error("unexpected error", { error }),
  };
  const applySettings = () => {
    overlaySettings(catalog, settings.get().providers.custom ?? [], now().toISOString().slice(0, 10));
  };
  applySettings();
  const loaded = Promise.all([learn(quoter, ledger), refresher.load(), windows.load()]);
  return {
    ...{ spine, access, catalog, refresher, ring, vault, keychain, conversations, descriptions, images },
    ...{ budget, ledger, reports, health, log, settings: settings.get },
    configure(given) {
      const problems = settings.set(given);
      applySettings();
      return problems;
    },
    async ready(model) {
      // The ring looks each time whether another process changed the vault.
      await Promise.all([ring.ready(), loaded]);
      await learned.ready();
      const looking = locals.look();
      // A look costs a socket or two: only who has nothing else, or asks for a local model, waits for it.
      if (looking && (!access.hasUsable() || (model !== undefined && access.isLocal(model)))) await looking;
    },
    async close() {
      refresher.stop();
      health.close();
      await budget.close();
      await Promise.all([ledger.close(), network.close(), windows.kept()]);
    },
  };
}

function keptConversations(folder: string, log: Log): ConversationStore {
  return openConversationStore({
    folder: join(folder, "conversations"),
    takeOver: (keep) => takeOverSessions(join(folder, "acp-sessions"), keep),
    now: () => new Date(),
    warn: (message) => log.warn(message),
  });
}

/** What stands on the ledger: the wallet that writes it and the reports that read it. */
function openBooks(given: { ledger: Ledger; catalog: Catalog; log: Log; settings: () => Settings }): { budget: Budget; reports: Reports } {
  const { ledger, catalog, log, settings } = given;
  const timeZone = ownCalendar();
  const budget = createBudget({ ledger, settings, now: Date.now, timeZone, log: (message, details) => log.warn(message, details) });
  const calendar = () => calendarFor(settings()["budget.timeZone"], timeZone);
  return { budget, reports: createReports({ ledger, find: (id) => catalog.find(id), calendar, now: Date.now }) };
}

/** Quotes begin with what the newest answers taught; a ledger that cannot be read teaches nothing. */
async function learn(quoter: Estimator, ledger: Ledger): Promise<void> {
  const rows = await ledger.recent(500).catch(() => []);
  quoter.learn(rows.toReversed());
}

function holdSettings(order: HouseOrder) {
  let current: Settings;
  const set = (given: unknown) => {
    const { settings, problems } = readSettings(given);
    current = settings;
    for (const problem of problems) order.log.warn("a setting was not understood", { ...problem });
    return problems;
  };
  set(order.options.settings);
  /** What follows from the settings alone is worked out once for each. */
  const derived = <Value>(make: () => Value): (() => Value) => {
    let of: Settings | undefined;
    let value: Value | undefined;
    return () => {
      if (of !== current || value === undefined) value = make();
      of = current;
      return value;
    };
  };
  return { get: () => current, set, derived };
}

function openKeys(order: HouseOrder, folder: string, settings: () => Settings) {
  const { environment } = order.edge;
  const passphrase = environment.LATCHKEY_PASSPHRASE;
  const keychain = openKeychain();
  const vault = openVault({ folder, passphrase: () => (passphrase ? new Secret(passphrase) : undefined), keychain, now: () => new Date() });
  const ring = createKeyRing({ providers: PROVIDER_ROWS.map(keysOfRow), environment, vault, settings, log: order.log });
  return { ring, vault, keychain };
}

function keysOfRow({ id, environment, baseUrl }: (typeof PROVIDER_ROWS)[number]): ProviderKeys {
  return { id, environment, origins: baseUrl === "" ? [] : [new URL(baseUrl).origin] };
}

function networkSettings(settings: Settings) {
  return {
    proxy: settings["network.proxy"],
    noProxy: settings["network.noProxy"],
    strictSsl: settings["network.strictSsl"],
    caFile: settings["network.caFile"],
    plainHttpHosts: settings["network.plainHttpHosts"],
  };
}
