// One image in words: from what is kept, else asked of a model that sees, through the spine and its books like any chat.
import type { ChatEventBody, ChatResult, ImagePart } from "../../../shared/chat.ts";
import type { CorrectImage, CorrectImageResult, DescribeImage, DescribeImageResult } from "../../../shared/describe.ts";
import { Failure } from "../../../shared/failure.ts";
import { descriptionAsMarkdown, descriptionSchema, type DescribedImage, ImageDescription, onGrid, textIn } from "../../../shared/image.ts";
import { type Cost, NO_COST, NO_USAGE } from "../../../shared/money.ts";
import { admit } from "../admit.ts";
import type { Caller, SpineParts } from "../parts.ts";
import { createStructured } from "../structured.ts";
import { describingMessages, MOST_OUTPUT_TOKENS } from "./prompt.ts";
import { descriptionId, type DescriptionStore, type KeptDescription, sha256 } from "./store.ts";

export interface DescribeParts {
  readonly spine: SpineParts;
  readonly store: DescriptionStore;
}

export async function describeImage(parts: DescribeParts, given: DescribeImage, caller: Caller): Promise<DescribeImageResult> {
  const image = imageIn(given.image);
  const { purpose = "describe", question, language } = given;
  const hash = hashOf(image);
  const id = descriptionId({ hash, purpose, question, language });
  const kept = given.fresh === true ? null : await parts.store.find(id);
  if (kept) return { ...asDescribed(kept, true, NO_COST), usage: NO_USAGE, attempts: [] };
  const chatId = given.chatId ?? parts.spine.newId();
  const send = createStructured({ ...parts.spine, purpose: "vision" });
  const { listener, end } = listening(caller);
  try {
    const answer = await send(
      {
        chatId,
        messages: describingMessages(image, { purpose, question, language }),
        model: given.model ?? parts.spine.settings()["vision.model"],
        policy: given.policy,
        maxCostUsd: given.maxCostUsd,
        maxOutputTokens: MOST_OUTPUT_TOKENS,
        workspace: given.workspace,
        output: { name: "image_description", schema: descriptionSchema() },
        onBreak: "stop",
      },
      listener,
    );
    const description = onGrid(ImageDescription.parse(outputOf(answer)));
    const made = { id, hash, purpose, description, model: answer.model, edited: false };
    await parts.store.keep(made);
    const described = asDescribed(made, false, answer.cost);
    await caller.emit({ type: "image-description", image: described });
    return { ...described, usage: answer.usage, attempts: answer.attempts, route: answer.route };
  } finally {
    await end();
  }
}

/** Whoever listens is shown the description, not the JSON that it comes as; and it comes before the end. */
function listening(caller: Caller): { listener: Caller; end(): Promise<void> | undefined } {
  let held: ChatEventBody | null = null;
  const emit = (event: ChatEventBody): Promise<void> | undefined => {
    if (event.type === "end") held = event;
    const isDraft = event.type === "text-delta" || event.type === "tool-call" || event.type === "seam" || event.type === "end";
    return isDraft ? undefined : caller.emit(event);
  };
  return { listener: { ...caller, emit }, end: () => (held === null ? undefined : caller.emit(held)) };
}

/** A person's words instead of a model's; null forgets both. */
export async function correctImage({ store }: Pick<DescribeParts, "store">, given: CorrectImage): Promise<CorrectImageResult> {
  const { id, description } = given;
  if (description === null) {
    await store.forget(id);
    return { id, described: null };
  }
  const known = await store.find(id);
  if (known === null) {
    const message = "No description is kept under this id. Describe the image first, then correct what comes of it; nothing was changed.";
    throw new Failure("invalidParams", message, { fields: ["id"] });
  }
  const kept = { ...known, description: onGrid(description), edited: true };
  await store.keep(kept);
  return { id, described: asDescribed(kept, true, NO_COST) };
}

export function asDescribed(kept: KeptDescription, cached: boolean, cost: Cost): DescribedImage {
  const { description } = kept;
  return { ...kept, markdown: descriptionAsMarkdown(description), altText: description.altText, text: textIn(description), cached, cost };
}

function imageIn(given: ImagePart): ImagePart {
  const { messages } = admit({ messages: [{ role: "user", parts: [given] }] });
  const [part] = messages[0]?.parts ?? [];
  if (part?.type !== "image") throw new Failure("internal");
  return part;
}

/** Of an address nobody has fetched there is only the address. */
function hashOf({ data, url }: ImagePart): string {
  return sha256(data === undefined ? (url ?? "") : Buffer.from(data, "base64"));
}

/** Half a description is none: what came of an answer that was stopped or refused is a failure with its cost. */
function outputOf(answer: ChatResult): unknown {
  const { attempts, cost, model } = answer;
  if (answer.output !== undefined) return answer.output;
  const details = { model, attempts, cost };
  if (answer.stopReason === "cancelled") throw new Failure("cancelled", "The description was cancelled before it was whole.", details);
  if (answer.stopReason === "refused") throw new Failure("requestRefused", `${model} refused to describe this image.`, details);
  const why = answer.failure?.message ?? answer.notice ?? "It broke off before its end.";
  throw new Failure("providerUnavailable", `${model} did not describe this image. ${why}`, details);
}
