// Streams an answer's Markdown into an element in small steps: settled blocks are drawn once, only the last one again.
import { type Block, BlockStream } from "./blocks.ts";
import { type CodeBlockView, type CodeHandler, createCodeBlock } from "./code-block.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Painter } from "./painter.ts";

/** Read in one step; several steps fit into a frame. */
const STEP_LENGTH = 8000;

export interface MarkdownViewParts {
  readonly root: HTMLElement;
  readonly painter: Painter;
  readonly onCode: CodeHandler;
}

export class MarkdownView {
  readonly #root: HTMLElement;
  readonly #painter: Painter;
  readonly #onCode: CodeHandler;
  readonly #job = () => this.#step();
  #stream = new BlockStream();
  #wanted = { text: "", done: false };
  /** What is being shown, and how much of it was read. */
  #text = "";
  #read = 0;
  #done = false;
  #ended = false;
  #open: { element: Element; code: CodeBlockView | null } | null = null;
  #sources = new Map<Element, string>();

  constructor({ root, painter, onCode }: MarkdownViewParts) {
    this.#root = root;
    this.#painter = painter;
    this.#onCode = onCode;
  }

  /** `text` is the whole answer so far; looked at when its turn comes, not with every piece that arrives. */
  update(text: string, done: boolean): void {
    this.#wanted = { text, done };
    // What was already growing before the reader's eyes ends at once; what is loaded waits for its turn.
    if (!done || this.#read === 0 || this.#step()) this.#painter.add(this.#job);
  }

  dispose(): void {
    this.#painter.remove(this.#job);
  }

  #step(): boolean {
    this.#take(this.#wanted);
    const { settled, open } = this.#stream.push(this.#text.slice(this.#read, this.#read + STEP_LENGTH));
    this.#read = Math.min(this.#text.length, this.#read + STEP_LENGTH);
    for (const block of settled) this.#settle(block);
    if (this.#read < this.#text.length) return true;
    if (this.#done) this.#end();
    else if (open) this.#grow(open);
    return false;
  }

  /** When it is not what was read with more behind it, drawing starts over. */
  #take({ text, done }: { text: string; done: boolean }): void {
    if (text !== this.#text) {
      if (this.#ended || !text.startsWith(this.#text.slice(0, this.#read))) this.#reset();
      this.#text = text;
    }
    this.#done = done;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const block of this.#stream.end()) this.#settle(block);
    this.#resolveLinks();
  }

  #settle(block: Block): void {
    this.#grow(block, false);
    this.#open?.element.classList.add("settled");
    this.#open = null;
  }

  #grow(block: Block, stillOpen = true): void {
    const same = this.#open && (this.#open.code !== null) === (block.kind === "code");
    if (!same) {
      this.#open?.element.remove();
      this.#open = this.#create(block);
    }
    if (!this.#open) return;
    if (this.#open.code) this.#open.code.update(block, stillOpen);
    else {
      this.#open.element.replaceChildren(renderMarkdown(block.text, this.#stream.definitions));
      this.#sources.set(this.#open.element, block.text);
    }
  }

  #create(block: Block): { element: Element; code: CodeBlockView | null } {
    const code = block.kind === "code" ? createCodeBlock(this.#onCode) : null;
    const element = code?.element ?? document.createElement("div");
    if (!code) element.className = "block";
    this.#root.append(element);
    return { element, code };
  }

  /** Definitions usually stand last, after the blocks that use them. */
  #resolveLinks(): void {
    const { definitions } = this.#stream;
    const defined = new Set([...definitions.matchAll(/^ {0,3}\[([^\]]+)\]:/gm)].map(([, label = ""]) => label.toLowerCase()));
    if (defined.size === 0) return;
    for (const [element, source] of this.#sources) {
      const named = [...source.matchAll(/\[([^[\]]+)\]/g)].some(([, label = ""]) => defined.has(label.toLowerCase()));
      if (named) element.replaceChildren(renderMarkdown(source, definitions));
    }
  }

  #reset(): void {
    this.#root.replaceChildren();
    this.#stream = new BlockStream();
    this.#sources = new Map();
    this.#open = null;
    this.#read = 0;
    this.#text = "";
    this.#done = false;
    this.#ended = false;
  }
}
