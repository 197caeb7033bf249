// How a chat ends: what all attempts cost together, the failure that tells of each, and the line for people; pure.
import type { Attempt, StopReason } from "../../shared/chat.ts";
import { Failure } from "../../shared/failure.ts";
import type { ModelInfo } from "../../shared/model.ts";
import { addCost, addUsage, type Cost, NO_COST, NO_USAGE, type Usage } from "../../shared/money.ts";
import type { Settings } from "../../shared/settings.ts";

export function totalsOf(attempts: readonly Attempt[]): { usage: Usage; cost: Cost } {
  const [first, ...rest] = attempts;
  const start = { usage: first?.usage ?? NO_USAGE, cost: first?.cost ?? NO_COST };
  return rest.reduce((sum, { usage, cost }) => ({ usage: addUsage(sum.usage, usage), cost: addCost(sum.cost, cost) }), start);
}

/** The last failure with every attempt; "allFailed" when more than one model was tried and it was not a limit that refused each. */
export function failureOfAll(attempts: readonly Attempt[], last: Failure): Failure {
  const tried = new Set(attempts.map((attempt) => attempt.model));
  const isLimit = attempts.every((attempt) => attempt.failure?.kind === "budgetExceeded");
  if (tried.size <= 1 || isLimit || last.details.ask === true)
    return new Failure(last.kind, last.message, { ...last.details, attempts }, { cause: last });
  const reasons = attempts.map((attempt) => `${attempt.model}: ${attempt.failure?.message ?? attempt.outcome}`);
  const message = `None of the ${tried.size} models that were tried answered. ${reasons.join(" | ")}`;
  return new Failure("allFailed", message, { attempts, cost: totalsOf(attempts).cost }, { cause: last });
}

/** Whose text is shown: the last that got so far, else the last that was asked. */
export function shownBy(attempts: readonly Attempt[]): string {
  return (attempts.findLast(({ outcome }) => outcome === "broken") ?? attempts.at(-1))?.model ?? "";
}

const CONTINUE_NOTICE =
  "The answer broke off. To have it continued, send the same messages again with this text as the assistant's last message.";

interface Said {
  readonly onBreak: Settings["onBreak"];
  readonly stopRule: string | undefined;
}

/** A line for people when the end needs one; `stopRule` says whether this vendor goes on charging after a stop. */
export function noticeFor(
  model: ModelInfo,
  stopReason: StopReason,
  said: Said & { readonly leftOut?: string | undefined; readonly overSoft?: string | undefined },
): string | undefined {
  const shortened = said.leftOut === undefined ? undefined : `${said.leftOut}.`;
  const over = said.overSoft === undefined ? undefined : `Its worst case went past ${said.overSoft}.`;
  return [endNotice(model, stopReason, said), shortened, over].filter((text) => text !== undefined).join(" ") || undefined;
}

function endNotice(model: ModelInfo, stopReason: StopReason, said: Said): string | undefined {
  if (model.provider === "demo") return "demo: no model was called";
  if (stopReason === "cancelled") return said.stopRule;
  if (stopReason === "broken" && said.onBreak === "offer") return CONTINUE_NOTICE;
  if (stopReason === "budget") return "The answer was cut: it passed what was reserved for it.";
  return undefined;
}
