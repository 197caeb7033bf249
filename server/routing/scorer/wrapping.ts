// What people wrap around a prompt without changing it: labels, courtesies, remarks to the reader. Found at the ends only, and cut off.
import { QUESTION_WORDS, WORD_CLASSES } from "./vocabulary.ts";

// Courtesies and labels at either end change nothing about how hard a prompt is; both loops below stop at the first round that removes nothing.
const OPENINGS = [
  /^(?:question|q|prompt|problem|task|exercise|query)(?: \d{1,4})? ?[:.)-] ?/i,
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

/** Words of people talking about the exchange itself, not about the matter asked. */
const TALK = new Set(
  "answer answers reply replies respond response question questions problem task appreciate help helps explain hurry concise short brief briefly detail detailed thanks thank grateful carefully curious wondering wonder stuck homework quiz tutor teacher expert assistant assist advice settle arguing thoughts opinion know tell sure correct request kindly please solution follows below following above understand try best precise attention patience time".split(
    " ",
  ),
);
const TALKERS = new Set("i me my we us our you your please i'm i'd i'll we're let".split(" "));
const MOST_TALK_WORDS = 32;

/** A remark to the reader: someone speaks, about the exchange, and gives no quantity, blank or quotation that could belong to the matter. */
function isTalk(sentence: string): boolean {
  if (sentence.length > EDGE_CHARACTERS || /[\d_"“”?\\=]/.test(sentence)) return false;
  const words = sentence.toLowerCase().match(/[a-z']+/g) ?? [];
  if (words.length === 0 || words.length > MOST_TALK_WORDS) return false;
  const about = words.filter((word) => TALK.has(word)).length;
  return about >= 2 || (about >= 1 && words.some((word) => TALKERS.has(word)));
}

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

function stripPatterns(text: string, patterns: readonly RegExp[], cut: (text: string, pattern: RegExp) => string): string {
  let rest = text;
  for (let round = 0; round < 4; round += 1) {
    const before = rest;
    for (const pattern of patterns) {
      const shorter = cut(rest, pattern);
      // A prompt that is nothing but courtesy keeps it: an empty stem would say less.
      if (shorter !== "") rest = shorter;
    }
    if (rest === before) break;
  }
  return rest;
}

/** Fewer words left than this, and the talk may be the prompt. */
const LEAST_WORDS_LEFT = 6;

const isEnough = (text: string): boolean => text.slice(0, EDGE_CHARACTERS).split(" ").length >= LEAST_WORDS_LEFT;

function stripOpeningTalk(text: string): string {
  const end = /[.!:](?:\n| )|\n/.exec(text.slice(0, EDGE_CHARACTERS));
  if (end === null) return text;
  const after = text.slice(end.index + end[0].length).trim();
  return isEnough(after) && isTalk(text.slice(0, end.index)) ? after : text;
}

function stripClosingTalk(text: string): string {
  const trimmed = text.replace(/[.!]$/, "");
  const from = Math.max(0, trimmed.length - EDGE_CHARACTERS);
  const edge = trimmed.slice(from);
  const start = Math.max(edge.lastIndexOf("\n"), edge.lastIndexOf(". ") + 1, edge.lastIndexOf("? ") + 1, edge.lastIndexOf("! ") + 1);
  if (start <= 0) return text;
  const before = trimmed.slice(0, from + start).trim();
  return isEnough(before) && isTalk(edge.slice(start)) ? before : text;
}

const TASK_WORDS = new Set<string>([...WORD_CLASSES.request, ...WORD_CLASSES.create, ...WORD_CLASSES.explain, ...QUESTION_WORDS]);
const MOST_ASIDE_WORDS = 25;

/** A short line on its own at either end that asks nothing and gives no quantity: at most a scene, and hardly the matter. */
function isAside(line: string): boolean {
  if (line.length > EDGE_CHARACTERS || /[\d_"“”?\\=|]/.test(line)) return false;
  const words = line.toLowerCase().match(/[a-z']+/g) ?? [];
  return words.length <= MOST_ASIDE_WORDS && /[.!:]$/.test(line) && !words.some((word) => TASK_WORDS.has(word));
}

const MOST_ASIDES = 4;

function stripAside(text: string): string {
  const first = text.indexOf("\n");
  if (first > 0 && isAside(text.slice(0, first)) && isEnough(text.slice(first + 1))) return text.slice(first + 1);
  const last = text.lastIndexOf("\n");
  if (last > 0 && isAside(text.slice(last + 1)) && isEnough(text.slice(0, last))) return text.slice(0, last);
  return text;
}

function stripAsides(text: string): string {
  let rest = text;
  for (let round = 0; round < MOST_ASIDES; round += 1) rest = stripAside(rest);
  return rest;
}

function unwrapOpening(text: string): string {
  return stripPatterns(stripOpeningTalk(stripOpeningTalk(stripPatterns(text, OPENINGS, stripOpening))), OPENINGS, stripOpening);
}

export function unwrapClosing(text: string): string {
  return stripPatterns(stripClosingTalk(stripClosingTalk(stripPatterns(text, CLOSINGS, stripClosing))), CLOSINGS, stripClosing);
}

/** The matter alone. */
export function unwrap(text: string): string {
  return unwrapOpening(unwrapClosing(stripAsides(unwrapOpening(unwrapClosing(text)))));
}

/** A whole line that is nothing but a remark; after a list of options there is no sentence before it to judge by. */
export function isRemark(line: string): boolean {
  return isTalk(line.replace(/[.!]$/, "")) || isAside(line);
}
