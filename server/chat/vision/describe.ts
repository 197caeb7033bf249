// One image in words: from what is kept, else asked of a model that sees, through the spine and its books like any chat.
import type { ChatEventBody, ChatResult, ImagePart } from "../../../shared/chat.ts";
import type { CorrectImage, CorrectImageResult, DescribeImage, DescribeImageResult } from "../../../shared/describe.ts";
import { Failure } from "../../../shared/failure.ts";
import {
  type DescribedImage,
  descriptionAsMarkdown,
  descriptionSchema,
  type ImageDescription,
  type KeptDescription,
  onGrid,
  textIn,
} from "../../../shared/image.ts";
import { type Cost, NO_COST, NO_USAGE } from "../../../shared/money.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";
import type { Images } from "../../images/images.ts";
import { admit } from "../admit.ts";
import type { Caller, SpineParts } from "../parts.ts";
import { formName } from "../output-mode.ts";
import { createSend } from "../send.ts";
import { hashOf } from "./pictures.ts";
import { describingMessages, MOST_OUTPUT_TOKENS } from "./prompt.ts";
import { descriptionIn } from "./reading.ts";
import { descriptionId, type DescriptionStore } from "./store.ts";

export interface DescribeParts {
  readonly spine: SpineParts;
  readonly store: DescriptionStore;
  readonly images: Pick<Images, "crop" | "fetched">;
}

/** What a door asks, and what a chat that the description is for passes on to the books. */
export type DescribeOrder = DescribeImage & Pick<Partial<ChatRequest>, "conversationId">;

export async function describeImage(parts: DescribeParts, given: DescribeOrder, caller: Caller): Promise<DescribeImageResult> {
  const image = await parts.images.fetched(imageIn(given.image), caller.signal);
  const { purpose = "describe", question } = given;
  const hash = hashOf(image);
  const id = descriptionId({ ...given, hash, purpose });
  const kept = given.fresh === true ? null : await parts.store.find(id);
  if (kept) return { ...asDescribed(kept, true, NO_COST), usage: NO_USAGE, attempts: [] };
  const send = createSend({ ...parts.spine, purpose: "vision" });
  const { listener, end } = listening(caller);
  try {
    const request = describingRequest(parts.spine, { ...given, image });
    const answer = await send(request, listener);
    const description = descriptionOf(answer, formName(request.output ?? { schema: {} }, undefined));
    const asked = question?.trim() ? { question } : {};
    const made = { id, hash, purpose, ...asked, description, model: answer.model, edited: false };
    await parts.store.keep(made);
    const described = asDescribed(made, false, answer.cost);
    await caller.emit({ type: "image-description", image: described });
    return { ...described, usage: answer.usage, attempts: answer.attempts, route: answer.route };
  } finally {
    await end();
  }
}

/** What a description is as a chat: what it is asked with, and what it is quoted by. */
export function describingRequest(spine: Pick<SpineParts, "newId" | "settings">, given: DescribeOrder): ChatRequest {
  const { image, purpose = "describe", question, language, fresh, ...rest } = given;
  return {
    ...rest,
    chatId: given.chatId ?? spine.newId(),
    messages: describingMessages(image, { purpose, question, language }),
    model: given.model ?? spine.settings()["vision.model"],
    maxOutputTokens: MOST_OUTPUT_TOKENS,
    output: { name: "image_description", schema: descriptionSchema() },
    cascade: false,
    onBreak: "stop",
  };
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

/** Ends before the answer was whole. */
const CUTS: readonly ChatResult["stopReason"][] = ["length", "budget", "broken"];

/** Half a description is none: what came of an answer that was stopped or refused is a failure with its cost. */
function descriptionOf(answer: ChatResult, form: string): ImageDescription {
  const { attempts, cost, model, stopReason } = answer;
  const details = { model, attempts, cost };
  if (stopReason === "cancelled") throw new Failure("cancelled", "The description was cancelled before it was whole.", details);
  if (stopReason === "refused") throw new Failure("requestRefused", `${model} refused to describe this image.`, details);
  const description = stopReason === "broken" ? null : descriptionIn({ ...answer, isCut: CUTS.includes(stopReason) }, form);
  if (description !== null) return description;
  const why = answer.failure?.message ?? answer.notice ?? "Nothing that can be read came of it.";
  throw new Failure("providerUnavailable", `${model} did not describe this image. ${why}`, details);
}
