// What went wrong, in words, and the one action that mends it; reads failures, never raises them.
import * as vscode from "vscode";
import { FAILURES, type FailureKind } from "../shared/failure.ts";
import type { Repair } from "../shared/panel.ts";
import { commandId } from "./commands.ts";
import { failureSentence, readersLanguage } from "./failure-sentences.ts";

export interface FailureView {
  readonly kind: string;
  readonly message: string;
  readonly provider?: string;
  readonly repairs: Repair[];
}

/** Reads a rejected call: a JSON-RPC error of ours, or anything else (a crashed sidecar). */
export function failureView(error: unknown): FailureView {
  const data = isRecord(error) && isRecord(error.data) ? error.data : {};
  const kind = typeof data.kind === "string" ? data.kind : "sidecar";
  const provider = typeof data.provider === "string" ? { provider: data.provider } : {};
  const message = error instanceof Error ? error.message : String(error);
  return { kind, message: inOwnLanguage(kind, message || sentenceOf(kind)), ...provider, repairs: repairsFor(kind) };
}

export function isCancelled(error: unknown): boolean {
  return error instanceof vscode.CancellationError || failureView(error).kind === "cancelled";
}

/** The first is the one that most likely mends it. */
export function repairsFor(kind: string): Repair[] {
  const { t } = vscode.l10n;
  const retry: Repair = { id: "retry", label: t("Try Again") };
  const other: Repair = { id: "chooseModel", label: t("Choose Another Model") };
  const setKey: Repair = { id: "setKey", label: t("Set Key") };
  const showLog: Repair = { id: "showLog", label: t("Show Log") };
  switch (kind) {
    case "keyMissing":
    case "keyRejected":
      return [setKey, other];
    case "budgetExceeded":
    case "planForbidden":
      return [{ id: "setBudget", label: t("Change Budget") }, other];
    case "noCandidate":
    case "contextOverflow":
    case "modelNotFound":
    case "creditExhausted":
    case "requestInvalid":
      return [other, setKey];
    case "rateLimited":
    case "providerUnavailable":
    case "stalled":
    case "allFailed":
    case "outputInvalid":
      return [retry, other];
    case "broken":
      return [{ id: "continue", label: t("Continue") }, retry];
    case "requestRefused":
      return [];
    case "sidecar":
      return [{ id: "restart", label: t("Restart Sidecar") }, showLog];
    default:
      return [retry, showLog];
  }
}

/** Shows a failure outside the panel with its first repair as a button. */
export async function showFailure(error: unknown, mend: (repair: Repair["id"], failure: FailureView) => Promise<void>): Promise<void> {
  if (isCancelled(error)) return;
  const failure = failureView(error);
  const [repair] = failure.repairs.filter(({ id }) => id !== "retry" && id !== "continue");
  const chosen = await vscode.window.showErrorMessage(failure.message, ...(repair ? [repair.label] : []));
  if (repair && chosen === repair.label) await mend(repair.id, failure);
}

/** Repairs that need no conversation: for failures outside a panel. */
export async function mendOutside(repair: Repair["id"], failure: FailureView): Promise<void> {
  switch (repair) {
    case "setKey":
      return void (await vscode.commands.executeCommand(commandId("setKey"), failure.provider));
    case "chooseModel":
    case "setBudget":
    case "showLog":
      return void (await vscode.commands.executeCommand(commandId(repair)));
    case "restart":
      return void (await vscode.commands.executeCommand(commandId("restartSidecar")));
    case "retry":
    case "continue":
      return;
  }
}

/** What is not known word for word is told by the failure's own sentence first, and follows in brackets, since it names what failed. */
function inOwnLanguage(kind: string, message: string): string {
  const language = readersLanguage();
  if (!language || !isFailureKind(kind)) return message;
  if (message === FAILURES[kind].sentence) return failureSentence(kind);
  const own = language.say(message);
  return own === message ? `${failureSentence(kind)} (${message})` : own;
}

function isFailureKind(kind: string): kind is FailureKind {
  return kind in FAILURES;
}

function sentenceOf(kind: string): string {
  return isFailureKind(kind) ? FAILURES[kind].sentence : FAILURES.internal.sentence;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
