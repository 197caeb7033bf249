// Cuts a prompt into the parts that carry difficulty (stem, options, code) and drops what people wrap around them. Never scores.

export interface Anatomy {
  /** The question or task itself, without wrappers, options and code. */
  stem: string;
  /** The texts of a lettered, numbered or bulleted choice, without their markers. */
  options: readonly string[];
  /** Lines that read as program text, indentation kept. */
  code: readonly string[];
}

// Courtesies and labels at either end change nothing about how hard a prompt is; both loops below stop at the first round that removes nothing.
const OPENINGS = [
  /^(?:question|q|prompt|problem|task|exercise|query)(?: \d{1,4})? ?[:.)\-] ?/i,
  /^(?:hi|hello|hey|dear assistant|good (?:morning|afternoon|evening))(?: there| everyone| all)?[,.! ]+/i,
  /^(?:please|kindly|pls)[, ]+/i,
  /^(?:can|could|would|will) you (?:please |kindly )?(?:help me (?:with|to) |tell me |answer |solve )?(?:this|the following)?(?: question| problem| task)?[:.,?]? ?/i,
  /^(?:i (?:need|want|would like|have)|i'd like|i'm looking for) (?:some |your |a )?(?:help|question|answer)(?: (?:with|on|to|about|for))?(?: this| the following)?(?: question| problem| task)?[:.,]? ?/i,
  /^(?:answer|solve|consider|read|look at|take a look at|have a look at) (?:this|the following)(?: multiple[- ]choice)?(?: question| problem| task)?(?: carefully)?[:.,]? ?/i,
  /^(?:here is|here's|below is|this is|the following is) (?:a|the|my|one) (?:multiple[- ]choice )?(?:question|problem|task)(?: for you)?[:.,]? ?/i,
  /^(?:i was wondering|quick question|just wondering|a question for you)[:.,] ?/i,
];
const CLOSINGS = [
  /[ ,.]*(?:thanks|thank you|many thanks|cheers|thx)(?: (?:in advance|a lot|so much|very much|for your help))?[ .!]*$/i,
  / *\b(?:answer|the answer is|your answer|solution|response|a) ?:$/i,
  /[ .]*\b(?:print|give|return|reply with|respond with|answer with) only (?:a|the|one) (?:single )?(?:choice|letter|option|answer)[^\n]{0,120}$/i,
  / *\b(?:please )?(?:think|reason|work) (?:it )?(?:through )?(?:step by step|carefully)[ .!]*$/i,
  / *\bplease (?:answer|help|explain|advise)[^\n]{0,40}$/i,
];

const OPTION = /^(?:\(?([A-Pa-p]|\d{1,2})[).:\]]|[([]([A-Pa-p]|\d{1,2})[)\]])\s*(?=\S)/;
const CODE_LINE = /^\s*(?:def |class |return\b|import |from \w+ import|for .+:$|while .+:$|if .+:$|elif .+:$|else:$|try:$|except.*:$|assert |print\(|function |const |let |var |public |private |#include|@\w+|\}|\{|[\w.[\]'"]+ ?[+\-*/%]?= ?\S|[\w.]+\(.*\);?$)/;

/** Long enough for any courtesy above; looking no further keeps the patterns linear. */
const EDGE_CHARACTERS = 240;

function stripOpening(text: string, pattern: RegExp): string {
  const found = pattern.exec(text.slice(0, EDGE_CHARACTERS));
  return found === null ? text : text.slice(found[0].length).trim();
}

function stripClosing(text: string, pattern: RegExp): string {
  const edge = Math.max(0, text.length - EDGE_CHARACTERS);
  const found = pattern.exec(text.slice(edge));
  return found === null ? text : text.slice(0, edge + found.index).trim();
}

function strip(text: string, patterns: readonly RegExp[], cut: (text: string, pattern: RegExp) => string): string {
  let rest = text;
  for (let round = 0; round < 4; round += 1) {
    const before = rest;
    for (const pattern of patterns) {
      const shorter = cut(rest, pattern);
      // A prompt that is nothing but courtesy keeps it: an empty stem would say less.
      if (shorter !== '') rest = shorter;
    }
    if (rest === before) break;
  }
  return rest;
}

function ordinal(marker: string): number {
  const code = marker.toLowerCase().charCodeAt(0);
  return code >= 97 ? code - 96 : Number(marker);
}

/** Reads consecutive markers from the first line that starts a list (A, a or 1); a lone marker is prose. */
function readOptions(lines: readonly string[]): { first: number; last: number; options: string[] } {
  for (let first = 0; first < lines.length; first += 1) {
    const options: string[] = [];
    let last = first;
    for (; last < lines.length; last += 1) {
      const line = lines[last] ?? '';
      const found = OPTION.exec(line);
      const marker = found?.[1] ?? found?.[2];
      if (found === null || marker === undefined || ordinal(marker) !== options.length + 1) break;
      options.push(line.slice(found[0].length).trim());
    }
    if (options.length >= 2) return { first, last, options };
  }
  return { first: lines.length, last: lines.length, options: [] };
}

/** Options written in one line, "(A) … (B) …", become lines, so that style of writing does not change the parts. */
function unfold(text: string): string {
  if (!/\(A\)[^\n]{1,400}\(B\)/i.test(text)) return text;
  return text.replace(/[ \t](?=\([A-Pa-p]\) ?\S)/g, '\n');
}

/** One line that happens to look like code is prose: equations and labels do. */
const LEAST_CODE_LINES = 2;

function splitCode(text: string): { prose: string[]; code: string[] } {
  const lines = text.split('\n');
  const isCode = new Uint8Array(lines.length);
  let fenced = false;
  let count = 0;
  for (const [index, line] of lines.entries()) {
    const fence = /^ {0,3}(?:```|~~~)|^\[\/?(?:PYTHON|CODE|INPUT|asy)\]$/.test(line);
    if (fence) fenced = !fenced;
    isCode[index] = fence ? 2 : Number(fenced || CODE_LINE.test(line));
    count += isCode[index] === 1 ? 1 : 0;
  }
  const prose: string[] = [];
  const code: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (isCode[index] === 2 || line.trim() === '') continue;
    if (isCode[index] === 1 && count >= LEAST_CODE_LINES) code.push(line);
    else prose.push(line.replace(/\s+/g, ' ').trim());
  }
  return { prose, code };
}

export function dissect(text: string): Anatomy {
  const { prose, code } = splitCode(unfold(text.replace(/\r\n?/g, '\n')));
  const { first, last, options } = readOptions(prose);
  const after = strip(prose.slice(last).join(' '), CLOSINGS, stripClosing);
  const stem = `${prose.slice(0, first).join('\n')}${after === '' ? '' : `\n${after}`}`;
  return { stem: strip(strip(stem.trim(), CLOSINGS, stripClosing), OPENINGS, stripOpening), options, code };
}
