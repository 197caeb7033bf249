// What the spine is built from: one port a room, so that each can be handed in as it is or as a fake.
import type { ChatEventBody } from "../../shared/chat.ts";
import type { ModelInfo } from "../../shared/model.ts";
import type { Cost, NanoUsd, Usage } from "../../shared/money.ts";
import type { ChatDraft } from "../../shared/protocol.ts";
import type { Settings } from "../../shared/settings.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { AttemptIntent, Budget } from "../money/budget.ts";
import type { Dialect, ProviderConnection } from "../providers/provider.ts";
import type { Warm } from "../money/estimate.ts";
import type { LastAnswer } from "../money/ledger/ledger.ts";
import type { AttemptBudget, AttemptRules } from "../resilience/attempts.ts";
import type { Images } from "../images/images.ts";
import type { Guard } from "./guard.ts";
import type { Gate } from "../resilience/gate.ts";
import type { Health, Target } from "../resilience/health.ts";
import type { Availability, Estimate, Route } from "../routing/route.ts";

/** Quotes for one prompt: counted once, asked once a model. */
export interface Quoter {
  /** Counts the prompt; the returned function is cheap, routing calls it for every model. */
  quote(draft: ChatDraft, warm: Warm | undefined): (model: ModelInfo) => Estimate;
  /** Tokens of produced text, when a vendor reports none. */
  outputTokens(producedLength: number, model: ModelInfo): number;
  /** What a vendor reported against what was estimated: corrects later quotes. */
  observe(model: ModelInfo, estimate: Estimate, usage: Usage, task?: string): void;
  /** Resolves when counts are as exact as they get; a quote on its own waits for it, a chat does not. */
  ready?(): Promise<void>;
}

export interface Pricing {
  costOf(model: ModelInfo, usage: Usage, told: { reportedNanoUsd?: NanoUsd; serviceTier?: string; images?: number }, at: Date): Cost;
  /** Identifies the figures that hold now; null when the model is unpriced. */
  versionOf(model: ModelInfo, at: Date): { version: string; date: string } | null;
}

/** Providers as the spine sees them: whether one can be used, and a way to speak to it. */
export interface ProviderAccess {
  /** A look-up for one decision: what holds for a provider is worked out once, not once a model. */
  availabilities(): (model: ModelInfo) => Availability;
  keyNamesOf(provider: string): readonly string[];
  connect(
    target: Target,
    signal: AbortSignal,
    onResponse: (status: number, headers: Headers) => void,
  ): Promise<{ dialect: Dialect; connection: ProviderConnection }>;
  /** Whether the vendor stops charging when a stream is aborted, as a sentence with its source. */
  stopRuleOf(provider: string): string | undefined;
  /** How long a vendor keeps the beginning of a prompt; null where it does not say. */
  promptCacheOf(provider: string, vendorModel: string): { readonly lifetimeMs: number | null };
}

/** The policy of an organisation. */
export interface Plan {
  /** Throws Failure planForbidden; gives the draft back with the policy's own maximum price, if it has one. */
  admit<Draft extends ChatDraft>(draft: Draft): Draft;
  allows(model: ModelInfo): { allowed: boolean; reason?: string };
}

export interface SpineParts {
  readonly catalog: Catalog;
  readonly route: Route;
  readonly quoter: Quoter;
  readonly pricing: Pricing;
  readonly budget: Budget;
  readonly providers: ProviderAccess;
  readonly health: Health;
  /** Images made as each vendor takes them. */
  readonly images: Pick<Images, "fit" | "obstacles">;
  readonly plan: Plan;
  /** Who answered a conversation last, when, and what that used; null where nobody did or the ledger cannot be read. */
  readonly lastAnswer: (conversationId: string) => Promise<LastAnswer | null>;
  /** Looks for secrets in what is about to be sent. */
  readonly guard: Guard;
  readonly settings: () => Settings;
  readonly createAttemptBudget: (rules: AttemptRules) => AttemptBudget;
  /** What the ledger calls these requests, "chat" unless said. */
  readonly purpose?: AttemptIntent["purpose"];
  /** Bounds how many chats run and how many wait, whichever door they come through. */
  readonly gate: Gate;
  /** A vendor refused a prompt and stated its window. */
  readonly learnWindow?: (model: ModelInfo, tokens: number) => void;
  readonly now: () => Date;
  readonly newId: () => string;
  /** A bug that must not take an answer along: it is logged, the answer is marked. */
  readonly onBug: (error: unknown) => void;
}

/** Who asks: the client's name for the ledger, how to reach it, and how it says stop. */
export interface Caller {
  readonly editor: string;
  readonly signal: AbortSignal;
  emit(event: ChatEventBody): Promise<void> | undefined;
  /** A piece of the form that is asked for, of which attempt: nothing of the answer yet, which comes whole. */
  formPiece?(text: string, attemptId: string): Promise<void> | undefined;
}
