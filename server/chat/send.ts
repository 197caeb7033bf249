// THE SPINE: admit, route, then per candidate reserve, stream and settle; every door enters here and nowhere else.
import type { Attempt, ChatResult, StopReason } from "../../shared/chat.ts";
import { Failure } from "../../shared/failure.ts";
import { isFree, type ModelInfo } from "../../shared/model.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { Settings } from "../../shared/settings.ts";
import type { RouteDecision } from "../../shared/route.ts";
import { mayContinueItself, mayTryNext } from "../resilience/attempts.ts";
import type { Estimate } from "../routing/route.ts";
import { brief } from "../routing/explain.ts";
import { admit } from "./admit.ts";
import { ceilingOf } from "./ceiling.ts";
import { baselineOf } from "./baseline.ts";
import { Answer } from "./answer.ts";
import { type AttemptEnd, type AttemptJob, runAttempt } from "./attempt.ts";
import { guarded } from "./guard.ts";
import { fitsBudget, withCheaper } from "./cheaper.ts";
import { failureOfAll, noticeFor, shownBy, totalsOf } from "./ending.ts";
import { limitsFor } from "./limits.ts";
import { decideOrWait } from "./patience.ts";
import { afterOverflow, mayHold } from "./overflow.ts";
import { fitTo } from "./window.ts";
import { type Continuation, continuationOf, takeUp, withContinuation } from "./resume.ts";
import type { Caller, SpineParts } from "./parts.ts";
import { inTurn, paused } from "./waiting.ts";

export type Send = (request: ChatRequest, caller: Caller) => Promise<ChatResult>;

export function createSend(parts: SpineParts): Send {
  return async (given, caller) => {
    const { request: asked, continuation } = takeUp(admit(given));
    const request = parts.plan.admit(asked);
    const draft = continuation ? withContinuation(request, continuation) : request;
    return guarded(parts, draft.messages, caller, (heard) =>
      inTurn(parts, heard, async () => {
        const { decision, estimateOf } = await decideOrWait(parts, draft, heard);
        await heard.emit({ type: "route", route: brief(decision) });
        return new Chat(parts, request, heard, decision, estimateOf, continuation).run();
      }),
    );
  };
}

/** One chat from its first candidate to its result: what was shown, what was tried, what it cost. */
class Chat {
  readonly #parts: SpineParts;
  readonly #request: ChatRequest;
  readonly #caller: Caller;
  readonly #decision: RouteDecision;
  #estimateOf: (model: ModelInfo) => Estimate;
  #continuation: Continuation | null;
  readonly #answer: Answer;
  readonly #attempts: Attempt[] = [];
  readonly #queue: ModelInfo[];
  /** What the model that is asked now does not see of the conversation. */
  #leftOut: string | undefined;
  #overSoft: string | undefined;
  #lastFailure: Failure | null = null;

  constructor(
    parts: SpineParts,
    request: ChatRequest,
    caller: Caller,
    decision: RouteDecision,
    estimateOf: (model: ModelInfo) => Estimate,
    continuation: Continuation | null,
  ) {
    this.#parts = parts;
    this.#request = request;
    this.#caller = caller;
    this.#decision = decision;
    this.#estimateOf = estimateOf;
    this.#continuation = continuation;
    this.#answer = new Answer(continuation?.text);
    this.#queue = decision.candidates.flatMap((candidate) => parts.catalog.find(candidate.model) ?? []);
  }

  async run(): Promise<ChatResult> {
    const settings = this.#parts.settings();
    const budget = this.#parts.createAttemptBudget({
      maxAttempts: settings["attempts.max"],
      totalMs: settings["timeouts.totalMs"],
      patienceMs: settings["attempts.patienceMs"],
    });
    let omitParameters: string[] = [];
    let model = this.#queue.shift();
    while (model && budget.mayStart()) {
      budget.started();
      const shown = this.#answer.partCount;
      const end = await runAttempt(this.#parts, this.#jobFor(model, omitParameters, budget.deadline));
      this.#attempts.push(end.attempt);
      this.#overSoft ??= end.overSoft;
      if (end.failure === null) return this.#finish(model, end.stopReason ?? "end", null);
      this.#lastFailure = end.failure;
      if (end.failure.kind === "cancelled") return this.#finish(model, "cancelled", null);
      if (!end.hadContent) this.#answer.forgetParts(shown);
      const again = afterOverflow(this.#parts, this.#request, model, end.failure);
      if (again) this.#queue.push(again);
      const verdict = budget.judge(this.#asFailed(end, end.failure, model));
      if (verdict.action === "stop" || (verdict.action === "resume" && this.#onBreak() !== "continue")) return this.#giveUp(model);
      if (verdict.action === "retry") {
        if (verdict.omitParameter) omitParameters = [...omitParameters, verdict.omitParameter];
        if (!(await paused(this.#parts, this.#caller, verdict.waitMs, model.provider))) return this.#finish(model, "cancelled", null);
        continue;
      }
      if (verdict.action === "resume") this.#continueFrom(model);
      const next: ModelInfo | undefined = this.#successor(end.failure, model, verdict.action === "resume");
      await this.#announceFallback(end.failure, model, next);
      omitParameters = [];
      if (!next) return this.#giveUp(model);
      model = next;
    }
    return this.#giveUp(model);
  }

  #onBreak(): Settings["onBreak"] {
    return this.#request.onBreak ?? this.#parts.settings().onBreak;
  }

  /** From here on attempts continue what was shown; its tokens are counted as part of the prompt. */
  #continueFrom(broken: ModelInfo): void {
    this.#continuation = continuationOf(this.#request, this.#answer, broken.id);
    this.#estimateOf = this.#parts.quoter.quote(withContinuation(this.#request, this.#continuation), undefined);
  }

  /** Who goes on; a broken answer may be continued by the same model when there is no other. */
  #successor(failure: Failure, failed: ModelInfo, isBreak: boolean): ModelInfo | undefined {
    return this.#nextAfter(failure, failed) ?? (isBreak && mayContinueItself(failure) ? failed : undefined);
  }

  #jobFor(model: ModelInfo, omitParameters: readonly string[], deadline: Date | null): AttemptJob {
    const settings = this.#parts.settings();
    const asked = { request: this.#request, continuation: this.#continuation, estimate: this.#estimateOf(model) };
    const { request, estimate, leftOut } = fitTo(this.#parts, model, asked);
    this.#leftOut = leftOut;
    return {
      request,
      model,
      estimate,
      answer: this.#answer,
      caller: this.#caller,
      purpose: this.#parts.purpose ?? "chat",
      continuation: this.#continuation,
      omitParameters,
      limits: { ...limitsFor(model, settings), totalMs: deadline ? Math.max(1, deadline.getTime() - this.#parts.now().getTime()) : 0 },
      chatLimitNanoUsd: ceilingOf(this.#request, settings),
      baseline: baselineOf(this.#decision, settings["routing.baseline"], (id) => this.#parts.catalog.find(id)),
    };
  }

  #asFailed(end: AttemptEnd, failure: Failure, model: ModelInfo) {
    return {
      failure,
      model: model.id,
      hadContent: end.hadContent,
      mayHaveBeenAccepted: end.mayHaveBeenAccepted,
      moreCandidates: this.#queue.length > 0,
      moreKeys: this.#anotherKey(model, end.key),
    };
  }

  #anotherKey(model: ModelInfo, used: string): boolean {
    const names = this.#parts.providers.keyNamesOf(model.provider).filter((name) => name !== used);
    return this.#parts.health.pickKey(model.provider, names, model.id) !== null;
  }

  /** The next candidate that this failure allows: any, a cheaper one, or one with a larger window. */
  #nextAfter(failure: Failure, failed: ModelInfo): ModelInfo | undefined {
    const rule = mayTryNext(failure);
    // A soft limit asks its person; a cheaper model taken unasked would be an answer to a question nobody put.
    if (rule === "no" || failure.details.ask === true) return undefined;
    const worst = this.#estimateOf(failed).worstNanoUsd;
    const availabilityOf = this.#parts.providers.availabilities();
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const nextWorst = isFree(next) ? 0 : this.#estimateOf(next).worstNanoUsd;
      if (rule === "cheaperOnly" && !fitsBudget(nextWorst, worst, failure)) continue;
      if (rule === "largerWindowOnly" && !mayHold(next, failed, failure)) continue;
      if (!availabilityOf(next).usable || !this.#fits(next)) continue;
      return next;
    }
    return undefined;
  }

  /** A continued text is longer than the prompt that was routed. */
  #fits(model: ModelInfo): boolean {
    return !this.#continuation || this.#estimateOf(model).inputTokens < model.contextWindowTokens;
  }

  async #announceFallback(failure: Failure, from: ModelInfo, to: ModelInfo | undefined): Promise<void> {
    await this.#caller.emit({ type: "fallback", from: from.id, to: to?.id ?? null, reason: failure.message, kind: failure.kind });
  }

  /** Nothing more will be tried: a marked partial when anything was shown, else the failure itself. */
  #giveUp(model: ModelInfo | undefined): Promise<ChatResult> {
    const failure = this.#lastFailure ?? new Failure("allFailed");
    const last = this.#parts.catalog.find(shownBy(this.#attempts) || (model?.id ?? ""));
    if (failure.kind === "internal") {
      if (!this.#answer.hasContent) throw failure.cause ?? failure;
      this.#parts.onBug(failure.cause);
    }
    if (this.#answer.hasContent && last) return this.#finish(last, "broken", failure);
    throw failureOfAll(this.#attempts, withCheaper(this.#parts, this.#request, model, failure));
  }

  async #finish(model: ModelInfo, stopReason: StopReason, failure: Failure | null): Promise<ChatResult> {
    const { usage, cost } = totalsOf(this.#attempts);
    const notice = noticeFor(model, stopReason, {
      onBreak: this.#onBreak(),
      leftOut: this.#leftOut,
      overSoft: this.#overSoft,
      stopRule: this.#parts.providers.stopRuleOf(model.provider),
    });
    await this.#caller.emit({ type: "usage", usage, cost });
    await this.#caller.emit({ type: "end", stopReason, ...(notice ? { notice } : {}) });
    return {
      chatId: this.#request.chatId,
      text: this.#answer.text,
      parts: this.#answer.parts,
      model: model.id,
      stopReason,
      usage,
      cost,
      attempts: this.#attempts,
      route: brief(this.#decision),
      ...(notice ? { notice } : {}),
      ...(failure ? { failure: { kind: failure.kind, message: failure.message } } : {}),
      ...(this.#request.conversationId ? { conversationId: this.#request.conversationId } : {}),
    };
  }
}
