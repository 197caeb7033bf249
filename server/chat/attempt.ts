// One request to one vendor: reserve, stream under the watchdog, settle in `finally` whatever happened.
import type { Attempt, Origin, StopReason } from "../../shared/chat.ts";
import { Failure, isFailure } from "../../shared/failure.ts";
import { type ModelInfo, vendorModelOf } from "../../shared/model.ts";
import type { Usage } from "../../shared/money.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { AttemptIntent, Reservation } from "../money/budget.ts";
import type { Dialect, ProviderConnection, ProviderEvent, ProviderRequest } from "../providers/provider.ts";
import { mayHaveBeenAccepted } from "../resilience/acceptance.ts";
import type { Target } from "../resilience/health.ts";
import { type Progress, type WatchLimits, watchdog } from "../resilience/watchdog.ts";
import type { Estimate } from "../routing/route.ts";
import type { Answer } from "./answer.ts";
import { attemptOf, close, intentOf, outcomeOf } from "./booking.ts";
import type { Caller, SpineParts } from "./parts.ts";

export interface AttemptJob {
  readonly request: ChatRequest;
  readonly model: ModelInfo;
  readonly estimate: Estimate;
  readonly answer: Answer;
  readonly caller: Caller;
  readonly purpose: AttemptIntent["purpose"];
  readonly omitParameters: readonly string[];
  /** Continue this text, which was shown already, instead of beginning anew. */
  readonly continueText?: string;
  readonly limits: WatchLimits;
  readonly chatLimitNanoUsd: number | null;
}

export interface AttemptEnd {
  readonly attempt: Attempt;
  readonly stopReason: StopReason | null;
  readonly failure: Failure | null;
  readonly mayHaveBeenAccepted: boolean;
  /** The name of the key that was used. */
  readonly key: string;
}

/** What one stream has told so far. */
export interface Told {
  usage: Usage | null;
  raw: unknown;
  reportedNanoUsd?: number;
  serviceTier?: string;
  stopReason: StopReason | null;
  firstTokenMs: number | null;
  responded: boolean;
}

/** Runs one attempt; what the vendor does wrong comes back as `failure`, only bugs are thrown. */
export async function runAttempt(parts: SpineParts, job: AttemptJob): Promise<AttemptEnd> {
  const attemptId = parts.newId();
  const startedAt = parts.now();
  const told: Told = { usage: null, raw: null, stopReason: null, firstTokenMs: null, responded: false };
  const target = targetOf(parts, job.model);
  const shownBefore = job.answer.producedLength;
  let reservation: Reservation | null = null;
  let failure: Failure | null = null;
  try {
    reservation = await parts.budget.reserve(intentOf(parts, job, attemptId), job.caller.signal);
    parts.health.started(target);
    await stream(parts, job, target, told, attemptId, startedAt);
  } catch (error) {
    failure = toFailure(error, job);
  }
  const outcome = outcomeOf(parts, job, told, failure, startedAt, job.answer.producedLength - shownBefore);
  await close(reservation, outcome, failure, told);
  reportHealth(parts, target, failure);
  if (outcome.usage.provenance === "reported" && told.usage) parts.quoter.observe(job.model, job.estimate, told.usage);
  return {
    attempt: attemptOf(attemptId, job, outcome, failure, startedAt),
    stopReason: failure ? null : told.stopReason,
    failure,
    key: target.key,
    mayHaveBeenAccepted: reservation !== null && failure !== null && mayHaveBeenAccepted(failure),
  };
}

async function stream(parts: SpineParts, job: AttemptJob, target: Target, told: Told, attemptId: string, startedAt: Date): Promise<void> {
  const shownBefore = job.answer.producedLength;
  const upstream = new AbortController();
  const stop = () => upstream.abort(job.caller.signal.reason);
  if (job.caller.signal.aborted) throw new Failure("cancelled");
  job.caller.signal.addEventListener("abort", stop, { once: true });
  try {
    const { dialect, connection } = await parts.providers.connect(target, job.caller.signal, (status, headers) => {
      told.responded = true;
      parts.health.sawResponse(target, status, headers);
    });
    for await (const event of watched(job, dialect, connection, upstream)) {
      if (told.firstTokenMs === null && isContent(event)) {
        told.firstTokenMs = parts.now().getTime() - startedAt.getTime();
        await job.caller.emit({ type: "start", model: job.model.id, attemptId });
      }
      const slow = take(event, job, told);
      if (slow) await slow;
      if (passesCap(parts, job, shownBefore)) {
        told.stopReason = "budget";
        upstream.abort();
        return;
      }
    }
    if (told.stopReason === null) throw new Failure("providerUnavailable", "The answer broke off before its end.", { broken: true });
  } finally {
    job.caller.signal.removeEventListener("abort", stop);
  }
}

function watched(
  job: AttemptJob,
  dialect: Dialect,
  connection: ProviderConnection,
  upstream: AbortController,
): AsyncIterable<ProviderEvent> {
  const events = dialect.stream(providerRequest(job), connection, upstream.signal);
  return watchdog(events, progressOf, job.limits, {
    signal: job.caller.signal,
    onWaiting: (what, waitedMs) => {
      const message =
        what === "nextToken"
          ? `${job.model.id} has been silent`
          : `waiting for ${what === "connect" ? "the connection" : "the first token"}`;
      void job.caller.emit({ type: "waiting", for: what, waitedMs, message: `${message} for ${Math.round(waitedMs / 1000)} s` });
    },
    abort: (reason) => upstream.abort(reason),
  });
}

function take(event: ProviderEvent, job: AttemptJob, told: Told): Promise<void> | undefined {
  switch (event.type) {
    case "text":
      job.answer.addText(event.text);
      return job.caller.emit({ type: "text-delta", text: event.text });
    case "reasoning":
      job.answer.addReasoning(event.text, originOf(job, event));
      return event.text === "" ? undefined : job.caller.emit({ type: "reasoning-delta", text: event.text });
    case "tool-call":
      job.answer.addToolCall(event.call);
      return job.caller.emit({ type: "tool-call", call: event.call });
    case "usage":
      told.usage = event.usage;
      told.raw = event.raw;
      told.reportedNanoUsd = event.reportedNanoUsd;
      told.serviceTier = event.serviceTier;
      return undefined;
    case "end":
      told.stopReason = event.stopReason;
      return undefined;
    case "start":
      return undefined;
  }
}

function providerRequest(job: AttemptJob): ProviderRequest {
  const { request, model } = job;
  return {
    model: vendorModelOf(model.id),
    messages: request.messages,
    maxOutputTokens: job.estimate.outputTokensWorst,
    temperature: request.temperature,
    reasoning: request.reasoning,
    tools: request.tools,
    toolChoice: request.toolChoice,
    output: request.output,
    outputMode: request.output ? (model.capabilities.includes("structured") ? "native" : "tool") : undefined,
    capabilities: model.capabilities,
    modelQuirks: model.quirks,
    omitParameters: job.omitParameters,
    continueText: job.continueText,
    cache: model.capabilities.includes("caching") ? "5m" : "off",
  };
}

function targetOf(parts: SpineParts, model: ModelInfo): Target {
  const names = parts.providers.keyNamesOf(model.provider);
  return { provider: model.provider, model: model.id, key: parts.health.pickKey(model.provider, names, model.id) ?? names[0] ?? "" };
}

function reportHealth(parts: SpineParts, target: Target, failure: Failure | null): void {
  if (failure === null) parts.health.succeeded(target);
  else if (failure.kind !== "cancelled" && failure.kind !== "budgetExceeded") parts.health.failed(target, failure);
}

function toFailure(error: unknown, job: AttemptJob): Failure {
  if (job.caller.signal.aborted) return new Failure("cancelled", "The chat was cancelled.", {}, { cause: error });
  const where = { provider: job.model.provider, model: job.model.id };
  if (isFailure(error)) return new Failure(error.kind, error.message, { ...where, ...error.details }, { cause: error.cause });
  throw error;
}

/** A vendor that ignores its output cap is cut well past it, never at it: counting is an estimate. */
const CAP_SLACK = 1.25;
const CAP_SLACK_TOKENS = 256;

function passesCap(parts: SpineParts, job: AttemptJob, shownBefore: number): boolean {
  if (job.model.local) return false;
  const produced = parts.quoter.outputTokens(job.answer.producedLength - shownBefore, job.model);
  return produced > job.estimate.outputTokensWorst * CAP_SLACK + CAP_SLACK_TOKENS;
}

function isContent(event: ProviderEvent): boolean {
  return event.type === "text" || event.type === "reasoning" || event.type === "tool-call";
}

function progressOf(event: ProviderEvent): Progress {
  if (isContent(event)) return "content";
  return event.type === "start" ? "head" : "other";
}

function originOf(job: AttemptJob, event: Extract<ProviderEvent, { type: "reasoning" }>): Origin | undefined {
  if (event.signature === undefined && event.raw === undefined) return undefined;
  return { dialect: "", provider: job.model.provider, model: job.model.id, signature: event.signature, raw: event.raw };
}
