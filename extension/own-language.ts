// What the sidecar says in English, said in the reader's language: a sentence is known by its words, and its values keep their place; pure.

/** "{0} tokens" and what it is called in the reader's language. */
export interface Wording {
  readonly english: string;
  readonly own: string;
}

interface Known extends Wording {
  readonly pattern: RegExp;
}

/** A value may be anything but a sentence's end and the next one's beginning. */
const VALUE = "((?:(?!\\. [A-Z]).)*?)";
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
const SAID: ReadonlySet<string> = new Set(["because", "reason", "notice", "notes", "message", "warning"]);

/** A class because it knows its wordings by heart: each is looked at for every sentence. */
export class OwnLanguage {
  readonly #known: readonly Known[];

  constructor(wordings: readonly Wording[]) {
    // The one with the most words of its own is the closest.
    const length = ({ english }: Wording) => english.replace(/\{\d\}/g, "").length;
    this.#known = wordings.map(known).sort((left, right) => length(right) - length(left));
  }

  /** Sentence by sentence; what is not known stays as it is. */
  say(text: string): string {
    const sentences = text.split(/(?<=\.) (?=[A-Z])/);
    const said: string[] = [];
    for (let at = 0; at < sentences.length; ) {
      const found = this.#longest(sentences, at);
      said.push(found?.own ?? this.#listed(sentences[at] ?? ""));
      at = found?.end ?? at + 1;
    }
    return said.join(" ");
  }

  /** Every sentence of ours in a result or an event; the same object where there is none. */
  within<Given>(given: Given): Given {
    // What comes out has the very shape of what went in: only strings differ.
    return this.#walk(given, "") as Given;
  }

  #walk(given: unknown, name: string): unknown {
    if (typeof given === "string") return SAID.has(name) ? this.say(given) : given;
    if (Array.isArray(given)) return given.map((each) => this.#walk(each, name));
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, NOT_OURS.has(key) ? value : this.#walk(value, key)] as const),
    );
  }

  #longest(sentences: readonly string[], at: number): { own: string; end: number } | undefined {
    for (let end = sentences.length; end > at; end -= 1) {
      const own = this.#whole(sentences.slice(at, end).join(" "));
      if (own !== undefined) return { own, end };
    }
    return undefined;
  }

  /** Reasons are put one behind the other with a semicolon. */
  #listed(text: string): string {
    const said = text.split("; ").map((part) => this.#whole(part) ?? part);
    return said.join("; ");
  }

  #whole(text: string): string | undefined {
    for (const { pattern, own, english } of this.#known) {
      const found = pattern.exec(text);
      if (!found) continue;
      const isCapital = /^[a-z]/.test(english) && /^[A-Z]/.test(text);
      const said = own.replace(/\{(\d)\}/g, (_, index: string) => this.#value(found.groups?.[`v${index}`] ?? ""));
      return isCapital ? said.charAt(0).toUpperCase() + said.slice(1) : said;
    }
    return undefined;
  }

  #value(text: string): string {
    return this.#whole(text) ?? text;
  }
}

function known({ english, own }: Wording): Known {
  const source = english
    .split(/(\{\d\})/)
    .map((part) => (/^\{\d\}$/.test(part) ? VALUE.replace("(", `(?<v${part.charAt(1)}>`) : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  const first = source.charAt(0);
  const beginning = /[a-z]/.test(first) ? `[${first}${first.toUpperCase()}]${source.slice(1)}` : source;
  return { english, own, pattern: new RegExp(`^${beginning}$`) };
}
