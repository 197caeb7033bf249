// THE SPINE: admit, route, then per candidate reserve, stream and settle; every door enters here and nowhere else.
import type { Attempt, ChatResult, StopReason } from "../../shared/chat.ts";
import { Failure } from "../../shared/failure.ts";
import type { ModelInfo } from "../../shared/model.ts";
import { addCost, addUsage, type Cost, NO_COST, NO_USAGE, nanoFromUsd, type Usage } from "../../shared/money.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { RouteDecision } from "../../shared/route.ts";
import { waitFor } from "../resilience/wait.ts";
import type { Estimate } from "../routing/route.ts";
import { admit } from "./admit.ts";
import { Answer } from "./answer.ts";
import { type AttemptEnd, type AttemptJob, runAttempt } from "./attempt.ts";
import { limitsFor } from "./limits.ts";
import type { Caller, SpineParts } from "./parts.ts";
import { decide } from "./preview.ts";

export type Send = (request: ChatRequest, caller: Caller) => Promise<ChatResult>;

export function createSend(parts: SpineParts): Send {
  return async (given, caller) => {
    const request = admit(given);
    parts.plan.admit(request);
    const { decision, estimateOf } = decide(parts, request);
    await caller.emit({ type: "route", route: decision });
    if (decision.candidates.length === 0) throw noCandidate(decision);
    return new Chat(parts, request, caller, decision, estimateOf).run();
  };
}

/** One chat from its first candidate to its result: what was shown, what was tried, what it cost. */
class Chat {
  readonly #parts: SpineParts;
  readonly #request: ChatRequest;
  readonly #caller: Caller;
  readonly #decision: RouteDecision;
  readonly #estimateOf: (model: ModelInfo) => Estimate;
  readonly #answer = new Answer();
  readonly #attempts: Attempt[] = [];
  readonly #queue: ModelInfo[];
  #lastFailure: Failure | null = null;

  constructor(
    parts: SpineParts,
    request: ChatRequest,
    caller: Caller,
    decision: RouteDecision,
    estimateOf: (model: ModelInfo) => Estimate,
  ) {
    this.#parts = parts;
    this.#request = request;
    this.#caller = caller;
    this.#decision = decision;
    this.#estimateOf = estimateOf;
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
      const end = await runAttempt(this.#parts, this.#jobFor(model, omitParameters, budget.deadline));
      this.#attempts.push(end.attempt);
      if (end.failure === null) return this.#finish(model, end.stopReason ?? "end", null);
      this.#lastFailure = end.failure;
      if (end.failure.kind === "cancelled") return this.#finish(model, "cancelled", null);
      const verdict = budget.judge(this.#asFailed(end, end.failure, model));
      if (verdict.action === "stop" || verdict.action === "resume") return this.#giveUp(model);
      if (verdict.action === "retry") {
        if (verdict.omitParameter) omitParameters = [...omitParameters, verdict.omitParameter];
        if (!(await this.#pause(verdict.waitMs, model))) return this.#finish(model, "cancelled", null);
        continue;
      }
      const next = this.#nextAfter(end.failure, model);
      await this.#announceFallback(end.failure, model, next);
      omitParameters = [];
      if (!next) return this.#giveUp(model);
      model = next;
    }
    return this.#giveUp(model);
  }

  #jobFor(model: ModelInfo, omitParameters: readonly string[], deadline: Date | null): AttemptJob {
    const settings = this.#parts.settings();
    const limitUsd = this.#request.maxCostUsd ?? settings.maxCostUsd;
    return {
      request: this.#request,
      model,
      estimate: this.#estimateOf(model),
      answer: this.#answer,
      caller: this.#caller,
      purpose: "chat",
      omitParameters,
      limits: { ...limitsFor(model, settings), totalMs: deadline ? Math.max(1, deadline.getTime() - this.#parts.now().getTime()) : 0 },
      chatLimitNanoUsd: limitUsd === null || limitUsd === undefined ? null : nanoFromUsd(limitUsd),
    };
  }

  #asFailed(end: AttemptEnd, failure: Failure, model: ModelInfo) {
    return {
      failure,
      model: model.id,
      hadContent: this.#answer.hasContent,
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
    const rule = failure.row.tryNext;
    if (rule === "no") return undefined;
    const worst = this.#estimateOf(failed).worstNanoUsd;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const nextWorst = next.local ? 0 : this.#estimateOf(next).worstNanoUsd;
      if (rule === "cheaperOnly" && !(nextWorst !== null && worst !== null && nextWorst < worst)) continue;
      if (rule === "largerWindowOnly" && next.contextWindowTokens <= failed.contextWindowTokens) continue;
      return next;
    }
    return undefined;
  }

  async #announceFallback(failure: Failure, from: ModelInfo, to: ModelInfo | undefined): Promise<void> {
    await this.#caller.emit({ type: "fallback", from: from.id, to: to?.id ?? null, reason: failure.message, kind: failure.kind });
  }

  /** False when the caller cancelled meanwhile. */
  async #pause(waitMs: number, model: ModelInfo): Promise<boolean> {
    if (waitMs >= 1000) {
      const message = `${model.provider} asks to wait; trying again in ${Math.round(waitMs / 1000)} s`;
      const retryAtMs = this.#parts.now().getTime() + waitMs;
      await this.#caller.emit({ type: "waiting", for: "retry", waitedMs: 0, retryAtMs, message });
    }
    try {
      await waitFor(waitMs, this.#caller.signal);
      return true;
    } catch {
      return false;
    }
  }

  /** Nothing more will be tried: a marked partial when anything was shown, else the failure itself. */
  #giveUp(model: ModelInfo | undefined): Promise<ChatResult> {
    const failure = this.#lastFailure ?? new Failure("allFailed");
    const shownBy = this.#attempts.at(-1)?.model ?? model?.id ?? "";
    const last = this.#parts.catalog.find(shownBy);
    if (this.#answer.hasContent && last) return this.#finish(last, "broken", failure);
    const tried = new Set(this.#attempts.map((attempt) => attempt.model));
    if (tried.size <= 1)
      throw new Failure(failure.kind, failure.message, { ...failure.details, attempts: this.#attempts }, { cause: failure });
    const reasons = this.#attempts.map((attempt) => `${attempt.model}: ${attempt.failure?.message ?? attempt.outcome}`);
    const spent = this.#totals().cost;
    const message = `None of the ${tried.size} models that were tried answered. ${reasons.join(" | ")}`;
    throw new Failure("allFailed", message, { attempts: this.#attempts, cost: spent }, { cause: failure });
  }

  async #finish(model: ModelInfo, stopReason: StopReason, failure: Failure | null): Promise<ChatResult> {
    const { usage, cost } = this.#totals();
    const notice = this.#noticeFor(model, stopReason);
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
      route: this.#decision,
      ...(notice ? { notice } : {}),
      ...(failure ? { failure: { kind: failure.kind, message: failure.message } } : {}),
      ...(this.#request.conversationId ? { conversationId: this.#request.conversationId } : {}),
    };
  }

  #totals(): { usage: Usage; cost: Cost } {
    const [first, ...rest] = this.#attempts;
    const start = { usage: first?.usage ?? NO_USAGE, cost: first?.cost ?? NO_COST };
    return rest.reduce((sum, { usage, cost }) => ({ usage: addUsage(sum.usage, usage), cost: addCost(sum.cost, cost) }), start);
  }

  #noticeFor(model: ModelInfo, stopReason: StopReason): string | undefined {
    if (model.provider === "demo") return "demo: no model was called";
    if (stopReason === "cancelled") return this.#parts.providers.stopRuleOf(model.provider);
    if (stopReason === "budget") return "The answer was cut: it passed what was reserved for it.";
    return undefined;
  }
}

function noCandidate(decision: RouteDecision): Failure {
  const reasons = decision.excluded.slice(0, 5).map((exclusion) => `${exclusion.model}: ${exclusion.reason}`);
  const more = decision.excluded.length > 5 ? ` and ${decision.excluded.length - 5} more` : "";
  const message = `No model can take this prompt${reasons.length > 0 ? ` (${reasons.join("; ")}${more})` : ""}. Nothing was sent or charged.`;
  return new Failure("noCandidate", message, { excluded: decision.excluded, tier: decision.tier });
}
