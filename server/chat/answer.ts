// The answer so far: what was shown, in order, as parts; the one place that knows whether anything was shown.
import type { Origin, Part, ToolCallPart } from "../../shared/chat.ts";

export class Answer {
  readonly #parts: Part[] = [];
  #text = "";
  #reasoningLength = 0;
  #toolLength = 0;

  addText(text: string): void {
    this.#text += text;
    const last = this.#parts.at(-1);
    if (last?.type === "text") last.text += text;
    else this.#parts.push({ type: "text", text });
  }

  /** A signature closes a stretch of reasoning: the vendor wants it back as one piece. */
  addReasoning(text: string, origin?: Origin): void {
    this.#reasoningLength += text.length;
    const last = this.#parts.at(-1);
    if (last?.type === "reasoning" && last.origin?.signature === undefined) {
      last.text += text;
      if (origin) last.origin = origin;
    } else this.#parts.push({ type: "reasoning", text, ...(origin ? { origin } : {}) });
  }

  addToolCall(call: ToolCallPart): void {
    this.#toolLength += call.name.length + JSON.stringify(call.arguments).length;
    this.#parts.push(call);
  }

  get text(): string {
    return this.#text;
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

  /** Characters of everything the vendor produced, for estimates when it reports no usage. */
  get producedLength(): number {
    return this.#text.length + this.#reasoningLength + this.#toolLength;
  }
}
