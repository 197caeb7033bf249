// The verbs by name, each loaded when it is called; adding one is a line here.
import type { Verb } from "./verb.ts";

export const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  ask: async () => (await import("./ask.ts")).ask,
  describe: async () => (await import("./describe.ts")).describe,
  conversations: async () => (await import("./conversations.ts")).conversations,
  serve: async () => (await import("./serve.ts")).serve,
  models: async () => (await import("./models.ts")).models,
  route: async () => (await import("./route.ts")).route,
  keys: async () => (await import("./keys.ts")).keys,
  doctor: async () => (await import("./doctor.ts")).doctor,
  acp: async () => (await import("./acp.ts")).acp,
  mcp: async () => (await import("./mcp.ts")).mcp,
  tokens: async () => (await import("./tokens.ts")).tokens,
  budget: async () => (await import("./budget.ts")).budget,
  usage: async () => (await import("./usage.ts")).usage,
  reprice: async () => (await import("./reprice.ts")).reprice,
  reconcile: async () => (await import("./reconcile.ts")).reconcile,
  score: async () => (await import("./score.ts")).score,
  schema: async () => (await import("./schema.ts")).schema,
};
