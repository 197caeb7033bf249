// The life of one answer as the reader sees it: events and the result change an AnswerTurn; nothing here is asynchronous.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { ChatEvent, ChatResult } from "../shared/chat.ts";
import { providerOf } from "../shared/model.ts";
import type { AnswerTurn, Note, ToPanel } from "../shared/panel.ts";
import { failureView, repairsFor } from "./repairs.ts";

export function emptyAnswer(): AnswerTurn {
  return { role: "assistant", id: randomUUID(), text: "", reasoning: "", status: "running", notes: [] };
}

/** Changes the answer; returns the small message when the event only added text. */
export function applyEvent(answer: AnswerTurn, event: ChatEvent): ToPanel | undefined {
  switch (event.type) {
    case "text-delta":
      answer.text += event.text;
      return { type: "delta", id: answer.id, text: event.text, reasoning: "" };
    case "reasoning-delta":
      answer.reasoning += event.text;
      return { type: "delta", id: answer.id, text: "", reasoning: event.text };
    case "route":
      answer.route = event.route;
      return undefined;
    case "start":
      answer.model = event.model;
      answer.notes = withoutWaiting(answer.notes);
      return undefined;
    case "fallback":
      answer.notes = [...withoutWaiting(answer.notes), { kind: "fallback", text: fallbackText(event.from, event.to, event.reason) }];
      return undefined;
    case "seam":
      answer.notes = [
        ...answer.notes,
        { kind: "seam", text: vscode.l10n.t("{0} continues here after {1}", event.to, event.from), at: event.at },
      ];
      if (event.restarted) answer.text = answer.text.slice(0, event.at);
      return undefined;
    case "waiting":
      answer.notes = [...withoutWaiting(answer.notes), { kind: "waiting", text: event.message }];
      return undefined;
    case "usage":
      answer.usage = event.usage;
      answer.cost = event.total ?? event.cost;
      return undefined;
    case "image-description":
      answer.images = [...(answer.images ?? []).filter(({ id }) => id !== event.image.id), event.image];
      return undefined;
    case "tool-call":
    case "partial-object":
      return undefined;
    case "end":
      answer.stopReason = event.stopReason;
      return undefined;
  }
}

/** The result has the last word on every figure. */
export function finishedAnswer(answer: AnswerTurn, result: ChatResult): void {
  answer.text = result.text;
  answer.status = "done";
  answer.model = result.model;
  answer.stopReason = result.stopReason;
  answer.cost = result.cost;
  answer.usage = result.usage;
  answer.route = result.route;
  answer.attempts = result.attempts;
  answer.notes = withoutWaiting(answer.notes);
  const notice = result.notice ?? noticeFor(result);
  // The demo's answer says itself that no model was called.
  if (notice && providerOf(result.model) !== "demo") answer.notes.push({ kind: "notice", text: notice });
  if (result.stopReason === "broken" || result.stopReason === "budget") {
    const kind = result.stopReason === "budget" ? "budgetExceeded" : "broken";
    const message = result.failure?.message ?? vscode.l10n.t("The answer broke off.");
    answer.failure = { kind, message, repairs: repairsFor(kind) };
  }
}

export function failedAnswer(answer: AnswerTurn, error: unknown): void {
  const { kind, ...failure } = failureView(error);
  answer.notes = withoutWaiting(answer.notes);
  if (kind === "cancelled") {
    answer.status = "done";
    answer.stopReason = "cancelled";
    return;
  }
  answer.status = "failed";
  answer.failure = { kind, ...failure };
}

function noticeFor(result: ChatResult): string | undefined {
  switch (result.stopReason) {
    case "length":
      return vscode.l10n.t("Cut off: the longest answer this model may give was reached.");
    case "refused":
      return vscode.l10n.t("The provider refused this prompt; it was not sent to another one.");
    case "cancelled":
      return vscode.l10n.t("Stopped.");
    default:
      return undefined;
  }
}

function withoutWaiting(notes: Note[]): Note[] {
  return notes.filter(({ kind }) => kind !== "waiting");
}

function fallbackText(from: string, to: string | null, reason: string): string {
  return to
    ? vscode.l10n.t("{0} failed ({1}); {2} was asked instead.", from, reason, to)
    : vscode.l10n.t("{0} failed ({1}).", from, reason);
}
