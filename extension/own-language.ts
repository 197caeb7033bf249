// What the sidecar says in English, said in the reader's language: a sentence is known by its words, and its values keep their place; pure.
import { type FigureLanguage, figureIn } from "../shared/figures.ts";

/** "{0} tokens" and what it is called in the reader's language. */
export interface Wording {
  readonly english: string;
  readonly own: string;
}

interface Known extends Wording {
  readonly pattern: RegExp;
  /** The longest of its words that stand together: without them no text can be it, and looking for them is fast. */
  readonly core: string;
}

/** A value may be anything but a sentence's end and the next one's beginning. */
const VALUE = "((?:(?!\\. ).)*?)";
/** What stands behind a colon or a sentence at the very end is said for itself, sentence by sentence. */
const REST = "([\\s\\S]*)";
/** "provider/model: " and what is said of it. */
const NAMED = /^(\S+): ([\s\S]+)$/;
/** Where what a vendor or a model says may stand: none of it is the sidecar's own. */
const NOT_OURS: ReadonlySet<string> = new Set([
  "parts",
  "arguments",
  "rawArguments",
  "output",
  "raw",
  "value",
  "entries",
  "messages",
  "text",
]);
const REMEMBERED_MAX = 1000;
const SAID: ReadonlySet<string> = new Set(["because", "reason", "notice", "notes", "message", "warning"]);
/** What a signal is called; everywhere else a name is somebody's own. */
const SAID_OF_SIGNALS: ReadonlySet<string> = new Set(["name"]);

/** A class because it knows its wordings by heart: each is looked at for every sentence. */
export class OwnLanguage {
  readonly #known: readonly Known[];
  readonly #language: FigureLanguage;
  readonly #remembered = new Map<string, string>();

  constructor(wordings: readonly Wording[], language?: FigureLanguage) {
    // The one with the most words of its own is the closest.
    const length = ({ english }: Wording) => english.replace(/\{\d\}/g, "").length;
    this.#known = wordings.map(known).sort((left, right) => length(right) - length(left));
    this.#language = language;
  }

  /** Sentence by sentence; what is not known stays as it is. Of hundreds of models the same few things are said. */
  say(text: string): string {
    const before = this.#remembered.get(text);
    if (before !== undefined) return before;
    const own = this.#said(text);
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(text, own);
    return own;
  }

  #said(text: string): string {
    // Each attempt of several has its own sentences.
    if (text.includes(" | ")) return this.#whole(text) ?? separately(text, " | ", (each) => this.say(each));
    const named = NAMED.exec(text);
    if (named?.[2] && this.#whole(text) === undefined) return `${named[1]}: ${this.say(named[2])}`;
    const sentences = text.split(/(?<=\.) (?=\S)/);
    return joined(sentences, " ", (some) => this.#whole(some) ?? (some.includes(". ") ? undefined : this.#listed(some)));
  }

  /** Line by line, for a text of which every line is the sidecar's; what is fenced is somebody's code. */
  sayLines(text: string): string {
    let fence = "";
    const said = text.split("\n").map((line) => {
      const mark = /^`{3,}/.exec(line)?.[0] ?? "";
      const isInside = fence !== "" || mark !== "";
      if (fence === "") fence = mark;
      else if (line.trim() === fence) fence = "";
      return isInside ? line : this.say(line);
    });
    return said.join("\n");
  }

  /** Every sentence of ours in a result or an event; the same object where there is none. */
  within<Given>(given: Given): Given {
    // What comes out has the very shape of what went in: only strings differ.
    return this.#walk(given, "", SAID) as Given;
  }

  #walk(given: unknown, name: string, said: ReadonlySet<string>): unknown {
    if (typeof given === "string") return said.has(name) ? this.say(given) : given;
    if (Array.isArray(given)) return given.map((each) => this.#walk(each, name, name === "signals" ? SAID_OF_SIGNALS : said));
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, NOT_OURS.has(key) ? value : this.#walk(value, key, said)] as const),
    );
  }

  /** Reasons are put one behind the other with a semicolon, and may hold one themselves. */
  #listed(text: string): string {
    const reasons = text.split(/; (?=\S+\/\S+: |and \d+ more$)/);
    return reasons.map((reason) => joined(reason.split("; "), "; ", (some) => this.#whole(some) ?? this.#named(some))).join("; ");
  }

  #named(text: string): string | undefined {
    const [, name, rest = ""] = NAMED.exec(text) ?? [];
    const own = this.#whole(rest);
    return name === undefined || own === undefined ? undefined : `${name}: ${own}`;
  }

  /** A reason that closes a sentence has its full stop beside its own words. */
  #whole(text: string): string | undefined {
    const own = this.#exactly(text);
    if (own !== undefined || !text.endsWith(".")) return own;
    const open = this.#exactly(text.slice(0, -1));
    return open === undefined ? undefined : `${open}.`;
  }

  #exactly(text: string): string | undefined {
    for (const { pattern, core, own, english } of this.#known) {
      if (!text.includes(core)) continue;
      const found = pattern.exec(text);
      if (!found) continue;
      const isCapital = /^[a-z]/.test(english) && /^[A-Z]/.test(text);
      const said = own.replace(/\{(\d)\}/g, (_, index: string) => this.#value(found.groups?.[`v${index}`] ?? ""));
      return isCapital ? said.charAt(0).toUpperCase() + said.slice(1) : said;
    }
    return undefined;
  }

  #value(text: string): string {
    const figure = figureIn(this.#language, text);
    return figure === text ? this.say(text) : figure;
  }
}

/** The fewest pieces, each as long as it is known; what is known in no length stays as it is. */
function joined(pieces: readonly string[], glue: string, known: (some: string) => string | undefined): string {
  const said: string[] = [];
  for (let at = 0; at < pieces.length; ) {
    let end = pieces.length;
    let own = known(pieces.slice(at, end).join(glue));
    while (own === undefined && end > at + 1) {
      end -= 1;
      own = known(pieces.slice(at, end).join(glue));
    }
    said.push(own ?? pieces[at] ?? "");
    at = end;
  }
  return said.join(glue);
}

function separately(text: string, glue: string, say: (each: string) => string): string {
  return text.split(glue).map(say).join(glue);
}

function known({ english, own }: Wording): Known {
  const isOpen = /[:.] \{\d\}$/.test(english);
  const parts = english.split(/(\{\d\})/).filter((part) => part !== "");
  const source = parts
    .map((part, index) => {
      if (!/^\{\d\}$/.test(part)) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return (isOpen && index === parts.length - 1 ? REST : VALUE).replace("(", `(?<v${part.charAt(1)}>`);
    })
    .join("");
  const first = source.charAt(0);
  const beginning = /[a-z]/.test(first) ? `[${first}${first.toUpperCase()}]${source.slice(1)}` : source;
  const words = parts
    .filter((part) => !/^\{\d\}$/.test(part))
    .map((part, index) => (index === 0 && part === parts[0] ? part.slice(1) : part));
  const core = words.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
  return { english, own, pattern: new RegExp(`^${beginning}$`), core };
}
