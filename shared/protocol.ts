// The only list of methods on the wire; types, validation, docs and the JSON Schema derive from it.
import * as z from "zod/mini";
import { ChatEvent, ChatResult, Message, OutputSchema, Reasoning, ToolChoice, ToolDefinition } from "./chat.ts";
import { ConversationEntry, ConversationHead, ConversationSave, ConversationUse } from "./conversation.ts";
import { Capability, ModelInfo, Price } from "./model.ts";
import { Cost, Usage } from "./money.ts";
import { Candidate, CandidateEstimate, Exclusion, Policy, RouteDecision, TaskType, VisionRoute } from "./route.ts";
import { InitializationOptions, PROTOCOL_VERSION } from "./initialization.ts";
import { ProbeReport } from "./probe.ts";
import { BudgetLimit } from "./custom.ts";
import { BudgetState, SummaryKey, SummaryRow } from "./spending.ts";
import { KeyInfo, ProviderStatus } from "./provider.ts";
import { CorrectImage, CorrectImageResult, DescribeImage, DescribeImageResult } from "./describe.ts";

export { InitializationOptions, PROTOCOL_VERSION };

const none = z.object({});
const text = z.string().check(z.minLength(1));

/** What an editor knows about where the prompt comes from; each is a hint to routing, none is sent to a vendor. */
export const EditorSignals = z.object({
  languageId: z.optional(z.string()),
  selectionLines: z.optional(z.int()),
  diagnostics: z.optional(z.int()),
  command: z.optional(z.string()),
});

export const ChatRequest = z.object({
  chatId: text,
  messages: z.array(Message).check(z.minLength(1)),
  model: z.optional(z.string()),
  policy: z.optional(Policy),
  maxOutputTokens: z.optional(z.int().check(z.gte(1))),
  temperature: z.optional(z.number().check(z.gte(0), z.lte(2))),
  reasoning: z.optional(Reasoning),
  tools: z.optional(z.array(ToolDefinition)),
  toolChoice: z.optional(ToolChoice),
  output: z.optional(OutputSchema),
  maxCostUsd: z.optional(z.number().check(z.gte(0))),
  workspace: z.optional(z.string()),
  conversationId: z.optional(z.string()),
  /** How this chat stands to the kept conversation of that name; absent: `messages` are all of it, and it is kept unless the settings say no. */
  conversation: z.optional(ConversationUse),
  taskType: z.optional(TaskType),
  onBreak: z.optional(z.enum(["stop", "offer", "continue"])),
  editor: z.optional(EditorSignals),
  cascade: z.optional(z.boolean()),
  /** "ask" (the default): a soft limit that would be passed refuses with `ask: true`; "proceed" is a person's yes to that. */
  overSoftLimit: z.optional(z.enum(["ask", "proceed"])),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

/** What quotes and previews take: a chat that need not have a name yet. */
export const ChatDraft = z.extend(ChatRequest, { chatId: z.optional(z.string()) });
export type ChatDraft = z.infer<typeof ChatDraft>;

export const Quote = z.object({
  tier: z.string(),
  candidates: z.array(z.extend(CandidateEstimate, { model: z.string(), priceDate: z.nullable(z.string()) })),
  excluded: z.array(Exclusion),
  inputTokens: z.int(),
  /** How images reach the model; in the coordinated way the first candidate's figures hold the descriptions too. */
  vision: z.optional(VisionRoute),
  /** The cheaper model that is asked first; the first candidate's figures are then those of both together. */
  cascade: z.optional(z.object({ tries: z.string(), because: z.string() })),
  /** The earlier messages that will be summarised and by whom; its cost is part of every candidate's, and nothing where the summary is known. */
  summary: z.optional(
    z.object({ messages: z.int(), model: z.string(), p50NanoUsd: z.nullable(z.int()), worstNanoUsd: z.nullable(z.int()) }),
  ),
});

export interface RequestRow {
  readonly params: z.ZodMiniType;
  readonly result: z.ZodMiniType;
  readonly doc: string;
}

const model = z.extend(z.omit(ModelInfo, { prices: true, quirks: true }), {
  price: z.nullable(Price),
  available: z.boolean(),
  unavailableBecause: z.optional(z.string()),
});
const conversationId = z.object({ id: text });
const range = { from: z.optional(z.string()), to: z.optional(z.string()) };

export const requests = {
  "chat/send": {
    params: ChatRequest,
    result: ChatResult,
    doc: "One answer, streamed as chat/event notifications; the client names chatId.",
  },
  "chat/estimate": {
    params: ChatDraft,
    result: Quote,
    doc: "The quote before sending: per candidate the median and worst-case cost and the cached share.",
  },
  "route/preview": {
    params: ChatDraft,
    result: z.extend(RouteDecision, { candidates: z.array(Candidate) }),
    doc: "The decision alone: every candidate's score in parts and every exclusion's reason; nothing is sent.",
  },
  "image/describe": {
    params: DescribeImage,
    result: DescribeImageResult,
    doc: "An image in words: summary, alternative text, its text and where things lie; known images cost nothing.",
  },
  "image/correct": {
    params: CorrectImage,
    result: CorrectImageResult,
    doc: "Puts a person's words in the place of a kept description: from then on they are what models are told.",
  },
  "model/list": {
    params: z.object({ provider: z.optional(z.string()), capability: z.optional(Capability), all: z.optional(z.boolean()) }),
    result: z.object({ models: z.array(model) }),
    doc: "The catalogue with dated prices and their source; with all: false (the default) only models of providers that can be used now.",
  },
  "model/refresh": {
    params: none,
    result: z.object({
      added: z.int(),
      changed: z.int(),
      ghosts: z.int(),
      rejected: z.array(z.object({ model: z.string(), reason: z.string() })),
      sources: z.array(z.object({ source: z.string(), outcome: z.string() })),
    }),
    doc: "Fetches model lists and prices now; a failure or an implausible figure keeps the old one and says so.",
  },
  "provider/list": {
    params: none,
    result: z.object({ providers: z.array(ProviderStatus) }),
    doc: "Every provider with its address, key state and health.",
  },
  "provider/probe": {
    params: z.object({
      provider: text,
      model: z.optional(z.string()),
      maxCostUsd: z.optional(z.number().check(z.gte(0))),
      workspace: z.optional(z.string()),
    }),
    result: ProbeReport,
    doc: "A few tiny chats with one model, a cent in all unless said: what it can do, what that cost, and where the catalogue says otherwise.",
  },
  "key/list": {
    params: none,
    result: z.object({ keys: z.array(KeyInfo) }),
    doc: "Every key that was found: source, origin and last four characters; never a key.",
  },
  "key/set": {
    params: z.object({
      provider: text,
      secret: text,
      name: z.optional(z.string()),
      /** Binds the key to this origin, where it was set before, rather than to the one that the settings point to now. */
      origin: z.optional(z.string()),
      persist: z.optional(z.union([z.literal(false), z.literal("vault"), z.literal("keychain")])),
    }),
    result: z.object({ provider: z.string(), source: z.string(), origin: z.string(), last4: z.string(), warning: z.optional(z.string()) }),
    doc: "Hands the sidecar a key, for this process only or kept in the vault; it is bound to the provider's origin.",
  },
  "key/delete": {
    params: z.object({ provider: text, name: z.optional(z.string()) }),
    result: z.object({ deleted: z.int(), remaining: z.array(KeyInfo) }),
    doc: "Forgets a provider's leased and stored keys; keys in the environment remain and are listed.",
  },
  "key/test": {
    params: z.object({ provider: text }),
    result: z.object({ provider: z.string(), ok: z.boolean(), message: z.string(), ms: z.number(), kind: z.optional(z.string()) }),
    doc: "Asks the provider for its model list with the key: free, and says whether the key is accepted.",
  },
  "budget/get": {
    params: none,
    result: z.object({ budgets: z.array(BudgetLimit), stored: z.optional(z.array(BudgetLimit)), timeZone: z.string() }),
    doc: "The limits in force; `stored` are those of the ledger, which budget/set replaces, without those of this client's settings.",
  },
  "budget/set": {
    params: z.object({ budgets: z.array(BudgetLimit) }),
    result: z.object({ budgets: z.array(BudgetLimit) }),
    doc: "Replaces the limits for every process that shares the ledger.",
  },
  "budget/status": {
    params: none,
    result: z.object({ budgets: z.array(BudgetState), todayNanoUsd: z.optional(z.int()) }),
    doc: "Per limit: spent, reserved, limit and when it resets.",
  },
  "conversation/list": {
    params: z.object({ workspace: z.optional(z.string()), text: z.optional(z.string()), limit: z.optional(z.int().check(z.gte(1))) }),
    result: z.object({ conversations: z.array(ConversationHead) }),
    doc: "The conversations that are kept on this machine, newest first, whichever client began them.",
  },
  "conversation/get": {
    params: conversationId,
    result: z.object({ conversation: ConversationHead, entries: z.array(ConversationEntry) }),
    doc: "One kept conversation with all its entries.",
  },
  "conversation/save": {
    params: ConversationSave,
    result: z.object({ conversation: z.nullable(ConversationHead) }),
    doc: "Adds entries, replaces those from one on, or names a conversation; null when the settings say that none is kept. chat/send keeps its own.",
  },
  "conversation/fork": {
    params: z.extend(conversationId, { entries: z.optional(z.int().check(z.gte(0))), title: z.optional(z.string()) }),
    result: z.object({ conversation: ConversationHead }),
    doc: "Copies the first entries (absent: all) into a conversation of its own.",
  },
  "conversation/delete": {
    params: conversationId,
    result: z.object({ deleted: z.boolean() }),
    doc: "Removes a kept conversation from the disk.",
  },
  "conversation/export": {
    params: z.extend(conversationId, { format: z.enum(["markdown", "json"]) }),
    result: z.object({ format: z.string(), content: z.string(), name: z.string() }),
    doc: "A kept conversation as Markdown for people, or as JSON that loses nothing.",
  },
  "usage/summary": {
    params: z.object({ by: z.array(SummaryKey), ...range }),
    result: z.object({ rows: z.array(SummaryRow) }),
    doc: "Requests, tokens, cost and savings, grouped.",
  },
  "usage/export": {
    params: z.object({ format: z.enum(["csv", "json"]), ...range }),
    result: z.object({ format: z.string(), content: z.string(), rows: z.int() }),
    doc: "The raw ledger rows as CSV or JSON; no prompt text is kept, so none is exported.",
  },
} as const satisfies Record<string, RequestRow>;

export type RequestMethod = keyof typeof requests;
export type ParamsOf<Method extends RequestMethod> = z.infer<(typeof requests)[Method]["params"]>;
export type ResultOf<Method extends RequestMethod> = z.infer<(typeof requests)[Method]["result"]>;

/** Sidecar to client. */
export const notifications = {
  "chat/event": { params: ChatEvent, doc: "One step of a running chat." },
  "budget/changed": {
    params: z.object({
      budgets: z.array(BudgetState),
      todayNanoUsd: z.int(),
      alert: z.optional(z.object({ percent: z.int(), message: z.string() })),
    }),
    doc: "Spending or a limit changed; alert once at 50, 75, 90 and 100 per cent.",
  },
  "health/changed": {
    params: z.object({
      provider: z.string(),
      model: z.optional(z.string()),
      health: z.string(),
      restingUntil: z.optional(z.string()),
      reason: z.optional(z.string()),
    }),
    doc: "A provider began or ceased to rest.",
  },
  "catalog/changed": {
    params: z.object({ added: z.int(), changed: z.int(), ghosts: z.int(), source: z.string() }),
    doc: "The model list or prices changed; a client that shows them asks again.",
  },
} as const satisfies Record<string, { params: z.ZodMiniType; doc: string }>;

export type NotificationMethod = keyof typeof notifications;
export type NotificationOf<Method extends NotificationMethod> = z.infer<(typeof notifications)[Method]["params"]>;

/** The answer to initialize, in `capabilities.experimental.latchkey`. */
export interface ServerCapabilities {
  readonly protocolVersion: number;
  readonly methods: readonly string[];
  readonly notifications: readonly string[];
  readonly version: string;
}

export { Cost, Usage };
