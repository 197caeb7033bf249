// What people say about providers and limits of their own: strict schemas, since a typo here costs money.
import * as z from "zod/mini";
import { Capability } from "./model.ts";

export const Dialect = z.enum(["openai-chat", "openai-responses", "anthropic", "google"]);
export type Dialect = z.infer<typeof Dialect>;

const name = z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]*$/));
export const nonNegative = z.number().check(z.gte(0));

/** Dollars per million tokens, as vendors' price pages state them. */
export const UsdPerMillion = z.strictObject({
  input: nonNegative,
  cacheRead: z.optional(nonNegative),
  cacheWrite5m: z.optional(nonNegative),
  cacheWrite1h: z.optional(nonNegative),
  output: nonNegative,
});

/** `quality` (0 to 100) is the user's own word for it; without it the quality is "unknown". */
export const CustomModel = z.strictObject({
  id: z.string().check(z.minLength(1)),
  name: z.optional(z.string()),
  contextWindowTokens: z.optional(z.int().check(z.gte(1))),
  maxOutputTokens: z.optional(z.int().check(z.gte(1))),
  usdPerMillion: z.optional(UsdPerMillion),
  capabilities: z.optional(z.array(Capability)),
  quality: z.optional(z.number().check(z.gte(0), z.lte(100))),
});
export type CustomModel = z.infer<typeof CustomModel>;

export const CustomProvider = z.strictObject({
  id: name,
  name: z.optional(z.string()),
  baseUrl: z.string().check(z.minLength(1)),
  dialect: z._default(Dialect, "openai-chat"),
  models: z._default(z.array(CustomModel), []),
  headers: z.optional(z.record(z.string(), z.string())),
  /** False for a local server that takes no key. */
  needsKey: z.optional(z.boolean()),
});
export type CustomProvider = z.infer<typeof CustomProvider>;

export const ProviderOverride = z.strictObject({
  baseUrl: z.optional(z.string()),
  enabled: z.optional(z.boolean()),
  headers: z.optional(z.record(z.string(), z.string())),
  caFile: z.optional(z.string()),
});
export type ProviderOverride = z.infer<typeof ProviderOverride>;

export const BudgetScope = z.enum(["request", "conversation", "workspace", "provider", "model", "all"]);
export const BudgetPeriod = z.enum(["day", "week", "month"]);

export const BudgetLimit = z.strictObject({
  scope: BudgetScope,
  id: z.optional(z.string()),
  period: z.optional(BudgetPeriod),
  limitUsd: nonNegative,
  kind: z._default(z.enum(["hard", "soft"]), "hard"),
});
export type BudgetLimit = z.infer<typeof BudgetLimit>;
