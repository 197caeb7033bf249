// The strategy "summarise": a layer around the spine that has the oldest turns of a too long conversation summarised by a cheap model, once, and says so.
import type { Attempt, ChatEventBody, ChatResult } from "../../shared/chat.ts";
import { Failure, isFailure } from "../../shared/failure.ts";
import { formatUsd } from "../../shared/money.ts";
import type { ChatDraft, ChatRequest, ResultOf } from "../../shared/protocol.ts";
import { totalsOf } from "./ending.ts";
import type { Caller, SpineParts } from "./parts.ts";
import { decide } from "./preview.ts";
import { createSend, type Send } from "./send.ts";
import {
  digestOf,
  fitted,
  planSummary,
  type Summary,
  type SummaryPlan,
  summaryRequest,
  summarySettings,
  summaryTokens,
} from "./summary-plan.ts";

/** Where summaries are remembered: with the kept conversation, so that none is paid twice. */
export interface SummaryMemory {
  recall(draft: ChatDraft): Promise<readonly Summary[]>;
  keep(draft: ChatDraft, summary: Summary): Promise<void>;
}

export function createSummarised(parts: SpineParts, memory: SummaryMemory, send: Send): Send {
  return async (request, caller) => {
    if (parts.settings()["context.fit"] !== "summarise") return send(request, caller);
    const plan = planSummary(parts, request, await memory.recall(request));
    if (plan === null) return send(request, caller);
    const made = await summarise(parts, memory, { request, caller, plan });
    const { attempts } = made;
    const messages = "problem" in made ? request.messages : fitted(plan, made.summary.text);
    try {
      const result = await send({ ...request, messages }, withoutEnd(caller));
      return await noted(result, noticeOf(plan, made), attempts, caller);
    } catch (error) {
      throw withAttempts(error, attempts);
    }
  };
}

/** The quote of the conversation as it will be sent, and what the summary will cost on top. */
type Quote = ResultOf<"chat/estimate">;

export async function quoteSummarised(
  parts: SpineParts,
  memory: SummaryMemory,
  draft: ChatDraft,
  quote: (draft: ChatDraft) => Promise<Quote>,
): Promise<Quote> {
  const plan = planSummary(parts, draft, await memory.recall(draft));
  if (plan === null) return quote(draft);
  const isKnown = plan.known?.covers === plan.old.length;
  const text = isKnown ? plan.known.text : "word ".repeat(summaryTokens(plan.model));
  const quoted = await quote({ ...draft, messages: fitted(plan, text) });
  if (isKnown) return { ...quoted, summary: { messages: plan.old.length, model: plan.known.model, p50NanoUsd: 0, worstNanoUsd: 0 } };
  const writer = decide(within(parts, draft, plan), summaryRequest(draft, plan)).decision.candidates[0];
  if (!writer) return quoted;
  const { p50NanoUsd, worstNanoUsd } = writer.estimate;
  const candidates = quoted.candidates.map((candidate) => ({
    ...candidate,
    p50NanoUsd: sum(candidate.p50NanoUsd, p50NanoUsd),
    worstNanoUsd: sum(candidate.worstNanoUsd, worstNanoUsd),
  }));
  return { ...quoted, candidates, summary: { messages: plan.old.length, model: writer.model, p50NanoUsd, worstNanoUsd } };
}

function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}

function within(parts: SpineParts, draft: ChatDraft, { model }: SummaryPlan): SpineParts {
  const settings = summarySettings(parts.settings(), draft, model, parts.catalog.providers);
  return { ...parts, settings: () => settings, purpose: "summary" };
}

interface Job {
  readonly request: ChatRequest;
  readonly caller: Caller;
  readonly plan: SummaryPlan;
}

type Made = { readonly attempts: Attempt[] } & ({ readonly summary: Summary } | { readonly problem: string });

/** One chat of its own, with its own row in the ledger; what goes wrong with it is no reason not to answer. */
async function summarise(parts: SpineParts, memory: SummaryMemory, { request, caller, plan }: Job): Promise<Made> {
  if (plan.known?.covers === plan.old.length) return { summary: plan.known, attempts: [] };
  const message = `summarising ${plan.old.length} earlier messages, which fit no window`;
  await caller.emit({ type: "waiting", for: "summary", waitedMs: 0, message });
  try {
    const quiet = { ...caller, emit: () => undefined };
    const asked = { ...summaryRequest(request, plan), chatId: request.chatId };
    const result = await createSend(within(parts, request, plan))(asked, quiet);
    if (result.stopReason === "cancelled") throw new Failure("cancelled", undefined, { attempts: result.attempts });
    if (result.text.trim() === "" || (result.stopReason !== "end" && result.stopReason !== "length")) {
      return { problem: `${result.model} stopped: ${result.stopReason}`, attempts: result.attempts };
    }
    const digest = digestOf(plan.old, plan.old.length) ?? "";
    const summary = { covers: plan.old.length, digest, text: result.text.trim(), model: result.model };
    await memory.keep(request, summary);
    return { summary, attempts: result.attempts };
  } catch (error) {
    if (!isFailure(error) || error.kind === "cancelled") throw error;
    // What the spine puts under this name are its own attempts.
    return { problem: error.message.replace(/\.$/, ""), attempts: (error.details.attempts ?? []) as Attempt[] };
  }
}

function noticeOf(plan: SummaryPlan, made: Made): string {
  if ("problem" in made) return `The oldest turns could not be summarised (${made.problem})`;
  const { summary, attempts } = made;
  const cost = attempts.length === 0 ? "kept from before" : formatUsd(totalsOf(attempts).cost.nanoUsd);
  return `${plan.old.length} earlier messages were summarised by ${summary.model} to fit the model's window (${cost})`;
}

/** Summary and answer are one chat to whoever listens: one end, with both costs. */
function withoutEnd(caller: Caller): Caller {
  const emit = (event: ChatEventBody) => (event.type === "usage" || event.type === "end" ? undefined : caller.emit(event));
  return { ...caller, emit };
}

async function noted(result: ChatResult, said: string, before: Attempt[], caller: Caller): Promise<ChatResult> {
  const notice = [`${said}.`, result.notice].filter(Boolean).join(" ");
  const attempts = [...before, ...result.attempts];
  const { usage, cost } = totalsOf(attempts);
  await caller.emit({ type: "usage", usage, cost });
  await caller.emit({ type: "end", stopReason: result.stopReason, notice });
  return { ...result, attempts, usage, cost, notice };
}

function withAttempts(error: unknown, before: readonly Attempt[]): unknown {
  if (!isFailure(error) || before.length === 0) return error;
  const attempts = [...before, ...((error.details.attempts ?? []) as Attempt[])];
  return new Failure(error.kind, error.message, { ...error.details, attempts, cost: totalsOf(attempts).cost }, { cause: error });
}
