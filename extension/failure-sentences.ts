// The sidecar's words in the reader's language: failures by their kind, all else by OwnLanguage; to English readers nothing is changed.
import * as vscode from "vscode";
import type { FailureKind } from "../shared/failure.ts";
import { OwnLanguage } from "./own-language.ts";
import { SIDECAR_SENTENCES } from "./sidecar-sentences.ts";

/** Undefined where the reader's language is the sidecar's own. */
export function readersLanguage(): OwnLanguage | undefined {
  if (vscode.env.language.startsWith("en")) return undefined;
  return new OwnLanguage(SIDECAR_SENTENCES.map((english) => ({ english, own: vscode.l10n.t(english) })));
}

/** The same sentences as in shared/failure.ts; a test compares them. */
export function failureSentence(kind: FailureKind): string {
  const { t } = vscode.l10n;
  const sentences: Record<FailureKind, string> = {
    invalidParams: t("The request was not understood. Correct the named field and send it again; nothing was sent or charged."),
    notInitialized: t("Send initialize first."),
    cancelled: t("Cancelled before anything was produced."),
    keyMissing: t("No key is set for this provider. Set one to use it; nothing was sent or charged."),
    keyRejected: t("The provider refused the key. Check it or set another; nothing was charged."),
    planForbidden: t("The policy in force does not allow this; nothing was sent or charged."),
    budgetExceeded: t("A limit would be passed. Raise the limit, wait for its reset, or choose a cheaper model; nothing was sent."),
    noCandidate: t("No model can take this prompt. Each excluded model is listed with its reason; nothing was sent or charged."),
    contextOverflow: t("The conversation does not fit the model's window. Shorten it or choose a model with a larger one."),
    rateLimited: t("The provider limits the rate of requests for now."),
    providerUnavailable: t("The provider could not be reached or failed."),
    requestRefused: t("The provider refused this prompt. It is not sent to another provider; rephrase it."),
    outputInvalid: t("The answer did not match the schema that was asked for."),
    stalled: t("The provider stopped sending."),
    allFailed: t("Every model that was tried failed. Each attempt is listed with its reason and cost."),
    creditExhausted: t("The account at the provider has no credit left. Top it up there or use another provider."),
    modelNotFound: t("The provider does not know this model (any more). Refresh the model list or choose another."),
    requestInvalid: t("The provider did not accept the request."),
    ledgerUnavailable: t("The ledger cannot be written, so no limit could hold. Nothing was sent or charged."),
    internal: t("Something went wrong inside Latchkey. The log has the details."),
  };
  return sentences[kind];
}
