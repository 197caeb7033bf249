// Streams an answer's Markdown into an element: settled blocks are drawn once, only the last one again, at most once a frame.
import { type Block, BlockStream } from "./blocks.ts";
import { type CodeBlockView, type CodeHandler, createCodeBlock } from "./code-block.ts";
import { renderMarkdown } from "./markdown.ts";

/** Drawing takes at most about a fifth of the time: after a slow frame the next ones are skipped. */
const REST_PER_WORK = 4;

export class MarkdownView {
  readonly #root: HTMLElement;
  readonly #onCode: CodeHandler;
  #stream = new BlockStream();
  #text = "";
  #read = 0;
  #done = false;
  #frame = 0;
  #restUntilMs = 0;
  #open: { element: Element; code: CodeBlockView | null } | null = null;
  #sources = new Map<Element, string>();

  constructor(root: HTMLElement, onCode: CodeHandler) {
    this.#root = root;
    this.#onCode = onCode;
  }

  /** `text` is the whole answer so far; when it is not what was drawn with more behind it, drawing starts over. */
  update(text: string, done: boolean): void {
    if (text.length < this.#read || (this.#done && text !== this.#text) || !text.startsWith(this.#text)) this.#reset();
    if (this.#done) return;
    this.#text = text;
    this.#done = done;
    if (done) this.#draw();
    else this.#frame ||= requestAnimationFrame((now) => this.#onFrame(now));
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }

  #onFrame(nowMs: number): void {
    if (nowMs < this.#restUntilMs) {
      this.#frame = requestAnimationFrame((now) => this.#onFrame(now));
      return;
    }
    this.#draw();
    this.#restUntilMs = nowMs + (performance.now() - nowMs) * REST_PER_WORK;
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { settled, open } = this.#stream.push(this.#text.slice(this.#read));
    this.#read = this.#text.length;
    for (const block of settled) this.#settle(block);
    if (this.#done) {
      for (const block of this.#stream.end()) this.#settle(block);
      this.#resolveLinks();
    } else if (open) this.#grow(open);
  }

  #settle(block: Block): void {
    this.#grow(block, false);
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
    if (definitions === "") return;
    for (const [element, source] of this.#sources) {
      if (/\]\[|\]/.test(source)) element.replaceChildren(renderMarkdown(source, definitions));
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
  }
}
