// Providers and keys as clients see them: where they are, how they are, and never a key.
import * as z from "zod/mini";

export const ProviderStatus = z.object({
  id: z.string(),
  name: z.string(),
  dialect: z.string(),
  baseUrl: z.string(),
  local: z.boolean(),
  needsKey: z.boolean(),
  hasKey: z.boolean(),
  keySource: z.optional(z.string()),
  enabled: z.boolean(),
  models: z.int(),
  health: z.enum(["ok", "resting", "probing", "keyRejected", "creditExhausted", "unknown"]),
  restingUntil: z.optional(z.string()),
  reason: z.optional(z.string()),
  docsUrl: z.optional(z.string()),
});
export type ProviderStatus = z.infer<typeof ProviderStatus>;

export const KeyInfo = z.object({
  provider: z.string(),
  name: z.optional(z.string()),
  source: z.enum(["lease", "environment", "command", "keychain", "vault"]),
  origin: z.string(),
  last4: z.string(),
  /** True for the one that requests use; the others are shadowed. */
  active: z.boolean(),
  warning: z.optional(z.string()),
});
export type KeyInfo = z.infer<typeof KeyInfo>;
