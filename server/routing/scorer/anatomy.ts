// Cuts a prompt into the parts that carry difficulty (stem, options, code) and drops what people wrap around them. Never scores.

import { isRemark, unwrap, unwrapClosing } from "./wrapping.ts";

export interface Anatomy {
  /** The question or task itself, without wrappers, options and code. */
  stem: string;
  /** The texts of a lettered, numbered or bulleted choice, without their markers. */
  options: readonly string[];
  /** Lines that read as program text, indentation kept. */
  code: readonly string[];
}

const OPTION = /^(?:\(?([A-Pa-p]|\d{1,2})[).:\]]|[([]([A-Pa-p]|\d{1,2})[)\]])\s*(?=\S)/;
const CODE_LINE =
  /^\s*(?:def |class |return\b|import |from \w+ import|for .+:$|while .+:$|if .+:$|elif .+:$|else:$|try:$|except.*:$|assert |print\(|function |const |let |var |public |private |#include|@\w+|\}|\{|[\w.[\]'"]+ ?[+\-*/%]?= ?\S|[\w.]+\(.*\);?$)/;

function ordinal(marker: string): number {
  const code = marker.toLowerCase().charCodeAt(0);
  return code >= 97 ? code - 96 : Number(marker);
}

const BULLET = /^[-*•–] +(?=\S)/;
const LEAST_BULLETS = 3;
const LONGEST_BULLET = 300;

/** Bulleted lines are a choice only where a question or an unfinished sentence stands before them; else they are a list of wishes. */
function readBullets(lines: readonly string[]): { first: number; last: number; options: string[] } | undefined {
  const first = lines.findIndex((line) => BULLET.test(line));
  const before = lines[first - 1] ?? "";
  if (first < 1 || !(before.includes("?") || !/[.:;!]$/.test(before))) return undefined;
  let last = first;
  while (last < lines.length && BULLET.test(lines[last] ?? "") && (lines[last] ?? "").length <= LONGEST_BULLET) last += 1;
  if (last - first < LEAST_BULLETS) return undefined;
  return { first, last, options: lines.slice(first, last).map((line) => line.replace(BULLET, "").trim()) };
}

/** Reads consecutive markers from the first line that starts a list (A, a or 1); a lone marker is prose. */
function readOptions(lines: readonly string[]): { first: number; last: number; options: string[] } {
  for (let first = 0; first < lines.length; first += 1) {
    const options: string[] = [];
    let last = first;
    for (; last < lines.length; last += 1) {
      const line = lines[last] ?? "";
      const found = OPTION.exec(line);
      const marker = found?.[1] ?? found?.[2];
      if (found === null || marker === undefined || ordinal(marker) !== options.length + 1) break;
      options.push(line.slice(found[0].length).trim());
    }
    if (options.length >= 2) return { first, last, options };
  }
  return readBullets(lines) ?? { first: lines.length, last: lines.length, options: [] };
}

/** Options written in one line, "(A) … (B) …", become lines, so that style of writing does not change the parts. */
function unfold(text: string): string {
  const start = text.search(/\(A\)/i);
  if (start < 0 || !/^\(A\)[^\n]{1,400}\(B\)/i.test(text.slice(start, start + 410))) return text;
  return text.replace(/[ \t](?=\([A-Pa-p]\) ?\S)/g, "\n");
}

/** One line that happens to look like code is prose: equations and labels do. */
const LEAST_CODE_LINES = 2;

function splitCode(text: string): { prose: string[]; code: string[] } {
  const lines = text.split("\n");
  const isCode = new Uint8Array(lines.length);
  let fenced = false;
  let count = 0;
  for (const [index, line] of lines.entries()) {
    const fence = /^ {0,3}(?:```|~~~)|^\[\/?(?:PYTHON|CODE|INPUT|asy)\]$/.test(line);
    if (fence) fenced = !fenced;
    isCode[index] = fence ? 2 : Number(fenced || CODE_LINE.test(line));
    if (isCode[index] === 1) count += fenced ? LEAST_CODE_LINES : 1;
  }
  const prose: string[] = [];
  const code: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (isCode[index] === 2 || line.trim() === "") continue;
    if (isCode[index] === 1 && count >= LEAST_CODE_LINES) code.push(line);
    else prose.push(line.replace(/\s+/g, " ").trim());
  }
  return { prose, code };
}

export function dissect(text: string): Anatomy {
  const { prose, code } = splitCode(unfold(text.replace(/\r\n?/g, "\n")));
  const { first, last, options } = readOptions(prose);
  const after = unwrapClosing(
    prose
      .slice(last)
      .filter((line) => !isRemark(line))
      .join(" "),
  );
  const stem = prose.slice(0, first).join("\n");
  return { stem: unwrap(after === "" ? stem : `${stem}\n${after}`), options, code };
}
