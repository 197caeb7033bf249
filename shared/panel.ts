// Messages between the chat panel's webview and the extension, validated on both sides; never a key, never a command line.
import * as z from "zod/mini";
import { Attempt, StopReason } from "./chat.ts";
import { DescribedImage } from "./image.ts";
import { Cost, Usage } from "./money.ts";
import { Policy, RouteDecision } from "./route.ts";

export const AttachmentView = z.object({
  id: z.string(),
  kind: z.enum(["file", "selection", "image"]),
  label: z.string(),
  /** A small data: URL, only for images. */
  preview: z.optional(z.string()),
});
export type AttachmentView = z.infer<typeof AttachmentView>;

/** A repair the reader may choose; `id` is one of the extension's own repairs, never an arbitrary command. */
export const Repair = z.object({
  id: z.enum(["setKey", "retry", "continue", "chooseModel", "setBudget", "showLog", "restart"]),
  label: z.string(),
});
export type Repair = z.infer<typeof Repair>;

export const Note = z.object({
  kind: z.enum(["fallback", "seam", "waiting", "notice"]),
  text: z.string(),
  /** Offset in the answer's text where a seam shows. */
  at: z.optional(z.int()),
});
export type Note = z.infer<typeof Note>;

export const QuestionTurn = z.object({
  role: z.literal("user"),
  id: z.string(),
  text: z.string(),
  attachments: z.array(AttachmentView),
});
export type QuestionTurn = z.infer<typeof QuestionTurn>;

export const AnswerTurn = z.object({
  role: z.literal("assistant"),
  id: z.string(),
  text: z.string(),
  reasoning: z.string(),
  status: z.enum(["running", "done", "failed"]),
  notes: z.array(Note),
  /** What a model that cannot see was told of the question's images. */
  images: z.optional(z.array(DescribedImage)),
  model: z.optional(z.string()),
  stopReason: z.optional(StopReason),
  cost: z.optional(Cost),
  usage: z.optional(Usage),
  route: z.optional(RouteDecision),
  attempts: z.optional(z.array(Attempt)),
  failure: z.optional(z.object({ kind: z.string(), message: z.string(), provider: z.optional(z.string()), repairs: z.array(Repair) })),
});
export type AnswerTurn = z.infer<typeof AnswerTurn>;

export const Turn = z.discriminatedUnion("role", [QuestionTurn, AnswerTurn]);
export type Turn = z.infer<typeof Turn>;

export const ModelChoice = z.object({ id: z.string(), label: z.string(), detail: z.string() });
export type ModelChoice = z.infer<typeof ModelChoice>;

export const QuoteView = z.object({
  model: z.string(),
  p50NanoUsd: z.nullable(z.int()),
  worstNanoUsd: z.nullable(z.int()),
  cachedShare: z.nullable(z.number()),
  inputTokens: z.int(),
  /** What stands in the way of sending, in one sentence. */
  problem: z.optional(z.string()),
});
export type QuoteView = z.infer<typeof QuoteView>;

export const PanelState = z.object({
  conversationId: z.string(),
  title: z.string(),
  turns: z.array(Turn),
  running: z.boolean(),
  attachments: z.array(AttachmentView),
  model: ModelChoice,
  policy: Policy,
  draft: z.string(),
  /** True until the first key is known or a local model is found: the empty panel then offers to add one. */
  needsKey: z.boolean(),
});
export type PanelState = z.infer<typeof PanelState>;

/** Extension to webview. */
export const ToPanel = z.discriminatedUnion("type", [
  z.object({ type: z.literal("state"), state: PanelState }),
  z.object({ type: z.literal("turn"), turn: Turn }),
  z.object({ type: z.literal("delta"), id: z.string(), text: z.string(), reasoning: z.string() }),
  z.object({ type: z.literal("gone"), id: z.string() }),
  z.object({ type: z.literal("running"), running: z.boolean() }),
  z.object({ type: z.literal("attachments"), attachments: z.array(AttachmentView) }),
  z.object({ type: z.literal("choice"), model: ModelChoice, policy: Policy, needsKey: z.boolean() }),
  z.object({ type: z.literal("quote"), seq: z.int(), quote: z.nullable(QuoteView) }),
  z.object({ type: z.literal("focus"), target: z.enum(["prompt", "answer"]) }),
]);
export type ToPanel = z.infer<typeof ToPanel>;

/** A person's correction of a description: the three parts that can be edited; `text` has a line for each piece. */
export const ImageCorrection = z.object({ id: z.string(), summary: z.string(), altText: z.string(), text: z.string() });
export type ImageCorrection = z.infer<typeof ImageCorrection>;

const CodeAction = z.enum(["copy", "insert", "apply", "newFile"]);
export type CodeAction = z.infer<typeof CodeAction>;

/** Webview to extension. */
export const FromPanel = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("send"), text: z.string() }),
  z.object({ type: z.literal("stop") }),
  z.object({ type: z.literal("draft"), seq: z.int(), text: z.string() }),
  z.object({ type: z.literal("pickModel") }),
  z.object({ type: z.literal("policy"), policy: Policy }),
  z.object({ type: z.literal("attach"), what: z.enum(["file", "selection", "image"]) }),
  z.object({ type: z.literal("attachImage"), name: z.string(), mediaType: z.string(), data: z.string() }),
  z.object({ type: z.literal("attachUris"), uris: z.array(z.string()) }),
  z.object({ type: z.literal("detach"), id: z.string() }),
  z.object({ type: z.literal("retry"), id: z.string(), otherModel: z.boolean() }),
  z.object({ type: z.literal("edit"), id: z.string(), text: z.string() }),
  z.object({ type: z.literal("fork"), id: z.string() }),
  z.object({ type: z.literal("code"), action: CodeAction, text: z.string(), languageId: z.string() }),
  z.object({ type: z.literal("repair"), id: z.string(), repair: Repair.shape.id }),
  z.object({ type: z.literal("correctImage"), id: z.string(), correction: ImageCorrection }),
  z.object({ type: z.literal("link"), url: z.string() }),
  z.object({ type: z.literal("command"), command: z.enum(["newChat", "openHistory", "setKey"]) }),
]);
export type FromPanel = z.infer<typeof FromPanel>;
