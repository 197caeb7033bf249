// A code block's DOM: language, four actions, the code in pieces that are laid out apart; reports clicks, does nothing itself.
import type { CodeAction } from "../../shared/panel.ts";
import type { Block } from "./blocks.ts";
import { highlighted } from "./highlight.ts";
import { visible } from "./visible.ts";
import { t } from "./words.ts";

export type CodeHandler = (action: CodeAction, text: string, languageId: string) => void;

/** Beyond this a block is shown without colours: colouring it would hold up the page. */
const COLOUR_LENGTH_MAX = 30_000;
const LIVE_COLOUR_LENGTH_MAX = 4_000;
/** Lines laid out together; while an answer grows only the last piece is laid out again. */
const LINES_PER_PIECE = 200;
const SIGNS_PER_PIECE = 20_000;
const LINE_PART_LENGTH = 5000;

export interface CodeBlockView {
  readonly element: HTMLElement;
  /** The block grew, or (open: false) is complete. */
  update(block: Block, open: boolean): void;
}

export function createCodeBlock(onAction: CodeHandler): CodeBlockView {
  const element = document.createElement("figure");
  element.className = "code";
  const caption = document.createElement("figcaption");
  const name = document.createElement("span");
  const pre = document.createElement("pre");
  const code = document.createElement("code");
  pre.tabIndex = 0;
  pre.append(code);
  let shown: Block = { kind: "code", text: "", language: "" };
  caption.append(name, ...actions().map((row) => actionButton(row, () => onAction(row.action, shown.text, shown.language))));
  element.append(caption, pre);
  return {
    element,
    update(block, open) {
      const before = shown;
      shown = block;
      const text = visible(block.text);
      name.textContent = block.language || t("text");
      pre.setAttribute("aria-label", t("Code, {0}", block.language || t("text")));
      const html = text.length <= (open ? LIVE_COLOUR_LENGTH_MAX : COLOUR_LENGTH_MAX) ? highlighted(text, block.language) : null;
      // highlight.js escapes everything it is given; only its own spans are markup.
      if (html !== null) code.innerHTML = html;
      else writePlain(code, visible(before.text), text);
    },
  };
}

function actions(): { action: CodeAction; icon: string; label: string }[] {
  return [
    { action: "copy", icon: "copy", label: t("Copy") },
    { action: "insert", icon: "insert", label: t("Insert at Cursor") },
    { action: "apply", icon: "diff", label: t("Apply to Selection as a Diff") },
    { action: "newFile", icon: "new-file", label: t("Open in a New File") },
  ];
}

function actionButton({ icon, label }: { icon: string; label: string }, onClick: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `icon-button icon-${icon}`;
  button.title = label;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", onClick);
  return button;
}

/** Appends what is new to the last piece; earlier pieces stay as they are. */
function writePlain(code: HTMLElement, before: string, text: string): void {
  const grows = code.dataset.plain === "yes" && text.startsWith(before);
  if (!grows) code.replaceChildren();
  code.dataset.plain = "yes";
  let piece = code.lastElementChild ?? appendPiece(code);
  let lines = Number(piece.getAttribute("data-lines"));
  let room = SIGNS_PER_PIECE - (piece.textContent?.length ?? 0);
  let held = "";
  for (const part of lineParts(grows ? text.slice(before.length) : text)) {
    if (lines >= LINES_PER_PIECE || part.length > room) {
      finishPiece(piece, held, lines);
      piece = appendPiece(code);
      held = "";
      lines = 0;
      room = SIGNS_PER_PIECE;
    }
    held += part;
    room -= part.length;
    if (part.endsWith("\n")) lines += 1;
  }
  finishPiece(piece, held, lines);
}

/** Lines with their ends; one that no eye can follow is cut, since laying it out whole would hold up the page. */
function* lineParts(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const next = Math.min(end < 0 ? text.length : end + 1, at + LINE_PART_LENGTH);
    yield text.slice(at, next);
    at = next;
  }
}

function appendPiece(code: HTMLElement): Element {
  const piece = document.createElement("div");
  piece.className = "piece";
  piece.setAttribute("data-lines", "0");
  code.append(piece);
  return piece;
}

function finishPiece(piece: Element, added: string, lines: number): void {
  if (added !== "") piece.append(added);
  piece.setAttribute("data-lines", String(lines));
}
