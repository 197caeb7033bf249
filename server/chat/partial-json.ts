// What the beginning of a JSON text says so far, for previews alone: never a result, never given to a tool; pure.

/** Something was read, or the text is no JSON at this place. */
type Read = { readonly value: unknown; readonly at: number; readonly whole: boolean } | null;

const DEEPEST = 64;

/** The value as far as it is certain: a number or word at the very end may go on, so it is left out. Undefined when there is none. */
export function partialJson(text: string): unknown {
  const start = text.search(/[{[]/);
  return start < 0 ? undefined : read(text, start, 0)?.value;
}

function read(text: string, from: number, depth: number): Read {
  const at = space(text, from);
  switch (text[at]) {
    case "{":
      return depth < DEEPEST ? readObject(text, at + 1, depth + 1) : null;
    case "[":
      return depth < DEEPEST ? readArray(text, at + 1, depth + 1) : null;
    case '"':
      return readString(text, at + 1);
    default:
      return readPlain(text, at);
  }
}

function readObject(text: string, from: number, depth: number): Read {
  const value: Record<string, unknown> = {};
  for (let at = space(text, from); ; ) {
    if (text[at] === "}") return { value, at: at + 1, whole: true };
    const key = text[at] === '"' ? readString(text, at + 1) : null;
    const colon = key?.whole ? space(text, key.at) : text.length;
    const member = text[colon] === ":" ? read(text, colon + 1, depth) : null;
    if (key === null || member === null) return { value, at: text.length, whole: false };
    // A plain assignment to "__proto__" would not make a member of that name.
    Object.defineProperty(value, String(key.value), { value: member.value, enumerable: true, configurable: true, writable: true });
    at = space(text, member.at);
    if (!member.whole || (text[at] !== "," && text[at] !== "}")) return { value, at: text.length, whole: false };
    if (text[at] === ",") at = space(text, at + 1);
  }
}

function readArray(text: string, from: number, depth: number): Read {
  const value: unknown[] = [];
  for (let at = space(text, from); ; ) {
    if (text[at] === "]") return { value, at: at + 1, whole: true };
    const item = read(text, at, depth);
    if (item === null) return { value, at: text.length, whole: false };
    value.push(item.value);
    at = space(text, item.at);
    if (!item.whole || (text[at] !== "," && text[at] !== "]")) return { value, at: text.length, whole: false };
    if (text[at] === ",") at = space(text, at + 1);
  }
}

/** A string that has not ended is shown up to its last whole sign; half of a pair is none. */
function readString(text: string, from: number): Read {
  let highAt = -1;
  for (let at = from; ; ) {
    if (text[at] === '"') return asString(text.slice(from, at), at + 1, true);
    const length = text[at] !== "\\" ? 1 : text[at + 1] === "u" ? 6 : 2;
    if (at + length > text.length) return asString(text.slice(from, highAt >= 0 ? highAt : at), text.length, false);
    highAt = /^(?:[\ud800-\udbff]|\\ud[89ab])/i.test(text.slice(at, at + length)) ? at : -1;
    at += length;
  }
}

function asString(inside: string, at: number, whole: boolean): Read {
  try {
    return { value: JSON.parse(`"${inside}"`), at, whole };
  } catch {
    return null;
  }
}

/** A number, true, false or null, once what follows shows that it has ended. */
function readPlain(text: string, from: number): Read {
  const word = /^[-+.\w]+/.exec(text.slice(from, from + 400))?.[0] ?? "";
  if (word === "" || from + word.length >= text.length) return null;
  try {
    return { value: JSON.parse(word), at: from + word.length, whole: true };
  } catch {
    return null;
  }
}

function space(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? "x")) at += 1;
  return at;
}
