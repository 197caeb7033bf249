// The answer so far: what was shown, in order, as parts; the one place that knows whether anything was shown.
import type { Origin, Part, ToolCallPart } from "../../shared/chat.ts";

export class Answer {
  readonly #parts: Part[] = [];
  #text = "";
  #reasoningLength = 0;
  #toolLength = 0;
  readonly #given: string;

  /** `given` is what the caller brought along to be continued: joined to, but not part of this answer. */
  constructor(given = "") {
    this.#given = given;
  }

  addText(text: string): void {
    this.#text += text;
    const last = this.#parts.at(-1);
    if (last?.type === "text") last.text += text;
    else this.#parts.push({ type: "text", text });
  }

  /** An origin closes a stretch of reasoning: the vendor wants it back as one piece. */
  addReasoning(text: string, origin?: Origin): void {
    this.#reasoningLength += text.length;
    const last = this.#parts.at(-1);
    if (last?.type === "reasoning" && last.origin === undefined) {
      last.text += text;
      if (origin) last.origin = origin;
    } else this.#parts.push({ type: "reasoning", text, ...(origin ? { origin } : {}) });
  }

  addToolCall(call: ToolCallPart): void {
    this.#toolLength += call.name.length + JSON.stringify(call.arguments).length;
    this.#parts.push(call);
  }

  /** Takes back everything but this text: what came after it is void. */
  restart(whole: string): void {
    this.#parts.length = 0;
    this.#text = "";
    this.#reasoningLength = 0;
    this.#toolLength = 0;
    if (whole.length > this.#given.length) this.addText(whole.slice(this.#given.length));
  }

  get partCount(): number {
    return this.#parts.length;
  }

  /** Takes back the reasoning of an attempt that came to nothing else. */
  forgetParts(from: number): void {
    this.#parts.length = Math.min(this.#parts.length, from);
    this.#reasoningLength = this.#parts.reduce((sum, part) => sum + (part.type === "reasoning" ? part.text.length : 0), 0);
  }

  get text(): string {
    return this.#text;
  }

  /** Everything that a continuation follows. */
  get whole(): string {
    return this.#given + this.#text;
  }

  get parts(): Part[] {
    return this.#parts.filter((part) => part.type !== "text" || part.text !== "");
  }

  get hasToolCalls(): boolean {
    return this.#toolLength > 0;
  }

  /** Anything that a person or a caller has seen, reasoning included. */
  get hasContent(): boolean {
    return this.#text !== "" || this.#reasoningLength > 0 || this.hasToolCalls;
  }
}
