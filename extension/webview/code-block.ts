// A code block's DOM: language, four actions, the code in pieces that are laid out apart; reports clicks, does nothing itself.
import type { CodeAction } from "../../shared/panel.ts";
import type { Block } from "./blocks.ts";
import { highlighted } from "./highlight.ts";
import { t } from "./words.ts";

export type CodeHandler = (action: CodeAction, text: string, languageId: string) => void;

/** Beyond this a block is shown without colours: colouring it would hold up the page. */
const COLOUR_LENGTH_MAX = 60_000;
const LIVE_COLOUR_LENGTH_MAX = 8_000;
/** Lines laid out together; while an answer grows only the last piece is laid out again. */
const LINES_PER_PIECE = 200;

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
      name.textContent = block.language || t("text");
      pre.setAttribute("aria-label", t("Code, {0}", block.language || t("text")));
      const html =
        block.text.length <= (open ? LIVE_COLOUR_LENGTH_MAX : COLOUR_LENGTH_MAX) ? highlighted(block.text, block.language) : null;
      // highlight.js escapes everything it is given; only its own spans are markup.
      if (html !== null) code.innerHTML = html;
      else writePlain(code, before.text, block.text);
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
  const lines = text.slice(grows ? before.length : 0).split("\n");
  let piece = code.lastElementChild ?? appendPiece(code);
  let count = Number(piece.getAttribute("data-lines"));
  let held = "";
  for (const [index, line] of lines.entries()) {
    if (index > 0) count += 1;
    if (count >= LINES_PER_PIECE) {
      finishPiece(piece, held, count);
      piece = appendPiece(code);
      held = line;
      count = 0;
    } else held += index > 0 ? `\n${line}` : line;
  }
  finishPiece(piece, held, count);
}

function appendPiece(code: HTMLElement): Element {
  const piece = document.createElement("div");
  piece.className = "piece";
  piece.setAttribute("data-lines", "0");
  code.append(piece);
  return piece;
}

function finishPiece(piece: Element, added: string, lines: number): void {
  piece.append(added);
  piece.setAttribute("data-lines", String(lines));
}
