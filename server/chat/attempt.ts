// One request to one vendor: reserve, stream under the watchdog, settle in `finally` whatever happened.
import type { Attempt, StopReason } from "../../shared/chat.ts";
import { Failure, isFailure } from "../../shared/failure.ts";
import { isFree, type ModelInfo, vendorModelOf } from "../../shared/model.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { AttemptIntent, Reservation } from "../money/budget.ts";
import { limitInWords } from "../money/limits.ts";
import type { Dialect, ProviderConnection, ProviderEvent, ProviderRequest } from "../providers/provider.ts";
import { mayHaveBeenAccepted } from "../resilience/acceptance.ts";
import type { Target } from "../resilience/health.ts";
import { type Progress, Pulse, type Watch, type WatchLimits, watchdog } from "../resilience/watchdog.ts";
import type { Estimate } from "../routing/route.ts";
import type { Answer } from "./answer.ts";
import { attemptOf, close, intentOf, outcomeOf } from "./booking.ts";
import { Intake, nothingTold, type Told } from "./intake.ts";
import { outputPlan } from "./output-mode.ts";
import type { Caller, SpineParts } from "./parts.ts";
import type { Continuation } from "./resume.ts";

export interface AttemptJob {
  readonly request: ChatRequest;
  readonly model: ModelInfo;
  readonly estimate: Estimate;
  readonly answer: Answer;
  readonly caller: Caller;
  readonly purpose: AttemptIntent["purpose"];
  readonly omitParameters: readonly string[];
  /** What broke off and is to go on, instead of beginning anew. */
  readonly continuation: Continuation | null;
  readonly limits: WatchLimits;
  readonly chatLimitNanoUsd: number | null;
  /** What savings are counted against. */
  readonly baseline?: ModelInfo;
}

export interface AttemptEnd {
  readonly attempt: Attempt;
  readonly stopReason: StopReason | null;
  readonly failure: Failure | null;
  readonly mayHaveBeenAccepted: boolean;
  /** This attempt showed something of the answer. */
  readonly hadContent: boolean;
  /** The name of the key that was used. */
  readonly key: string;
  /** The soft limit that it passed, in words. */
  readonly overSoft?: string;
}

/** Runs one attempt; whatever goes wrong comes back as `failure`, a bug of ours as "internal" with its cause. */
export async function runAttempt(parts: SpineParts, job: AttemptJob): Promise<AttemptEnd> {
  const attemptId = parts.newId();
  const startedAt = parts.now();
  const told = nothingTold();
  const target = targetOf(parts, job.model);
  let reservation: Reservation | null = null;
  let failure: Failure | null = null;
  try {
    reservation = await parts.budget.reserve(intentOf(parts, job, attemptId), job.caller.signal);
    parts.health.started(target);
    await stream(parts, job, target, told, attemptId, startedAt);
  } catch (error) {
    failure = toFailure(error, job);
  }
  const outcome = outcomeOf(parts, job, told, failure, startedAt);
  await close(reservation, outcome, failure, told);
  reportHealth(parts, target, failure);
  if (outcome.usage.provenance === "reported" && told.usage)
    parts.quoter.observe(job.model, job.estimate, told.usage, job.request.taskType);
  return {
    attempt: {
      ...attemptOf(attemptId, job, outcome, failure, startedAt),
      ...(told.meanLogprob === undefined ? {} : { meanLogprob: told.meanLogprob }),
    },
    stopReason: failure ? null : told.stopReason,
    failure,
    hadContent: told.hadContent,
    key: target.key,
    ...overSoftOf(reservation),
    mayHaveBeenAccepted: reservation !== null && failure !== null && mayHaveBeenAccepted(failure),
  };
}

async function stream(parts: SpineParts, job: AttemptJob, target: Target, told: Told, attemptId: string, startedAt: Date): Promise<void> {
  const upstream = new AbortController();
  const stop = () => upstream.abort(job.caller.signal.reason);
  if (job.caller.signal.aborted) throw new Failure("cancelled");
  job.caller.signal.addEventListener("abort", stop, { once: true });
  try {
    let sawHead: () => void = () => undefined;
    const head = new Promise<void>((resolve) => {
      sawHead = resolve;
    });
    const { dialect, connection } = await parts.providers.connect(target, job.caller.signal, (status, headers) => {
      told.responded = true;
      sawHead();
      parts.health.sawResponse(target, status, headers);
    });
    const msSinceStart = () => parts.now().getTime() - startedAt.getTime();
    const intake = new Intake({ job, told, attemptId, msSinceStart, trimmed: dialect.trimsContinuation ?? false });
    const pulse = new Pulse();
    const alive = { ...connection, fetch: beating(connection.fetch, pulse, told), onAlive: () => pulse.beat() };
    const { signal } = job.caller;
    const messages = [...(await parts.images.fit(job.request.messages, job.model.provider, signal))];
    const fitted = { ...job, request: { ...job.request, messages } };
    for await (const event of watched(fitted, dialect, alive, upstream, { head, pulse })) {
      const slow = intake.take(event);
      if (slow) await slow;
      if (passesCap(parts, job, told)) {
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
  signs: Pick<Watch, "head" | "pulse">,
): AsyncIterable<ProviderEvent> {
  const events = dialect.stream(providerRequest(job, dialect, connection), connection, upstream.signal);
  return watchdog(events, progressOf, job.limits, {
    signal: job.caller.signal,
    ...signs,
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

/** The vendor's silence begins when the request goes out. */
function beating(fetch: ProviderConnection["fetch"], pulse: Pulse, told: Told): ProviderConnection["fetch"] {
  return (input, init) => {
    pulse.beat();
    told.sent = true;
    return fetch(input, init);
  };
}

function providerRequest(job: AttemptJob, dialect: Dialect, { quirks }: ProviderConnection): ProviderRequest {
  const { request, model } = job;
  return {
    model: vendorModelOf(model.id),
    ...outputPlan(request, model, { dialect: dialect.name, quirks }),
    maxOutputTokens: job.estimate.outputTokensWorst,
    temperature: request.temperature,
    reasoning: request.reasoning,
    reasoningControl: model.reasoningControl,
    tools: request.tools,
    toolChoice: request.toolChoice,
    capabilities: model.capabilities,
    modelQuirks: model.quirks,
    omitParameters: job.omitParameters,
    continueText: job.continuation?.text || undefined,
    // Asked where it decides something: whether a cascade's cheaper answer is kept.
    logprobs: job.purpose === "cascade",
    cache: model.capabilities.includes("caching") ? "5m" : "off",
  };
}

function overSoftOf(reservation: Reservation | null): Pick<AttemptEnd, "overSoft"> {
  const [passed] = reservation?.asks ?? [];
  return passed === undefined ? {} : { overSoft: limitInWords(passed) };
}

function targetOf(parts: SpineParts, model: ModelInfo): Target {
  const names = parts.providers.keyNamesOf(model.provider);
  return { provider: model.provider, model: model.id, key: parts.health.pickKey(model.provider, names, model.id) ?? names[0] ?? "" };
}

function reportHealth(parts: SpineParts, target: Target, failure: Failure | null): void {
  if (failure === null) parts.health.succeeded(target);
  else parts.health.failed(target, failure);
}

function toFailure(error: unknown, job: AttemptJob): Failure {
  if (job.caller.signal.aborted) return new Failure("cancelled", "The chat was cancelled.", {}, { cause: error });
  const where = { provider: job.model.provider, model: job.model.id };
  if (isFailure(error)) return new Failure(error.kind, error.message, { ...where, ...error.details }, { cause: error.cause });
  return new Failure("internal", undefined, where, { cause: error });
}

/** A vendor that ignores its output cap is cut well past it, never at it: counting is an estimate. */
const CAP_SLACK = 1.25;
const CAP_SLACK_TOKENS = 256;

function passesCap(parts: SpineParts, job: AttemptJob, told: Told): boolean {
  if (isFree(job.model)) return false;
  const produced = parts.quoter.outputTokens(told.producedLength, job.model);
  return produced > job.estimate.outputTokensWorst * CAP_SLACK + CAP_SLACK_TOKENS;
}

function isContent(event: ProviderEvent): boolean {
  return event.type === "text" || event.type === "reasoning" || event.type === "tool-call" || event.type === "form-piece";
}

function progressOf(event: ProviderEvent): Progress {
  if (isContent(event)) return "content";
  return event.type === "start" ? "head" : "other";
}
