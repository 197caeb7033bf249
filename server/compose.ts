// Builds every part and hands them to each other; no container, no singleton, no logic of its own.
import { randomUUID } from "node:crypto";
import type { NotificationMethod, NotificationOf } from "../shared/protocol.ts";
import { Failure } from "../shared/failure.ts";
import type { InitializationOptions } from "../shared/protocol.ts";
import { readSettings, type Settings } from "../shared/settings.ts";
import type { SpineParts } from "./chat/parts.ts";
import { preview, quote } from "./chat/preview.ts";
import { createSend } from "./chat/send.ts";
import type { Edge } from "./edge.ts";
import type { House } from "./house.ts";
import { access, budget, catalog, plan, pricing, quoter, route } from "./interim.ts";
import type { Log } from "./log.ts";
import { createAttemptBudget } from "./resilience/attempts.ts";
import { createHealth, type HealthChange } from "./resilience/health.ts";

export interface HouseOrder {
  readonly edge: Edge;
  readonly log: Log;
  readonly options: InitializationOptions;
}

export async function openHouse(order: HouseOrder): Promise<House> {
  let settings = read(order, order.options.settings).settings;
  const now = () => new Date();
  const health = createHealth({ now, log: (message, details) => order.log.warn(message, details) });
  const spine: SpineParts = {
    catalog,
    route,
    quoter,
    pricing,
    budget,
    providers: access,
    health,
    plan,
    settings: () => settings,
    createAttemptBudget: (rules) => createAttemptBudget(rules, Date.now, Math.random),
    now,
    newId: () => randomUUID(),
  };
  const listeners: ((method: NotificationMethod, params: NotificationOf<NotificationMethod>) => void)[] = [];
  health.onChange((change) => {
    for (const listener of listeners) listener("health/changed", healthOnWire(change));
  });
  const later = () => Promise.reject(new Failure("internal"));
  return {
    send: createSend(spine),
    quote: (draft) => quote(spine, draft),
    preview: (draft) => preview(spine, draft),
    listModels: async () => ({ models: catalog.all().map((model) => ({ ...model, price: null, available: true })) }),
    refreshModels: later,
    listProviders: later,
    listKeys: () => ({ keys: [] }),
    setKey: later,
    deleteKey: later,
    testKey: later,
    budgets: later,
    setBudgets: later,
    budgetStatus: later,
    summarise: later,
    exportUsage: later,
    settings: () => settings,
    configure(given) {
      const next = read(order, given);
      settings = next.settings;
      return next.problems;
    },
    onNotification: (listener) => {
      listeners.push(listener as (typeof listeners)[number]);
    },
    close: async () => health.close(),
  };
}

function healthOnWire({ provider, model, state }: HealthChange): NotificationOf<"health/changed"> {
  const { health, restingUntil, reason } = state;
  return { provider, model, health, restingUntil: restingUntil?.toISOString(), reason };
}

function read(order: HouseOrder, given: unknown): ReturnType<typeof readSettings> {
  const reading: { settings: Settings; problems: ReturnType<typeof readSettings>["problems"] } = readSettings(given);
  for (const problem of reading.problems) order.log.warn("a setting was not understood", { ...problem });
  return reading;
}
