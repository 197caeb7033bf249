// Stop sequences, kept here for every model alike: the text is cut before the first one, and the vendor's stream is closed.
import type { ChatEventBody, ChatResult, Part } from "../../../shared/chat.ts";
import type { Send } from "../../chat/send.ts";

/** A result that ended at one of the caller's stop sequences says at which. */
export interface StoppedResult extends ChatResult {
  readonly stoppedAt?: string;
}

/** The neutral request has no stop sequences; so the answer is read as it comes, and ended where the caller said. */
export function stoppingAt(send: Send, stops: readonly string[]): Send {
  if (stops.length === 0) return send;
  return async (request, caller): Promise<StoppedResult> => {
    const ended = new AbortController();
    const reader = new StopReader(stops);
    const emit = (event: ChatEventBody): Promise<void> | undefined => {
      if (event.type === "seam" && event.restarted) reader.restart();
      if (event.type !== "text-delta") return reader.stoppedAt === undefined ? caller.emit(event) : undefined;
      const text = reader.read(event.text);
      if (reader.stoppedAt !== undefined) ended.abort();
      return text === "" ? undefined : caller.emit({ type: "text-delta", text });
    };
    const result = await send(request, { ...caller, signal: AbortSignal.any([caller.signal, ended.signal]), emit });
    const rest = reader.finish();
    if (rest !== "") await caller.emit({ type: "text-delta", text: rest });
    // A caller that hung up is cancelled, whatever was found before.
    return reader.stoppedAt === undefined || caller.signal.aborted ? result : cutAt(result, reader.text, reader.stoppedAt);
  };
}

class StopReader {
  readonly #stops: readonly string[];
  readonly #longest: number;
  #held = "";
  text = "";
  stoppedAt: string | undefined;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
    this.#longest = Math.max(...stops.map((stop) => stop.length));
  }

  /** What of the text may be shown now: nothing that could still become a stop sequence. */
  read(text: string): string {
    if (this.stoppedAt !== undefined) return "";
    this.#held += text;
    const found = this.#earliest();
    if (found) {
      this.stoppedAt = found.stop;
      return this.#show(found.at);
    }
    return this.#show(this.#held.length - this.#openEnd());
  }

  finish(): string {
    return this.stoppedAt === undefined ? this.#show(this.#held.length) : "";
  }

  restart(): void {
    this.#held = "";
    this.text = "";
  }

  /** The one that was complete first, as a vendor that stops while it writes would have it. */
  #earliest(): { at: number; stop: string } | null {
    const hits = this.#stops.flatMap((stop) => {
      const at = this.#held.indexOf(stop);
      return at < 0 ? [] : [{ at, stop, end: at + stop.length }];
    });
    return hits.sort((left, right) => left.end - right.end || left.at - right.at)[0] ?? null;
  }

  /** How much of the end is the beginning of a stop sequence. */
  #openEnd(): number {
    for (let length = Math.min(this.#longest - 1, this.#held.length); length > 0; length -= 1) {
      const end = this.#held.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(end))) return length;
    }
    return 0;
  }

  #show(length: number): string {
    const shown = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.text += shown;
    return shown;
  }
}

/** The parts up to the cut: text in order until `text` is used up, and nothing after it. */
function cutAt(result: ChatResult, text: string, stoppedAt: string): StoppedResult {
  const { notice, failure, ...rest } = result;
  let left = text.length;
  const parts: Part[] = [];
  for (const part of result.parts) {
    if (part.type !== "text") {
      if (left > 0 || parts.length === 0) parts.push(part);
      continue;
    }
    if (left > 0) parts.push({ type: "text", text: part.text.slice(0, left) });
    left -= part.text.length;
    if (left <= 0) break;
  }
  return { ...rest, text, parts, stopReason: "end", stoppedAt };
}
