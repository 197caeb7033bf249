// Coordinated vision, around the spine: images are described by a model that sees, the best model for the prompt answers, and may ask back.
import type { Attempt, ChatEventBody, ChatResult, Message, Part } from "../../../shared/chat.ts";
import { Failure, type FailureKind, isFailure } from "../../../shared/failure.ts";
import type { DescribedImage } from "../../../shared/image.ts";
import { NO_COST } from "../../../shared/money.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";
import { brief } from "../../routing/explain.ts";
import { admit } from "../admit.ts";
import { totalsOf } from "../ending.ts";
import type { Caller } from "../parts.ts";
import { noCandidate } from "../patience.ts";
import type { Send } from "../send.ts";
import { createStructured } from "../structured.ts";
import { asDescribed, type DescribeOrder, type DescribeParts, describeImage } from "./describe.ts";
import { blindInstruction, LOOK_TOOL, looksIn, mayLookBack, withLooked, withoutLooks } from "./look-back.ts";
import { lookAgain } from "./looking.ts";
import { type Picture, withoutPictures } from "./pictures.ts";
import { hasImage, orderFor, planSight, type SightPlan } from "./plan.ts";
import { listenToRound, type RoundListener } from "./round-listener.ts";
import { wordsFor } from "./words.ts";

export function createCoordinated(parts: DescribeParts, plain: Send): Send {
  return async (request, caller) => {
    if (!hasImage(request.messages)) return plain(request, caller);
    const asked = parts.spine.plan.admit(admit(request));
    const planned = await planSight(parts, asked);
    if (planned?.vision.way !== "coordinated") return planned ? explained(planned, request, caller, plain) : plain(request, caller);
    // What is described is named by its bytes, not by where they were found.
    const isWhole = planned.pictures.every(({ image }) => image.data !== undefined);
    const draft = isWhole ? asked : { ...asked, messages: await withBytes(parts, asked.messages, caller.signal) };
    const plan = isWhole ? planned : await planSight(parts, draft);
    if (plan === null) return plain(request, caller);
    if (plan.vision.way === "single") return explained(plan, request, caller, plain);
    return new Coordinated(parts, draft, caller, plan, plain).run();
  };
}

function withBytes({ images }: DescribeParts, messages: readonly Message[], signal: AbortSignal): Promise<Message[]> {
  return Promise.all(messages.map(async (message) => ({ ...message, parts: await Promise.all(message.parts.map(fetched)) })));
  function fetched(part: Part): Part | Promise<Part> {
    return part.type === "image" ? images.fetched(part, signal) : part;
  }
}

/** The usual way, with the reason why no description was made. */
async function explained({ decision }: SightPlan, request: ChatRequest, caller: Caller, plain: Send): Promise<ChatResult> {
  if (decision.candidates.length === 0) throw noCandidate(decision, null);
  const { vision } = decision;
  const because = (route: ChatResult["route"]) => ({ ...route, vision, because: `${route.because} ${vision?.because ?? ""}` });
  const emit = (event: ChatEventBody) => caller.emit(event.type === "route" ? { ...event, route: because(event.route) } : event);
  const result = await plain(request, { ...caller, emit });
  return { ...result, route: because(result.route) };
}

/** Failures of a description for which a model that sees is asked instead; the others are the prompt's, the purse's or a person's. */
const OTHERS_MAY_SEE: readonly FailureKind[] = [
  ...(["allFailed", "noCandidate", "outputInvalid", "providerUnavailable", "rateLimited", "stalled", "keyMissing", "keyRejected"] as const),
  ...(["creditExhausted", "modelNotFound", "requestInvalid", "contextOverflow"] as const),
];

class Coordinated {
  readonly #parts: DescribeParts;
  readonly #request: ChatRequest;
  readonly #caller: Caller;
  readonly #plan: SightPlan;
  readonly #plain: Send;
  readonly #way: "tool" | "text" | "no";
  readonly #attempts: Attempt[] = [];
  /** What was shown of an answer that turned out to be a question back. */
  #shownBy: string | null = null;

  constructor(parts: DescribeParts, request: ChatRequest, caller: Caller, plan: SightPlan, plain: Send) {
    this.#parts = parts;
    this.#request = request;
    this.#caller = caller;
    this.#plan = plan;
    this.#plain = plain;
    this.#way = mayLookBack(plan.thinker, request);
  }

  async run(): Promise<ChatResult> {
    await this.#caller.emit({ type: "route", route: brief(this.#plan.decision) });
    let described: ReadonlyMap<string, DescribedImage>;
    try {
      described = await this.#describeAll();
    } catch (error) {
      return this.#withoutDescription(error);
    }
    const words = (number: number) => this.#wordsOf(number, described);
    const messages = [blindInstruction(this.#way), ...withoutPictures(this.#request.messages, words)];
    return this.#answer(messages);
  }

  #wordsOf(number: number, described: ReadonlyMap<string, DescribedImage>): string {
    const { pictures } = this.#plan;
    const picture = pictures[number - 1];
    const known = picture && described.get(picture.id);
    return picture && known ? wordsFor(picture, known, pictures.slice(0, number - 1)) : "";
  }

  /** Each picture once, those that are known from the store; all at the same time. */
  async #describeAll(): Promise<Map<string, DescribedImage>> {
    const { pictures, kept, vision } = this.#plan;
    const each = [...new Map(pictures.map((picture) => [picture.id, picture])).values()];
    if (vision.known < vision.images) {
      const message = `${vision.describer} describes the ${vision.images === 1 ? "image" : "images"} for ${this.#plan.thinker.id}`;
      await this.#caller.emit({ type: "waiting", for: "vision", waitedMs: 0, message });
    }
    const all = await Promise.allSettled(
      each.map(async (picture) => {
        const known = kept.get(picture.id);
        const image = known ? asDescribed(known, true, NO_COST) : await this.#describe(picture);
        await this.#caller.emit({ type: "image-description", image });
        return [picture.id, image] as const;
      }),
    );
    for (const one of all) if (one.status === "rejected") throw one.reason;
    return new Map(all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
  }

  async #describe(picture: Picture, more: Partial<DescribeOrder> = {}): Promise<DescribedImage> {
    try {
      const { usage, attempts, route, ...image } = await describeImage(
        this.#parts,
        { ...orderFor(picture, this.#request), ...more },
        this.#quiet(),
      );
      this.#attempts.push(...attempts);
      return image;
    } catch (error) {
      this.#attempts.push(...attemptsOf(error));
      throw error;
    }
  }

  /** Of a description's own steps, those that explain why nothing comes. */
  #quiet(): Caller {
    const emit = (event: ChatEventBody) => (event.type === "fallback" || event.type === "waiting" ? this.#caller.emit(event) : undefined);
    return { ...this.#caller, emit };
  }

  /** A cancelled chat is a result; a model that sees takes over where it can; else a failure says what was tried. */
  async #withoutDescription(error: unknown): Promise<ChatResult> {
    if (!isFailure(error)) throw error;
    const { thinker, seeing, decision } = this.#plan;
    if (error.kind === "cancelled" && this.#attempts.length > 0) return this.#finish(this.#nothing());
    const [instead] = decision.pinned === undefined && OTHERS_MAY_SEE.includes(error.kind) ? seeing.candidates : [];
    if (!instead) {
      const message = `${thinker.id} cannot see, and the image could not be described for it. ${error.message}`;
      throw this.#failureOf(error, error.kind === "cancelled" ? error.message : message);
    }
    await this.#caller.emit({
      type: "fallback",
      from: thinker.id,
      to: instead.model,
      reason: `The image was not described: ${error.message}`,
      kind: error.kind,
    });
    const answer = await this.#ask(this.#plain, this.#request, this.#listener().caller);
    return this.#finish(answer, { ...answer.route, because: `${answer.route.because} No description could be made.` });
  }

  #nothing(): ChatResult {
    const { usage, cost } = totalsOf([]);
    const route = this.#plan.decision;
    return {
      chatId: this.#request.chatId,
      text: "",
      parts: [],
      model: this.#plan.thinker.id,
      stopReason: "cancelled",
      usage,
      cost,
      attempts: [],
      route,
    };
  }

  async #answer(messages: readonly Message[]): Promise<ChatResult> {
    const send = createStructured(this.#parts.spine);
    let [asked, overSoftLimit] = [[...messages], this.#request.overSoftLimit];
    for (let left = this.#plan.vision.lookBacks ?? 0; ; left -= 1) {
      const tools = this.#way === "tool" && left > 0 ? { tools: [...(this.#request.tools ?? []), LOOK_TOOL] } : {};
      const listener = this.#listener(left > 0);
      const answer = await this.#ask(send, { ...this.#request, ...tools, overSoftLimit, messages: asked, cascade: false }, listener.caller);
      const looks = this.#way === "no" || left <= 0 || !["end", "toolUse"].includes(answer.stopReason) ? [] : looksIn(answer, this.#way);
      if (looks.length === 0) {
        await listener.flush();
        return this.#finish(answer);
      }
      const looking = {
        images: this.#parts.images,
        pictures: this.#plan.pictures,
        caller: this.#caller,
        describe: (picture: Picture, more: Partial<DescribeOrder>) => this.#describe(picture, more),
      };
      const looked = await Promise.all(looks.map((look, at) => lookAgain(looking, look, at)));
      asked = withLooked(asked, answer, looked);
      overSoftLimit = "proceed";
      if (withoutLooks(answer.parts).some((part) => part.type === "text") && this.#way === "tool") this.#shownBy = answer.model;
    }
  }

  async #ask(send: Send, request: ChatRequest, listener: Caller): Promise<ChatResult> {
    try {
      const answer = await send(request, listener);
      this.#attempts.push(...answer.attempts);
      return answer;
    } catch (error) {
      if (!isFailure(error)) throw error;
      this.#attempts.push(...attemptsOf(error));
      if (error.kind === "cancelled" && this.#attempts.length > 0) return this.#nothing();
      throw this.#failureOf(error, error.message);
    }
  }

  #failureOf(error: Failure, message: string): Failure {
    const { cost } = totalsOf(this.#attempts);
    return new Failure(error.kind, message, { ...error.details, attempts: this.#attempts, cost }, { cause: error });
  }

  #listener(mayAsk = false): RoundListener {
    return listenToRound(this.#caller, { holdsLines: mayAsk && this.#way === "text", replaced: this.#shownBy });
  }

  async #finish(answer: ChatResult, route = brief(this.#plan.decision)): Promise<ChatResult> {
    const { usage, cost } = totalsOf(this.#attempts);
    const parts = withoutLooks(answer.parts);
    await this.#caller.emit({ type: "usage", usage, cost });
    await this.#caller.emit({ type: "end", stopReason: answer.stopReason, ...(answer.notice ? { notice: answer.notice } : {}) });
    return { ...answer, parts, usage, cost, attempts: this.#attempts, route };
  }
}

/** What the spine puts under this name are its own attempts. */
function attemptsOf(error: unknown): Attempt[] {
  return isFailure(error) ? ((error.details.attempts ?? []) as Attempt[]) : [];
}
