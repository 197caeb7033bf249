// Whatever the sidecar says to a reader can be said in German: its source is read, and each sentence there is known or stands here with the reason.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { OwnLanguage } from "../../extension/own-language.ts";
import { SIGNALS } from "../../extension/sentences/signals.ts";
import { DEMO_SENTENCES, SIDECAR_SENTENCES } from "../../extension/sidecar-sentences.ts";
import { FAILURES } from "../../shared/failure.ts";
import { TaskType } from "../../shared/route.ts";
import { type Spoken, spokenIn } from "../support/spoken.ts";

const bundle: Record<string, string> = JSON.parse(readFileSync("extension/l10n/bundle.l10n.de.json", "utf8"));

/** Rooms and files whose words no reader of the extension meets. */
const UNHEARD: Readonly<Record<string, string>> = {
  "server/doors/": "other programs and shells, which are spoken to in English",
  "server/client/": "runs in other programs",
  "server/telemetry/": "goes to a collector",
  "server/catalog/": "sources and what a refresh found, which only the command line lists",
  "server/routing/scorer/": "names of features, and training",
  "server/routing/cues.ts": "words that are looked for in prompts",
  "server/routing/complexity.ts": "signals: the extension shows their names, which have a test of their own",
  "server/routing/gain.ts": "details of a signal, of which the extension shows the name",
  "server/providers/rows/": "sources, and vendors' own names",
  "server/providers/refusal-rows.ts": "vendors' words, to be recognised",
  "server/providers/overflow-rows.ts": "vendors' words, to be recognised",
  "server/providers/transcript.ts": "said to models",
  "server/providers/openai-client.ts": "a mark inside a bug's report",
  "server/money/image-tokens.ts": "sources",
  "server/chat/probe": "a visit to a provider, which only the command line pays, and what models are asked there",
  "server/chat/output-mode.ts": "said to models",
  "server/chat/output-schemas.ts": "schemas, of which the extension sends its own",
  "server/chat/schema-subset.ts": "names of rules",
  "server/chat/summary-plan.ts": "said to models",
  "server/chat/vision/prompt.ts": "said to models",
  "server/chat/vision/look": "said to models",
  "server/chat/vision/words.ts": "said to models",
  "server/conversations/export.ts": "a file, in the language of the file",
  "server/description-store.ts": "the log",
  "server/keys/doctor.ts": "the command line's doctor",
  "server/keys/sources/keychain.ts": "keeping keys in a keychain of our own: the extension has VS Code's storage",
  "server/money/vendor-": "the command line's comparison with a bill",
  "server/money/reconcile.ts": "the command line's comparison with a bill",
  "server/money/watch.ts": "the log",
  "server/network/public-": "addresses of images: the extension sends their bytes",
  "server/rpc/schema.ts": "the protocol's documentation",
  "server/rpc/declarations.ts": "the client's declarations",
};

/** Single ones, in files that say others to readers. */
const UNSAID: Readonly<Record<string, readonly string[]>> = {
  "three sentences, each of them known": [
    "The ledger file was found damaged while in use.x1 A new one was begun, so what was spent before is not counted in limits.",
  ],
  "the end of a wording's value": [" until x1 UTC", "\n[truncated: x1 characters were left out here]\n"],
  "said to models": [
    "That does not match the JSON Schema: x1. Answer again with the whole JSON value, corrected, and nothing else.",
    "(no text)",
    "Images from the tool results:",
  ],
  "keeping keys in the vault: the extension has VS Code's own storage": [
    "The vault's key lies in a file beside it that this user alone may read; set LATCHKEY_PASSPHRASE to lock it with a passphrase.",
    "persist: this process keeps nothing",
    "persist: the system keychain did not keep what it was given",
    "persist: the vault is locked by a passphrase; start Latchkey with LATCHKEY_PASSPHRASE set",
    "persist: the vault is locked by another passphrase than LATCHKEY_PASSPHRASE",
    "persist: x1",
  ],
  "addresses of images: the extension sends their bytes": [
    "Not understood: what is at x1 is not a PNG, JPEG, WebP, GIF or PDF. Nothing was sent or charged.",
  ],
  "marks, names and headers": [
    "moved on",
    "Demo (no model)",
    "File: x1",
    "Application Support",
    "its place",
    "Basic x1",
    "Bearer x1",
    "fetch failed: x1",
    "Content-Length: x1\r\n\r\nx1",
    "A frame must begin with a Content-Length header; what came was skipped.",
  ],
  "what was changed in a base URL, which the doctor of the command line lists": [
    "the path x1 was read as x1",
    "the query x1 was left out",
    "the connection is not encrypted",
  ],
};

/** Calls, constructions and properties that speak to nobody: logs, bugs, sources, patterns, statements. */
const UNHEARD_PLACE =
  /\b(?:log|warn|info|debug|error)\($|^new (?:RegExp|TypeError|RangeError)\($|^(?:source|sources|sample|pattern|description|detail):$|^(?:REFUSALS|HEDGES|COMPATIBLE_SOURCE) =$|\.(?:includes|split|test|startsWith|prepare|exec|query|join)\($/;
/** Elsewhere a bare Error is a bug; here its words become a failure's reason. */
const ERRORS_ARE_SAID = "server/images/";
const STATEMENT =
  /^\s*(?:SELECT|INSERT|UPDATE|CREATE|DELETE|ALTER|PRAGMA|PERFORM|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|sum\(|attempt_id,)|RETURNING|GROUP BY|state = '/;

const ENGLISH =
  /\b(?:the|of|is|not|were|has|have|and|it|its|for|by|with|that|this|be|cannot|could|which|are|may|must|there|no|to|takes|needs)\b/;

const sayable = inGerman(SIDECAR_SENTENCES);
const demo = inGerman(DEMO_SENTENCES);

describe("the sidecar's sentences", () => {
  const said: (Spoken & { readonly text: string })[] = [];

  before(function () {
    this.timeout(60_000);
    const isUnheard = (place: string, file: string) =>
      UNHEARD_PLACE.test(place) || (place === "new Error(" && !file.startsWith(ERRORS_ARE_SAID));
    for (const spoken of spokenIn("server", isUnheard)) said.push({ ...spoken, text: spoken.words.join("x1") });
  });

  it("are each known in German, and whole", () => {
    const excused = new Set(Object.values(UNSAID).flat());
    const heard = said.filter(
      ({ file, text }) => isProse(text) && !excused.has(text) && !Object.keys(UNHEARD).some((prefix) => file.startsWith(prefix)),
    );
    assert.ok(heard.length > 200, `${heard.length} were found: the test has lost its source`);
    const unknown = heard.filter(
      ({ file, words, text }) => !isGerman(file.includes("/demo/") ? demo : sayable, text.trim()) && !isPartOfOne(words),
    );
    assert.equal([...new Set(unknown.map(({ file, text }) => `${file}: ${text}`))].join("\n"), "");
  });

  it("are each still said: no wording is left over", () => {
    const source = globSync("server/**/*.ts")
      .map((file) => readFileSync(file, "utf8"))
      .join("\n")
      .replaceAll("\\", "");
    const kinds = new Set<string>(Object.values(FAILURES).map(({ sentence }) => sentence));
    const gone = SIDECAR_SENTENCES.filter((sentence) => !kinds.has(sentence) && !SIGNALS.includes(sentence) && !isSaid(sentence, source));
    assert.deepEqual(gone, []);
  });

  it("have no excuse that is left over", () => {
    const texts = new Set(said.map(({ text }) => text));
    const files = [...new Set(said.map(({ file }) => file))];
    assert.deepEqual(
      Object.values(UNSAID)
        .flat()
        .filter((text) => !texts.has(text)),
      [],
    );
    assert.deepEqual(
      Object.keys(UNHEARD).filter((prefix) => !files.some((file) => file.startsWith(prefix))),
      [],
    );
  });

  it("name every signal of a prompt's difficulty", () => {
    const source = readFileSync("server/routing/complexity.ts", "utf8");
    const added = [...source.matchAll(/\badd\(\s*"([^"]+)"|signals\.push\(\{ name: "([^"]+)"/g)].map(
      ([, one, other]) => one ?? other ?? "",
    );
    assert.ok(added.length >= 15, added.join());
    assert.deepEqual(
      [...added, ...TaskType.options.map((task) => `task ${task}`)].filter((name) => !SIGNALS.includes(name)),
      [],
    );
  });
});

function inGerman(sentences: readonly string[]): OwnLanguage {
  const wordings = sentences.map((english) => ({ english, own: bundle[english] ?? english }));
  return new OwnLanguage(wordings, "de");
}

/** Two words that stand together, or one beside a value. */
function isProse(text: string): boolean {
  return /[a-z]{2,}[,;:]? (?:[a-z]{2,}|x1)|x1[,;:]? [a-z]{2,}/i.test(text) && !STATEMENT.test(text);
}

function isGerman(language: OwnLanguage, text: string): boolean {
  const own = language.say(text);
  return own !== text && !ENGLISH.test(own.replaceAll("x1", ""));
}

/** A sentence is put together from such: its words stand in one that is known, in this order. */
function isPartOfOne(words: readonly string[]): boolean {
  const pattern = new RegExp(words.map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*"));
  return [...SIDECAR_SENTENCES, ...DEMO_SENTENCES].some((sentence) => pattern.test(sentence));
}

/** Sentences are put together from pieces there, so that not every two words of one stand side by side: of five pairs two do. */
function isSaid(sentence: string, source: string): boolean {
  const parts = sentence.split(/\{\d\}/).map((part) => part.split(/\s+/).filter((word) => /[a-z]/i.test(word)));
  const pairs = parts.flatMap((words) => (words.length < 3 ? words : words.slice(1).map((word, at) => `${words[at]} ${word}`)));
  return pairs.filter((pair) => source.includes(pair.replace(/[.;:,]$/, ""))).length >= pairs.length * 0.4;
}
