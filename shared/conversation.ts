// A kept conversation as it crosses the wire: its head, its entries in order, and what a request may say about one; holds no text of its own.
import * as z from "zod/mini";
import { type ChatResult, Message, type Part, StopReason } from "./chat.ts";
import { Cost, Usage } from "./money.ts";

/** What is known of an answer beside its words. */
export const KeptAnswer = z.object({
  model: z.optional(z.string()),
  stopReason: z.optional(StopReason),
  usage: z.optional(Usage),
  cost: z.optional(Cost),
  notice: z.optional(z.string()),
  failure: z.optional(z.object({ kind: z.string(), message: z.string() })),
});
export type KeptAnswer = z.infer<typeof KeptAnswer>;

/** One step of a conversation. Without a `message` it is only shown (a failed try) and no model is sent it. */
export const ConversationEntry = z.object({
  at: z.string(),
  message: z.optional(Message),
  answer: z.optional(KeptAnswer),
  /** What the client that made it wants to show; other clients pass it on unread. */
  view: z.optional(z.unknown()),
});
export type ConversationEntry = z.infer<typeof ConversationEntry>;

export const ConversationHead = z.object({
  id: z.string(),
  title: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  workspace: z.optional(z.string()),
  /** Who went on with it last. */
  client: z.optional(z.string()),
  /** The model and policy that were chosen for it. */
  choice: z.optional(z.object({ model: z.string(), policy: z.string() })),
  /** Who answered last. */
  model: z.optional(z.string()),
  entries: z.int(),
  /** All answers together, those that were cut away included; null once one had no known price. */
  costNanoUsd: z.nullable(z.int()),
  /** Grows with every change. */
  revision: z.int(),
  forkedFrom: z.optional(z.string()),
});
export type ConversationHead = z.infer<typeof ConversationHead>;

/** How one chat stands to the kept conversation that `conversationId` names. */
export const ConversationUse = z.object({
  /** True: `messages` are only what is new, and what is kept comes before them. */
  resume: z.optional(z.boolean()),
  /** With `resume`: only so many entries of it; what comes after them is gone once there is an answer. */
  from: z.optional(z.int().check(z.gte(0))),
  /** False: nothing of this chat is kept. */
  keep: z.optional(z.boolean()),
  title: z.optional(z.string()),
});
export type ConversationUse = z.infer<typeof ConversationUse>;

export const ConversationSave = z.object({
  id: z.string().check(z.minLength(1)),
  /** Entries before this one stay as they are kept; absent: all of them. */
  from: z.optional(z.int().check(z.gte(0))),
  /** The revision that the client knows; when another client went on meanwhile, this is kept as a fork of its own, whole. */
  revision: z.optional(z.int()),
  entries: z.optional(z.array(ConversationEntry)),
  title: z.optional(z.string()),
  createdAt: z.optional(z.string()),
  /** Now, unless it is brought from elsewhere. */
  updatedAt: z.optional(z.string()),
  workspace: z.optional(z.string()),
  choice: z.optional(z.object({ model: z.string(), policy: z.string() })),
});
export type ConversationSave = z.infer<typeof ConversationSave>;

const TITLE_LENGTH_MAX = 60;

/** What a conversation is called until somebody names it: the first line of what was asked. */
export function titleOf(parts: readonly Part[]): string {
  const words = parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  const line = (words.trim().split("\n", 1)[0] ?? "").replace(/\s+/g, " ").trim();
  return line.length > TITLE_LENGTH_MAX ? `${line.slice(0, TITLE_LENGTH_MAX - 1)}…` : line;
}

/** What is kept of a result beside its words. */
export function keptAnswer({ model, stopReason, usage, cost, notice, failure }: ChatResult): KeptAnswer {
  return { model, stopReason, usage, cost, ...(notice ? { notice } : {}), ...(failure ? { failure } : {}) };
}
