// Previews of an object while it streams: at most ten a second, only when something changed, of text that is not too long to read again and again.
import type { ChatEventBody } from "../../shared/chat.ts";
import { partialJson } from "./partial-json.ts";

const LEAST_MS_BETWEEN = 100;
/** Each preview reads from the beginning: beyond this the whole is near enough. */
const MOST_CHARACTERS = 200_000;

export class PartialOutput {
  readonly #now: () => Date;
  readonly #round: number;
  #text = "";
  #shown = "";
  #shownAtMs = Number.NEGATIVE_INFINITY;

  constructor(round: number, now: () => Date) {
    this.#round = round;
    this.#now = now;
  }

  /** What came so far is void: what follows is another beginning. */
  restart(): void {
    this.#text = "";
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  /** The event to send, when one is due. */
  push(text: string): ChatEventBody | null {
    this.#text += text;
    const nowMs = this.#now().getTime();
    if (nowMs - this.#shownAtMs < LEAST_MS_BETWEEN || this.#text.length > MOST_CHARACTERS) return null;
    const value = partialJson(this.#text);
    const shown = value === undefined ? "" : JSON.stringify(value);
    if (shown === this.#shown) return null;
    this.#shown = shown;
    this.#shownAtMs = nowMs;
    return { type: "partial-object", value, round: this.#round };
  }
}
