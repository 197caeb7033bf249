// The provider-neutral transcript and the events of one answer; never a vendor's own shape.
import * as z from "zod/mini";
import { DescribedImage } from "./image.ts";
import { Cost, Usage } from "./money.ts";
import { RouteDecision } from "./route.ts";

export const TextPart = z.object({ type: z.literal("text"), text: z.string() });

/** Exactly one of `data` (base64) and `url` (https) is used; `data` wins. */
export const ImagePart = z.object({
  type: z.literal("image"),
  mediaType: z.optional(z.string()),
  data: z.optional(z.string()),
  url: z.optional(z.string()),
});
export type ImagePart = z.infer<typeof ImagePart>;

/** What a vendor wants back unchanged in the next turn (thought signatures); dropped for every other origin. */
export const Origin = z.object({
  dialect: z.string(),
  provider: z.string(),
  model: z.string(),
  signature: z.optional(z.string()),
  raw: z.optional(z.unknown()),
});
export type Origin = z.infer<typeof Origin>;

/** `arguments` is the JSON object; `rawArguments` is what the vendor sent when that was not valid JSON. */
export const ToolCallPart = z.object({
  type: z.literal("toolCall"),
  id: z.string(),
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  rawArguments: z.optional(z.string()),
  origin: z.optional(Origin),
});
export type ToolCallPart = z.infer<typeof ToolCallPart>;

export const ToolResultPart = z.object({
  type: z.literal("toolResult"),
  id: z.string(),
  parts: z.array(z.union([TextPart, ImagePart])),
  isError: z.optional(z.boolean()),
});
export type ToolResultPart = z.infer<typeof ToolResultPart>;

export const ReasoningPart = z.object({
  type: z.literal("reasoning"),
  text: z.string(),
  origin: z.optional(Origin),
});
export type ReasoningPart = z.infer<typeof ReasoningPart>;

export const Part = z.discriminatedUnion("type", [TextPart, ImagePart, ToolCallPart, ToolResultPart, ReasoningPart]);
export type Part = z.infer<typeof Part>;

export const Role = z.enum(["system", "user", "assistant", "tool"]);
export type Role = z.infer<typeof Role>;

export const Message = z.object({ role: Role, parts: z.array(Part), pinned: z.optional(z.boolean()) });
export type Message = z.infer<typeof Message>;

export const ToolDefinition = z.object({
  name: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  description: z.optional(z.string()),
  parameters: z.record(z.string(), z.unknown()),
});
export type ToolDefinition = z.infer<typeof ToolDefinition>;

export const ToolChoice = z.union([z.enum(["auto", "none", "required"]), z.object({ name: z.string() })]);
export type ToolChoice = z.infer<typeof ToolChoice>;

export const OutputSchema = z.object({
  name: z.optional(z.string()),
  schema: z.record(z.string(), z.unknown()),
});
export type OutputSchema = z.infer<typeof OutputSchema>;

export const Reasoning = z.enum(["off", "low", "medium", "high"]);
export type Reasoning = z.infer<typeof Reasoning>;

export const StopReason = z.enum(["end", "length", "toolUse", "refused", "cancelled", "budget", "broken"]);
export type StopReason = z.infer<typeof StopReason>;

/** The wire form of a Failure, as in JSON-RPC `error.data`. */
export const FailureData = z.object({
  kind: z.string(),
  provider: z.optional(z.string()),
  model: z.optional(z.string()),
  retryAfterMs: z.optional(z.number()),
  attempts: z.optional(z.array(z.unknown())),
  excluded: z.optional(z.array(z.unknown())),
});

/** One request to one vendor: what it was, how it ended, what it cost. */
export const Attempt = z.object({
  id: z.string(),
  model: z.string(),
  provider: z.string(),
  startedAt: z.string(),
  ms: z.number(),
  firstTokenMs: z.nullable(z.number()),
  outcome: z.enum(["ok", "failed", "cancelled", "broken", "cut"]),
  failure: z.optional(z.object({ kind: z.string(), message: z.string(), retryAfterMs: z.optional(z.number()) })),
  usage: Usage,
  cost: Cost,
  /** How sure the model was: the mean log probability of its tokens, where it was asked for and told. */
  meanLogprob: z.optional(z.number()),
});
export type Attempt = z.infer<typeof Attempt>;

/** The answer to chat/send; a cancelled or broken chat is a result too, with what was shown so far. */
export const ChatResult = z.object({
  chatId: z.string(),
  text: z.string(),
  parts: z.array(Part),
  model: z.string(),
  stopReason: StopReason,
  usage: Usage,
  cost: Cost,
  attempts: z.array(Attempt),
  route: RouteDecision,
  /** A line for people when the answer needs one: "demo: no model was called", a stop's billing rule, a cut. */
  notice: z.optional(z.string()),
  /** Why the answer is incomplete (stopReason "broken" or "budget"). */
  failure: z.optional(z.object({ kind: z.string(), message: z.string() })),
  conversationId: z.optional(z.string()),
  /** There once question and answer are kept on the disk. */
  conversation: z.optional(z.object({ id: z.string(), entries: z.int(), revision: z.int() })),
  /** The validated object when `output` was asked for, and how many rounds it took. */
  output: z.optional(z.unknown()),
  rounds: z.optional(z.int()),
});
export type ChatResult = z.infer<typeof ChatResult>;

const head = { chatId: z.string(), seq: z.int() };

/** chat/event, one notification each; `seq` counts from 0 without gaps within a chat. */
export const ChatEvent = z.discriminatedUnion("type", [
  z.object({ ...head, type: z.literal("route"), route: RouteDecision }),
  z.object({ ...head, type: z.literal("start"), model: z.string(), attemptId: z.string() }),
  z.object({ ...head, type: z.literal("text-delta"), text: z.string() }),
  z.object({ ...head, type: z.literal("reasoning-delta"), text: z.string() }),
  z.object({ ...head, type: z.literal("tool-call"), call: ToolCallPart }),
  z.object({
    ...head,
    type: z.literal("fallback"),
    from: z.string(),
    to: z.nullable(z.string()),
    reason: z.string(),
    kind: z.string(),
  }),
  z.object({
    ...head,
    type: z.literal("waiting"),
    for: z.enum(["connect", "firstToken", "nextToken", "retry", "budget", "vision", "queue", "summary"]),
    waitedMs: z.number(),
    message: z.string(),
    retryAtMs: z.optional(z.number()),
  }),
  z.object({ ...head, type: z.literal("seam"), from: z.string(), to: z.string(), at: z.int(), restarted: z.optional(z.boolean()) }),
  /** What a model that cannot see is told of an image; it can be corrected with image/correct. */
  z.object({ ...head, type: z.literal("image-description"), image: DescribedImage }),
  /** With `output`: what the object says so far, for showing alone; nothing of it is checked, and a later round begins anew. */
  z.object({ ...head, type: z.literal("partial-object"), value: z.unknown(), round: z.int() }),
  z.object({ ...head, type: z.literal("usage"), usage: Usage, cost: Cost, total: z.optional(Cost) }),
  z.object({ ...head, type: z.literal("end"), stopReason: StopReason, notice: z.optional(z.string()) }),
]);
export type ChatEvent = z.infer<typeof ChatEvent>;

type WithoutHead<T> = T extends unknown ? Omit<T, "chatId" | "seq"> : never;
/** A chat event before the sender stamps chatId and seq on it. */
export type ChatEventBody = WithoutHead<ChatEvent>;

/** All text of a message, its parts joined with nothing between. */
export function textOf(message: Message): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}
