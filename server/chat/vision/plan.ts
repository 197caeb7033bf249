// How the images of one prompt should reach the model that answers, with both costs; asks the store what is known, sends nothing.
import type { Message } from "../../../shared/chat.ts";
import { descriptionAsMarkdown, type KeptDescription } from "../../../shared/image.ts";
import type { ModelInfo } from "../../../shared/model.ts";
import type { NanoUsd } from "../../../shared/money.ts";
import type { ChatDraft } from "../../../shared/protocol.ts";
import type { Candidate, RouteDecision, VisionRoute } from "../../../shared/route.ts";
import { chooseSight, type Sight } from "../../routing/sight.ts";
import type { SpineParts } from "../parts.ts";
import { decide } from "../preview.ts";
import { type DescribeOrder, type DescribeParts, describingRequest } from "./describe.ts";
import { mayLookBack, MOST_LOOK_BACKS } from "./look-back.ts";
import { priceBar } from "./too-dear.ts";
import { type Picture, picturesIn, withoutPictures } from "./pictures.ts";

export interface SightPlan {
  readonly vision: VisionRoute;
  /** As it is shown: of the way that was chosen, with the reason. */
  readonly decision: RouteDecision;
  /** Of the way with a model that sees, for when no description comes. */
  readonly seeing: RouteDecision;
  readonly thinker: ModelInfo;
  readonly pictures: readonly Picture[];
  readonly kept: ReadonlyMap<string, KeptDescription>;
}

/** About as long as a description is. */
const EXPECTED_WORDS = "word ".repeat(700);

/** The conversation as the model that cannot see will get it, as far as that is known. */
export function inWords(draft: ChatDraft, pictures: readonly Picture[], kept: ReadonlyMap<string, KeptDescription>): ChatDraft["messages"] {
  return withoutPictures(draft.messages, (number) => {
    const known = kept.get(pictures[number - 1]?.id ?? "");
    return known ? descriptionAsMarkdown(known.description) : EXPECTED_WORDS;
  });
}

export function hasImage(messages: readonly Message[]): boolean {
  return messages.some(({ parts }) =>
    parts.some((part) => part.type === "image" || (part.type === "toolResult" && part.parts.some((inner) => inner.type === "image"))),
  );
}

/** What is asked about an image when it is described for a chat; cheap, so that the least of those that are good enough is taken. */
export function orderFor(picture: Picture, draft: Omit<ChatDraft, "messages">): DescribeOrder {
  const { image, purpose, question } = picture;
  const { chatId, workspace, conversationId, maxCostUsd, overSoftLimit } = draft;
  return { image, purpose, question, chatId, workspace, conversationId, maxCostUsd, overSoftLimit, policy: "cheap" };
}

/** Null where there is nothing to choose: no image, a chosen model that sees, nobody who could describe, or a setting against it. */
export async function planSight(parts: DescribeParts, draft: ChatDraft): Promise<SightPlan | null> {
  const { spine } = parts;
  if (!hasImage(draft.messages) || spine.settings()["vision.coordinated"] === "never") return null;
  const pictures = picturesIn(draft.messages, draft.taskType);
  if (pictures.length === 0) return null;
  const kept = await keptOf(parts, pictures);
  const words = { ...draft, messages: inWords(draft, pictures, kept) };
  const byWords = decide(spine, words).decision;
  const thinker = byWords.candidates[0];
  const model = thinker && spine.catalog.find(thinker.model);
  if (!thinker || !model || model.provider === "demo" || model.capabilities.includes("vision")) return null;
  const describing = describingOf(spine, draft, pictures, kept);
  const seeing = decide(spine, draft).decision;
  if (!("describer" in describing)) {
    const why = byWords.pinned === undefined ? null : priceBar(spine, draft, orderFor(describing.missing, draft));
    return why === null ? null : { ...barred(seeing, model, why, pictures.length), seeing, thinker: model, pictures, kept };
  }
  const sight = sightFor(byWords, thinker, seeing, describing);
  const lookBacks = mayLookBack(model, draft) === "no" ? 0 : MOST_LOOK_BACKS;
  const vision: VisionRoute = {
    ...sight,
    ...(sight.way === "coordinated"
      ? { describer: describing.describer, lookBacks, lookBackWorstNanoUsd: describing.oneWorstNanoUsd }
      : {}),
    images: pictures.length,
    known: pictures.filter(({ id }) => kept.has(id)).length,
    p50NanoUsd: sight.way === "coordinated" ? describing.p50NanoUsd : 0,
    worstNanoUsd: sight.way === "coordinated" ? describing.worstNanoUsd : 0,
  };
  const decision = explained(sight.way === "coordinated" ? byWords : seeing, vision);
  return { vision, decision, seeing, thinker: model, pictures, kept };
}

/** A chosen model that cannot see, and nobody who may say at that price what it would see. */
function barred(seeing: RouteDecision, { id }: ModelInfo, why: string, images: number): Pick<SightPlan, "vision" | "decision"> {
  const vision: VisionRoute = { way: "single", because: `${id} ${why}.`, images, known: 0, p50NanoUsd: null, worstNanoUsd: null };
  const excluded = seeing.excluded.map((one) => (one.model === id ? { model: id, rule: "maxCost", reason: why } : one));
  return { vision, decision: { ...seeing, vision, excluded, because: vision.because } };
}

function explained(decision: RouteDecision, vision: VisionRoute): RouteDecision {
  return { ...decision, vision, because: `${decision.because} ${vision.because}` };
}

function sightFor(byWords: RouteDecision, thinker: Candidate, seeing: RouteDecision, { describer, p50NanoUsd }: Describing): Sight {
  if (byWords.pinned !== undefined) {
    return { way: "coordinated", because: `It cannot see, so ${describer} describes the images for it.` };
  }
  const [first] = seeing.candidates;
  return chooseSight({
    thinker,
    seeing: first,
    seeingByWords: byWords.candidates.find(({ model }) => model === first?.model),
    describing: p50NanoUsd,
    describer,
    policy: byWords.policy,
    level: byWords.tier,
  });
}

async function keptOf({ store }: DescribeParts, pictures: readonly Picture[]): Promise<Map<string, KeptDescription>> {
  const found = await Promise.all([...new Set(pictures.map(({ id }) => id))].map((id) => store.find(id)));
  return new Map(found.flatMap((one) => (one ? [[one.id, one] as const] : [])));
}

interface Describing {
  readonly describer: string;
  readonly p50NanoUsd: NanoUsd | null;
  readonly worstNanoUsd: NanoUsd | null;
  readonly oneWorstNanoUsd: NanoUsd | null;
}

/** What the descriptions that are not kept will cost, or the one that is needed and no model may give. */
function describingOf(
  spine: SpineParts,
  draft: ChatDraft,
  pictures: readonly Picture[],
  kept: ReadonlyMap<string, KeptDescription>,
): Describing | { readonly missing: Picture } {
  const unknown = [...new Map(pictures.filter(({ id }) => !kept.has(id)).map((picture) => [picture.id, picture])).values()];
  const quotes = unknown.map((picture) => quoteOf(spine, draft, picture));
  const missing = unknown[quotes.indexOf(undefined)];
  if (missing) return { missing };
  const [first = pictures[0] && quoteOf(spine, draft, pictures[0])] = quotes;
  const describer = first?.model ?? [...kept.values()].find(({ model }) => model !== null)?.model ?? "a person";
  const sum = (of: (candidate: Candidate) => NanoUsd | null) =>
    quotes.reduce<NanoUsd | null>((total, one) => {
      const cost = one ? of(one) : 0;
      return total === null || cost === null ? null : total + cost;
    }, 0);
  return {
    describer,
    p50NanoUsd: sum(({ estimate }) => estimate.p50NanoUsd),
    worstNanoUsd: sum(({ estimate }) => estimate.worstNanoUsd),
    oneWorstNanoUsd: first?.estimate.worstNanoUsd ?? null,
  };
}

function quoteOf(spine: SpineParts, draft: ChatDraft, picture: Picture): Candidate | undefined {
  const { decision } = decide(spine, describingRequest(spine, orderFor(picture, draft)));
  return decision.candidates.find(({ model }) => !model.startsWith("demo/"));
}
