// The output items of a response as they grow: each change as an event, and the finished items for the whole.
import { randomUUID } from "node:crypto";
import type { ToolCallPart } from "../../../../shared/chat.ts";
import { argumentsOf } from "../request-parts.ts";

export type Emit = (type: string, body: Record<string, unknown>) => void;

type Item = Record<string, unknown> & { readonly id: string };
type Open = { readonly kind: "message" | "reasoning"; readonly id: string; readonly index: number; text: string };

export class OutputItems {
  readonly #emit: Emit;
  readonly #done: Item[] = [];
  /** Ids of reasoning items, in order: what a client sends back. */
  readonly reasoningIds: string[] = [];
  #open: Open | null = null;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  get items(): readonly Item[] {
    return this.#done;
  }

  text(text: string): void {
    const open = this.#opened("message");
    open.text += text;
    this.#emit("response.output_text.delta", { ...at(open), content_index: 0, delta: text, logprobs: [] });
  }

  reasoning(text: string): void {
    if (text === "") return;
    const open = this.#opened("reasoning");
    open.text += text;
    this.#emit("response.reasoning_summary_text.delta", { ...at(open), summary_index: 0, delta: text });
  }

  call(call: ToolCallPart): void {
    this.close();
    const index = this.#done.length;
    const given = argumentsOf(call);
    const item = { id: newId("fc"), type: "function_call", call_id: call.id, name: call.name };
    this.#emit("response.output_item.added", { output_index: index, item: { ...item, arguments: "", status: "in_progress" } });
    const where = { item_id: item.id, output_index: index };
    this.#emit("response.function_call_arguments.delta", { ...where, delta: given });
    this.#emit("response.function_call_arguments.done", { ...where, name: call.name, arguments: given });
    this.#finish(index, { ...item, arguments: given, status: "completed" });
  }

  close(): void {
    const open = this.#open;
    this.#open = null;
    if (open?.kind === "message") {
      const part = { type: "output_text", text: open.text, annotations: [], logprobs: [] };
      this.#emit("response.output_text.done", { ...at(open), content_index: 0, text: open.text, logprobs: [] });
      this.#emit("response.content_part.done", { ...at(open), content_index: 0, part });
      this.#finish(open.index, { ...messageItem(open.id), content: [part], status: "completed" });
    } else if (open?.kind === "reasoning") {
      const part = { type: "summary_text", text: open.text };
      this.#emit("response.reasoning_summary_text.done", { ...at(open), summary_index: 0, text: open.text });
      this.#emit("response.reasoning_summary_part.done", { ...at(open), summary_index: 0, part });
      this.#finish(open.index, { ...reasoningItem(open.id), summary: [part] });
    }
  }

  #opened(kind: Open["kind"]): Open {
    if (this.#open?.kind === kind) return this.#open;
    this.close();
    const index = this.#done.length;
    const open: Open = { kind, id: newId(kind === "message" ? "msg" : "rs"), index, text: "" };
    this.#open = open;
    if (kind === "message") {
      this.#emit("response.output_item.added", { output_index: index, item: messageItem(open.id) });
      this.#emit("response.content_part.added", {
        ...at(open),
        content_index: 0,
        part: { type: "output_text", text: "", annotations: [], logprobs: [] },
      });
    } else {
      this.reasoningIds.push(open.id);
      this.#emit("response.output_item.added", { output_index: index, item: reasoningItem(open.id) });
      this.#emit("response.reasoning_summary_part.added", { ...at(open), summary_index: 0, part: { type: "summary_text", text: "" } });
    }
    return open;
  }

  #finish(index: number, item: Item): void {
    this.#emit("response.output_item.done", { output_index: index, item });
    this.#done.push(item);
  }
}

function at(open: Open) {
  return { item_id: open.id, output_index: open.index };
}

function messageItem(id: string) {
  return { id, type: "message", role: "assistant", content: [] as unknown[], status: "in_progress" };
}

function reasoningItem(id: string) {
  return { id, type: "reasoning", summary: [] as unknown[] };
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll("-", "")}`;
}
