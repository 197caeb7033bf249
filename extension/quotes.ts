// The price of what is being typed, asked for when the typing rests; an older question never overtakes a newer one.
import * as vscode from "vscode";
import type { QuoteView } from "../shared/panel.ts";
import type { ResultOf } from "../shared/protocol.ts";
import type { Conversation } from "./conversation.ts";
import { failureView, isCancelled } from "./repairs.ts";
import type { Sidecar } from "./sidecar.ts";
import { workspaceName } from "./sidecar.ts";

const REST_MS = 250;

type Quote = ResultOf<"chat/estimate">;

export class Quotes implements vscode.Disposable {
  readonly #sidecar: Sidecar;
  readonly #asking = new Map<Conversation, { timer: NodeJS.Timeout; cancel: vscode.CancellationTokenSource }>();

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  /** Nothing typed and nothing attached has no price. */
  ask(conversation: Conversation, text: string, answer: (quote: QuoteView | null) => void): void {
    this.#drop(conversation);
    if (text.trim() === "" && conversation.attached.length === 0) {
      answer(null);
      return;
    }
    const cancel = new vscode.CancellationTokenSource();
    const timer = setTimeout(() => void this.#send(conversation, text, cancel.token, answer), REST_MS);
    this.#asking.set(conversation, { timer, cancel });
  }

  dispose(): void {
    for (const conversation of [...this.#asking.keys()]) this.#drop(conversation);
  }

  async #send(
    conversation: Conversation,
    text: string,
    token: vscode.CancellationToken,
    answer: (quote: QuoteView) => void,
  ): Promise<void> {
    try {
      const request = { ...conversation.draftRequest(text), workspace: workspaceName() };
      const quote = await this.#sidecar.call("chat/estimate", request, token);
      if (!token.isCancellationRequested) answer(quoteView(quote));
    } catch (error) {
      if (token.isCancellationRequested || isCancelled(error)) return;
      const problem = failureView(error).message;
      answer({ model: "", p50NanoUsd: null, worstNanoUsd: null, cachedShare: null, inputTokens: 0, problem });
    }
  }

  #drop(conversation: Conversation): void {
    const asking = this.#asking.get(conversation);
    if (!asking) return;
    clearTimeout(asking.timer);
    asking.cancel.cancel();
    asking.cancel.dispose();
    this.#asking.delete(conversation);
  }
}

/** The quote of the model that would be asked first. */
export function quoteView(quote: Quote): QuoteView {
  const [first] = quote.candidates;
  if (!first) {
    const [why] = quote.excluded;
    const problem = why ? `${why.model}: ${why.reason}` : vscode.l10n.t("No model can take this prompt.");
    return { model: "", p50NanoUsd: null, worstNanoUsd: null, cachedShare: null, inputTokens: quote.inputTokens, problem };
  }
  return {
    model: first.model,
    p50NanoUsd: first.p50NanoUsd,
    worstNanoUsd: first.worstNanoUsd,
    cachedShare: first.cachedShare ?? null,
    inputTokens: quote.inputTokens,
  };
}
