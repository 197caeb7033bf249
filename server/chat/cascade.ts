// The cascade: under the balanced policy a cheaper model is asked first, its answer is checked by what costs nothing, and the chosen model is asked once when it does not hold.
import type { Attempt, ChatEventBody, ChatResult } from "../../shared/chat.ts";
import { type Failure, isFailure } from "../../shared/failure.ts";
import type { ChatDraft, ChatRequest } from "../../shared/protocol.ts";
import type { RouteDecision } from "../../shared/route.ts";
import { type Cascade, cascadeOf, type Doubt, doubtsAbout, type Finished, isWorthASecondSample } from "../routing/cascade.ts";
import type { Warm } from "../money/estimate.ts";
import { admit } from "./admit.ts";
import { totalsOf } from "./ending.ts";
import type { Caller, SpineParts } from "./parts.ts";
import { decide } from "./preview.ts";
import type { Send } from "./send.ts";
import { warmthOf } from "./warmth.ts";

/** Ends that are no reason to ask a dearer model: a person stopped it, the purse did, or the vendor refused the prompt. */
const FINAL: readonly ChatResult["stopReason"][] = ["cancelled", "refused", "budget"];

/** `sendWith` is the rest of the way with other settings or another purpose in its parts. */
export function createCascade(parts: SpineParts, sendWith: (parts: SpineParts) => Send): Send {
  const plain = sendWith(parts);
  return async (request, caller) => {
    if (!isOn(parts, request)) return plain(request, caller);
    const draft = parts.plan.admit(admit(request));
    const plan = cascadeFor(parts, draft, await warmthOf(parts, draft));
    if (plan === null) return plain(request, caller);
    return cascade(parts, { request, caller, sendWith, ...plan });
  };
}

/** The two steps for this prompt, or null where the cascade is off or nothing is spared. */
export function cascadeFor(
  parts: SpineParts,
  draft: ChatDraft,
  warm: Warm | undefined,
): { steps: Cascade; decision: RouteDecision } | null {
  if (!isOn(parts, draft)) return null;
  const { decision, input } = decide(parts, draft, { warm });
  const steps = cascadeOf(decision, input, parts.route);
  return steps === null ? null : { steps, decision: { ...decision, because: `${decision.because} ${steps.because}` } };
}

function isOn(parts: SpineParts, draft: Pick<ChatDraft, "cascade">): boolean {
  return draft.cascade ?? parts.settings().cascade;
}

interface Running {
  readonly request: ChatRequest;
  readonly caller: Caller;
  readonly sendWith: (parts: SpineParts) => Send;
  readonly steps: Cascade;
  readonly decision: RouteDecision;
}

async function cascade(parts: SpineParts, running: Running): Promise<ChatResult> {
  const { request, caller, sendWith, steps, decision } = running;
  await caller.emit({ type: "route", route: decision });
  const first = await firstTry(parts, running);
  if ("answer" in first && (FINAL.includes(first.answer.stopReason) || first.doubts.length === 0)) {
    return finish(caller, { ...first.answer, route: decision }, first.answer.attempts);
  }
  const [from, to] = [steps.try.model, steps.escalateTo.model];
  const reason = "answer" in first ? first.doubts.map((doubt) => doubt.detail).join("; ") : first.problem;
  await caller.emit({ type: "fallback", from, to, reason: `${from} was tried first: ${reason}.`, kind: "outputInvalid" });
  const settings = parts.settings();
  const within = { ...settings, "routing.banned": [...settings["routing.banned"], from] };
  const wasShown = "answer" in first && first.answer.text !== "";
  const attempts = "answer" in first ? first.answer.attempts : first.attempts;
  try {
    const send = sendWith({ ...parts, settings: () => within });
    const second = await send({ ...request, cascade: false }, listener(caller, wasShown ? from : null));
    return await finish(caller, { ...second, route: decision }, [...attempts, ...second.attempts]);
  } catch (error) {
    // What is paid and shown is not taken away because a limit leaves nothing for a second opinion.
    if (!isFailure(error) || error.kind !== "budgetExceeded" || !("answer" in first) || !wasShown) throw error;
    const notice = `${first.answer.model}: ${reason}; ${to} was not asked: ${error.message}`;
    return finish(caller, { ...first.answer, route: decision, notice }, [...attempts, ...attemptsOf(error)]);
  }
}

type First =
  | { readonly answer: ChatResult; readonly doubts: readonly Doubt[] }
  | { readonly problem: string; readonly attempts: Attempt[] };

/** The cheaper model alone; what goes wrong with it is a reason to ask the other, unless a person or a rule stopped it. */
async function firstTry(parts: SpineParts, running: Running): Promise<First> {
  const { request, caller, sendWith, steps } = running;
  try {
    const send = sendWith({ ...parts, purpose: "cascade" });
    const answer = await send({ ...request, model: steps.try.model, cascade: false, onBreak: "stop" }, listener(caller, null));
    if (answer.stopReason === "broken") return { answer, doubts: [{ signal: "cut off", detail: "it broke off" }] };
    const finished = finishedOf(answer);
    const doubts = doubtsAbout(finished);
    if (FINAL.includes(answer.stopReason) || doubts.length > 0 || !steps.mayAskTwice || !isWorthASecondSample(finished))
      return { answer, doubts };
    const second = await secondSample(parts, running);
    const attempts = [...answer.attempts, ...second.attempts];
    return { answer: { ...answer, attempts }, doubts: doubtsAbout({ ...finished, secondSample: second.text }) };
  } catch (error) {
    const goesOn = isFailure(error) && !["cancelled", "requestRefused", "planForbidden", "invalidParams"].includes(error.kind);
    if (!goesOn) throw error;
    // A limit that asks is asked about the chat, not about its cheaper half.
    if (error.details.ask === true) throw error;
    return { problem: error.message.replace(/\.$/, ""), attempts: attemptsOf(error) };
  }
}

function finishedOf(answer: ChatResult): Finished {
  const toolCalls = answer.parts.filter((part) => part.type === "toolCall").length;
  return { text: answer.text, stopReason: answer.stopReason, toolCalls, meanLogprob: answer.attempts.at(-1)?.meanLogprob };
}

/** The same question once more, shown to nobody; what goes wrong with it, or finds no room under a limit, tells nothing. */
async function secondSample(parts: SpineParts, running: Running): Promise<{ text?: string; attempts: readonly Attempt[] }> {
  const { request, caller, sendWith, steps } = running;
  const silent: Caller = { ...caller, emit: () => undefined };
  try {
    const send = sendWith({ ...parts, purpose: "cascade" });
    const again = { ...request, model: steps.try.model, cascade: false, onBreak: "stop", overSoftLimit: "ask" } as const;
    const { text, stopReason, attempts } = await send(again, silent);
    return { attempts, ...(stopReason === "end" ? { text } : {}) };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { attempts: attemptsOf(error) };
  }
}

/** What the spine puts under this name are its own attempts. */
function attemptsOf(failure: Failure): Attempt[] {
  return (failure.details.attempts ?? []) as Attempt[];
}

/** Both tries are one chat to whoever listens: one route, one end; a draft that did not hold is void. */
function listener(caller: Caller, replaced: string | null): Caller {
  const emit = (event: ChatEventBody): Promise<void> | undefined => {
    if (event.type === "route" || event.type === "usage" || event.type === "end") return undefined;
    const told = caller.emit(event);
    if (event.type !== "start" || replaced === null) return told;
    return caller.emit({ type: "seam", from: replaced, to: event.model, at: 0, restarted: true });
  };
  return { ...caller, emit };
}

async function finish(caller: Caller, answer: ChatResult, attempts: Attempt[]): Promise<ChatResult> {
  const { usage, cost } = totalsOf(attempts);
  await caller.emit({ type: "usage", usage, cost });
  await caller.emit({ type: "end", stopReason: answer.stopReason, ...(answer.notice ? { notice: answer.notice } : {}) });
  return { ...answer, attempts, usage, cost };
}
