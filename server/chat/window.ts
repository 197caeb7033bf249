// One model's window and this chat: the conversation as that model gets it, with its price, or the failure that says by how much it is too long.
import { Failure } from "../../shared/failure.ts";
import type { ModelInfo } from "../../shared/model.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { Estimate } from "../routing/route.ts";
import { shorten } from "./context.ts";
import type { SpineParts } from "./parts.ts";
import { type Continuation, withContinuation } from "./resume.ts";

export interface FittedRequest {
  readonly request: ChatRequest;
  readonly estimate: Estimate;
  readonly leftOut?: string | undefined;
}

/** A prompt that routing lets through unchanged is not touched; a longer one leaves room for the answer that is wished for, else expected. */
export function fitTo(
  parts: Pick<SpineParts, "quoter" | "settings">,
  model: ModelInfo,
  asked: { readonly request: ChatRequest; readonly continuation: Continuation | null; readonly estimate: Estimate },
): FittedRequest {
  const { request, continuation, estimate } = asked;
  const answer = Math.min(request.maxOutputTokens ?? estimate.outputTokensP50, model.maxOutputTokens);
  if (estimate.inputTokens + answer <= model.contextWindowTokens) return { request, estimate };
  const strategy = parts.settings()["context.fit"];
  const estimateOf = (messages: ChatRequest["messages"]) => {
    const draft = { ...request, messages };
    return parts.quoter.quote(continuation ? withContinuation(draft, continuation) : draft, undefined)(model);
  };
  const limitTokens = model.contextWindowTokens - reserved(model, request.maxOutputTokens ?? estimateOf([]).outputTokensP50);
  const fitted = shorten(request.messages, { strategy, limitTokens, count: (messages) => estimateOf([...messages]).inputTokens });
  // It fits, if with less room for the answer than one would like.
  if (fitted === null && estimate.inputTokens < model.contextWindowTokens) return { request, estimate };
  if (fitted === null) throw tooLong(model, estimate.inputTokens, limitTokens);
  const messages = [...fitted.messages];
  return { request: { ...request, messages }, estimate: estimateOf(messages), leftOut: fitted.leftOut };
}

/** The answer's place; a model with a small window gives it no more than half. */
function reserved(model: ModelInfo, answerTokens: number): number {
  return Math.min(answerTokens, model.maxOutputTokens, Math.floor(model.contextWindowTokens / 2));
}

function tooLong(model: ModelInfo, tokens: number, limit: number): Failure {
  const message = `The conversation has about ${tokens} tokens, and what must be kept of it does not fit the ${limit} that ${model.id} has beside the answer. Shorten it, unpin something or choose a model with a larger window; nothing was sent.`;
  return new Failure("contextOverflow", message, { model: model.id, provider: model.provider, tokens, limit });
}
