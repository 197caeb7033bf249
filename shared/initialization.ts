// What a client says in initialize; apart from the methods, whose schemas take longer to build than the answer may.
import * as z from "zod/mini";

/** Moves only on a break; an optional field or a capability is additive. */
export const PROTOCOL_VERSION = 1;

export const InitializationOptions = z.object({
  protocolVersion: z.int(),
  client: z.object({ name: z.string(), version: z.string() }),
  settings: z.optional(z.record(z.string(), z.unknown())),
  workspace: z.optional(z.string()),
  locale: z.optional(z.string()),
  /** False: workspace settings were not applied and none will be believed. */
  trusted: z.optional(z.boolean()),
  /** Whether LSP's own features (code actions, hover) are offered too; clients that give no protocolVersion get them. */
  languageServer: z.optional(z.boolean()),
});
export type InitializationOptions = z.infer<typeof InitializationOptions>;
