// What an attempt books: the intent before it, the outcome after it, whatever happened in between; pure but for the prices it asks.
import type { Attempt, Part } from "../../shared/chat.ts";
import type { Failure } from "../../shared/failure.ts";
import { isFree } from "../../shared/model.ts";
import type { Capability } from "../../shared/model.ts";
import { type Cost, NO_COST, NO_USAGE, totalInputTokens, type Usage } from "../../shared/money.ts";
import type { AttemptIntent, AttemptOutcome, Reservation } from "../money/budget.ts";
import type { AttemptJob } from "./attempt.ts";
import type { Told } from "./intake.ts";
import type { SpineParts } from "./parts.ts";
import { mayHaveBeenAccepted } from "../resilience/acceptance.ts";

export function intentOf(parts: SpineParts, job: AttemptJob, attemptId: string): AttemptIntent {
  const price = parts.pricing.versionOf(job.model, parts.now());
  const free = isFree(job.model);
  return {
    attemptId,
    chatId: job.request.chatId,
    conversationId: job.request.conversationId,
    workspace: job.request.workspace,
    editor: job.caller.editor,
    provider: job.model.provider,
    model: job.model.id,
    purpose: job.purpose,
    worstNanoUsd: free ? 0 : job.estimate.worstNanoUsd,
    p50NanoUsd: free ? 0 : job.estimate.p50NanoUsd,
    priceVersion: price?.version ?? null,
    priceDate: price?.date ?? null,
    chatLimitNanoUsd: job.chatLimitNanoUsd,
    softLimits: asksAtSoftLimit(job) ? "ask" : "accept",
    baselineModel: job.baseline?.id,
    taskType: job.request.taskType,
    needs: needsOf(job),
    images: imagesIn(job),
    baseTokens: job.estimate.baseTokens,
  };
}

/** Nobody is asked in the middle of an answer: what was begun is paid already, and half of it helps no one. */
function asksAtSoftLimit({ request, answer, continuation }: AttemptJob): boolean {
  const goesOn = answer.hasContent || (continuation !== null && continuation.from !== "");
  return request.overSoftLimit !== "proceed" && !goesOn;
}

/** What another model would need too, so that savings can count what it would have lost. */
function needsOf({ request, ...job }: AttemptJob): Capability[] {
  const { tools, output } = request;
  return [
    ...(tools?.length ? ["tools" as const] : []),
    ...(imagesIn({ request, ...job }) > 0 ? ["vision" as const] : []),
    ...(output ? ["structured" as const] : []),
  ];
}

function imagesIn({ request }: AttemptJob): number {
  return request.messages.reduce((sum, message) => sum + message.parts.reduce((inner, part) => inner + imagesOf(part), 0), 0);
}

/** A tool's result may bring pictures along; they are sent and billed like any other. */
function imagesOf(part: Part): number {
  if (part.type === "toolResult") return part.parts.reduce((sum, inner) => sum + imagesOf(inner), 0);
  return part.type === "image" ? 1 : 0;
}

export function outcomeOf(parts: SpineParts, job: AttemptJob, told: Told, failure: Failure | null, startedAt: Date): AttemptOutcome {
  const produced = told.producedLength;
  const usage = usageOf(parts, job, failure, told);
  const cost = told.usage === null && usage === NO_USAGE ? NO_COST : costOf(parts, job, usage, told, startedAt);
  return {
    state: stateOf(failure, told, produced),
    usage,
    cost,
    rawUsage: told.raw,
    firstTokenMs: told.firstTokenMs,
    ms: parts.now().getTime() - startedAt.getTime(),
    failureKind: failure?.kind,
    serviceTier: told.serviceTier,
    baselineNanoUsd:
      job.baseline === undefined ? null : parts.pricing.costOf(job.baseline, usage, { images: imagesIn(job) }, startedAt).nanoUsd,
  };
}

/** The vendor's figures where they can be true; what a broken answer produced after the vendor's last word is estimated. */
function usageOf(parts: SpineParts, job: AttemptJob, failure: Failure | null, told: Told): Usage {
  const estimated = estimatedUsage(parts, job, failure, told, told.producedLength);
  if (told.usage === null || !isPlausible(told.usage, estimated, job)) return estimated;
  if (told.usage.provenance === "reported") return told.usage;
  return {
    ...told.usage,
    inputTokens: totalInputTokens(told.usage) > 0 ? told.usage.inputTokens : estimated.inputTokens,
    outputTokens: Math.max(told.usage.outputTokens, estimated.outputTokens),
  };
}

/** Figures so far beyond the model's limits and what was seen are a vendor's mistake; booked, they would use up every budget. */
const BEYOND_BELIEF = 8;
const ALWAYS_BELIEVED_TOKENS = 1_000;

function isPlausible(usage: Usage, estimated: Usage, { model, estimate }: AttemptJob): boolean {
  const input = totalInputTokens(usage);
  const mostInput = Math.max(model.contextWindowTokens, estimate.inputTokens) * BEYOND_BELIEF + ALWAYS_BELIEVED_TOKENS;
  const mostOutput = Math.max(model.maxOutputTokens, estimated.outputTokens) * BEYOND_BELIEF + ALWAYS_BELIEVED_TOKENS;
  return [input, usage.outputTokens].every(Number.isSafeInteger) && input <= mostInput && usage.outputTokens <= mostOutput;
}

function costOf(parts: SpineParts, job: AttemptJob, usage: Usage, told: Told, at: Date): Cost {
  if (isFree(job.model)) return { nanoUsd: 0, provenance: usage.provenance === "reported" ? "computed" : "estimated", priceDate: null };
  return parts.pricing.costOf(
    job.model,
    usage,
    { reportedNanoUsd: told.reportedNanoUsd, serviceTier: told.serviceTier, images: imagesIn(job) },
    at,
  );
}

/** A refused request costs nothing; one that may have been accepted costs its input and whatever was produced. */
function estimatedUsage(parts: SpineParts, job: AttemptJob, failure: Failure | null, told: Told, produced: number): Usage {
  const refused =
    failure !== null &&
    produced === 0 &&
    (failure.kind === "budgetExceeded" || failure.kind === "keyMissing" || !mayHaveBeenAccepted(failure));
  // Whoever is stopped before a word came may have been at work: what is certain is only what was never sent.
  if (refused || (!told.sent && failure?.kind === "cancelled")) return NO_USAGE;
  return {
    ...NO_USAGE,
    inputTokens: job.estimate.inputTokens,
    outputTokens: parts.quoter.outputTokens(produced, job.model),
    provenance: "estimated",
  };
}

export async function close(reservation: Reservation | null, outcome: AttemptOutcome, failure: Failure | null, told: Told): Promise<void> {
  if (reservation === null) return;
  if (!told.responded && outcome.usage === NO_USAGE && failure !== null) await reservation.release(failure.kind);
  else await reservation.settle(outcome);
}

export function attemptOf(id: string, job: AttemptJob, outcome: AttemptOutcome, failure: Failure | null, startedAt: Date): Attempt {
  return {
    id,
    model: job.model.id,
    provider: job.model.provider,
    startedAt: startedAt.toISOString(),
    ms: outcome.ms,
    firstTokenMs: outcome.firstTokenMs,
    outcome: outcome.state,
    ...(failure ? { failure: { kind: failure.kind, message: failure.message, retryAfterMs: failure.details.retryAfterMs } } : {}),
    usage: outcome.usage,
    cost: outcome.cost,
  };
}

function stateOf(failure: Failure | null, told: Told, produced: number): AttemptOutcome["state"] {
  if (failure === null) return told.stopReason === "budget" ? "cut" : "ok";
  if (failure.kind === "cancelled") return "cancelled";
  return produced > 0 ? "broken" : "failed";
}
