// Makes a conversation fit a window: whole turns are left out, or the middle of texts, always with a visible mark; pure.
import type { Message, Part } from "../../shared/chat.ts";
import type { Settings } from "../../shared/settings.ts";

export interface FitRules {
  readonly strategy: Settings["context.fit"];
  /** What the prompt may have: the window without what is reserved for the answer. */
  readonly limitTokens: number;
  readonly count: (messages: readonly Message[]) => number;
}

export interface Fitted {
  readonly messages: readonly Message[];
  /** For people: what was left out; undefined when nothing was. */
  readonly leftOut?: string;
}

/** The same messages when they fit; null when what must be kept does not. System messages, pinned ones and the last turn are kept. */
export function shorten(messages: readonly Message[], rules: FitRules): Fitted | null {
  if (rules.count(messages) <= rules.limitTokens) return { messages };
  if (rules.strategy === "refuse") return null;
  const turns = turnsOf(messages);
  const droppable = turns.filter((turn) => turn.mayGo).length;
  const without = (dropped: number) => withoutTurns(turns, dropped, rules.strategy);
  const fewest = smallest(droppable, (dropped) => rules.count(without(dropped).messages) <= rules.limitTokens);
  if (fewest !== null) return without(fewest);
  return rules.strategy === "middle-out" ? cutTexts(without(droppable), rules) : null;
}

/** Whether leaving something out could make a prompt fit at all. */
export function mayShorten(messages: readonly Message[], strategy: Settings["context.fit"]): boolean {
  if (strategy === "refuse") return false;
  return strategy === "middle-out" || turnsOf(messages).some((turn) => turn.mayGo);
}

export interface OldestTurns {
  /** What goes, without the system messages among it, which stay. */
  readonly old: readonly Message[];
  readonly rest: readonly Message[];
  withMark(mark: Message): Message[];
}

/** The fewest of the oldest turns without which `isEnough` holds, else all that may go; null when none may. */
export function oldestTurns(
  messages: readonly Message[],
  isEnough: (rest: readonly Message[], gone: number) => boolean,
): OldestTurns | null {
  const turns = turnsOf(messages);
  const droppable = turns.filter((turn) => turn.mayGo);
  if (droppable.length === 0) return null;
  const without = (dropped: number): OldestTurns => {
    const gone = new Set(droppable.slice(0, dropped));
    const kept = (turn: Turn) => (gone.has(turn) ? turn.messages.filter((message) => !isNotSystem(message)) : turn.messages);
    const first = turns.findIndex((turn) => gone.has(turn));
    return {
      old: [...gone].flatMap((turn) => turn.messages.filter(isNotSystem)),
      rest: turns.flatMap(kept),
      withMark: (mark) => turns.flatMap((turn, index) => (index === first ? [...kept(turn), mark] : kept(turn))),
    };
  };
  const fewest = smallest(droppable.length, (dropped) => {
    const { rest, old } = without(dropped);
    return isEnough(rest, old.length);
  });
  return without(fewest ?? droppable.length);
}

interface Turn {
  readonly messages: readonly Message[];
  readonly mayGo: boolean;
}

/** A turn begins with what the user says and holds everything up to the next; no call is parted from its result. */
function turnsOf(messages: readonly Message[]): Turn[] {
  const resultAt = new Map(
    messages.flatMap((message, at) =>
      message.parts.flatMap((part): [string, number][] => (part.type === "toolResult" ? [[part.id, at]] : [])),
    ),
  );
  const groups: Message[][] = [];
  let openUntil = -1;
  messages.forEach((message, at) => {
    const group = groups.at(-1);
    if (group && !(message.role === "user" && at > openUntil)) group.push(message);
    else groups.push([message]);
    for (const part of message.parts) if (part.type === "toolCall") openUntil = Math.max(openUntil, resultAt.get(part.id) ?? -1);
  });
  return groups.map((group, index) => ({
    messages: group,
    mayGo: index < groups.length - 1 && group.some(isNotSystem) && !group.some((message) => message.pinned),
  }));
}

function isNotSystem(message: Message): boolean {
  return message.role !== "system";
}

function withoutTurns(turns: readonly Turn[], dropped: number, strategy: FitRules["strategy"]): Fitted {
  const candidates = turns.filter((turn) => turn.mayGo);
  const from = strategy === "middle-out" ? Math.floor((candidates.length - dropped) / 2) : 0;
  const gone = new Set(candidates.slice(from, from + dropped));
  const count = [...gone].reduce((sum, turn) => sum + turn.messages.filter(isNotSystem).length, 0);
  if (count === 0) return { messages: turns.flatMap((turn) => turn.messages) };
  const leftOut = `${count} earlier ${count === 1 ? "message was" : "messages were"} left out to fit the model's window`;
  const mark: Message = { role: "user", parts: [{ type: "text", text: `[${leftOut}.]` }] };
  const first = turns.findIndex((turn) => gone.has(turn));
  const messages = turns.flatMap((turn, index) => {
    if (!gone.has(turn)) return turn.messages;
    const system = turn.messages.filter((message) => !isNotSystem(message));
    return index === first ? [...system, mark] : system;
  });
  return { messages, leftOut };
}

/** The longest texts lose their middle, all down to one length, which is the longest that fits. */
function cutTexts({ messages, leftOut }: Fitted, rules: FitRules): Fitted | null {
  const longest = Math.max(0, ...messages.flatMap((message) => textsOf(message.parts)).map((text) => text.length));
  const cut = (by: number) => messages.map((message) => cutMessage(message, longest - by));
  const least = smallest(longest, (by) => rules.count(cut(by)) <= rules.limitTokens);
  if (least === null) return null;
  return {
    messages: cut(least),
    leftOut: [leftOut, "the middle of long texts was left out to fit the model's window"].filter(Boolean).join("; "),
  };
}

function textsOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : part.type === "toolResult" ? textsOf(part.parts) : []));
}

function cutMessage(message: Message, room: number): Message {
  if (message.role === "system" || message.pinned) return message;
  return { ...message, parts: message.parts.map((part) => cutPart(part, room)) };
}

function cutPart(part: Part, room: number): Part {
  if (part.type === "text") return { ...part, text: truncate(part.text, room) };
  if (part.type !== "toolResult") return part;
  return { ...part, parts: part.parts.map((inner) => (inner.type === "text" ? { ...inner, text: truncate(inner.text, room) } : inner)) };
}

/** However small the room: a text is never erased. */
const LEAST_KEPT = 100;
const HEAD_SHARE = 0.4;

/** The text when it fits, else its first 40 and last 60 per cent of the room with a mark between that says how much was left out. */
export function truncate(text: string, roomCharacters: number): string {
  if (text.length <= roomCharacters) return text;
  // Characters beyond the basic plane are two units long and must not be parted.
  const signs = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
  const kept = Math.max(LEAST_KEPT, Math.floor(roomCharacters) - markFor(0, text.length).length);
  const mark = markFor(signs.length - kept, text.length);
  if (kept + mark.length >= signs.length) return text;
  const head = Math.floor(kept * HEAD_SHARE);
  return joined(signs.slice(0, head)) + mark + joined(signs.slice(signs.length - (kept - head)));
}

/** As long for every figure, so that less room never makes a longer text. */
function markFor(leftOut: number, of: number): string {
  const figure = String(leftOut).padStart(String(of).length, " ");
  return `\n[truncated: ${figure} characters were left out here]\n`;
}

function joined(signs: string | readonly string[]): string {
  return typeof signs === "string" ? signs : signs.join("");
}

/** The smallest of 1…most for which it holds, where it holds for all beyond; null when it holds for none. */
function smallest(most: number, holds: (value: number) => boolean): number | null {
  if (most < 1 || !holds(most)) return null;
  let low = 1;
  let high = most;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
