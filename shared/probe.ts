// The capability card of one model: what was asked of it, what came back, and where that differs from the catalogue.
import * as z from "zod/mini";
import { Capability } from "./model.ts";
import { Cost } from "./money.ts";

export const ProbeName = z.enum(["models", "answer", "stream", "usage", "tools", "structured", "vision", "reasoning"]);
export type ProbeName = z.infer<typeof ProbeName>;

export const ProbeCheck = z.object({
  name: ProbeName,
  /** "skipped" was not asked, and `detail` says why. */
  outcome: z.enum(["works", "fails", "skipped"]),
  detail: z.string(),
  /** Absent where nothing was sent. */
  ms: z.optional(z.number()),
});
export type ProbeCheck = z.infer<typeof ProbeCheck>;

export const ProbeReport = z.object({
  provider: z.string(),
  model: z.string(),
  dialect: z.string(),
  /** The address that chats really went to; null when none was sent. */
  url: z.nullable(z.string()),
  /** A plain answer came. */
  ok: z.boolean(),
  checks: z.array(ProbeCheck),
  /** What the catalogue says and what was seen, where the two are not the same. */
  differs: z.array(z.object({ capability: Capability, catalogue: z.boolean(), seen: z.boolean() })),
  firstTokenMs: z.nullable(z.number()),
  cost: Cost,
  /** Requests that were sent to the provider, the free list apart; each is a row of the ledger. */
  attempts: z.int(),
});
export type ProbeReport = z.infer<typeof ProbeReport>;
