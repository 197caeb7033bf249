// The sidecar's sentences in German: every one that its source can say is known again, values and all; strangers' words are left alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { OwnLanguage } from "../../../extension/own-language.ts";
import { SIDECAR_SENTENCES } from "../../../extension/sidecar-sentences.ts";
import { because } from "../../../server/routing/explain.ts";
import type { Ranked } from "../../../server/routing/rank.ts";
import { COMPLEXITY_ORDER, type Candidate, Policy } from "../../../shared/route.ts";

const bundle: Record<string, string> = JSON.parse(readFileSync("extension/l10n/bundle.l10n.de.json", "utf8"));
const german = new OwnLanguage(SIDECAR_SENTENCES.map((english) => ({ english, own: bundle[english] ?? english })));

/** Where the sidecar says things to readers, and after which words in its source. */
const SAID: Readonly<Record<string, RegExp>> = {
  "server/routing/eligible.ts": /\breason: |lacks\(/g,
  "server/routing/shelf.ts": /\breason: /g,
  "server/routing/rank.ts": /notes\.push\(/g,
  "server/routing/cascade.ts": /\bdetail: /g,
  "server/access.ts": /\breason: |return (?=`(?!\$\{date))/g,
  "server/chat/ending.ts": /\? undefined : |NOTICE =\s+|return (?=")/g,
  "server/chat/patience.ts": /const message = (?=`every)/g,
  "server/chat/summarised.ts": /const message = /g,
  "server/chat/waiting.ts": /\bmessage: |const message = /g,
  "server/chat/vision/plan.ts": /\bbecause: (?=`It)/g,
  "server/policy/plan.ts": /refused\("(?:banned|localOnly|managed|ownKeys|model)", /g,
  "server/resilience/rest.ts": /rule\("\w+", \d, \w+, /g,
  "server/resilience/watchdog.ts": /\(seconds\) => /g,
  "server/money/alerts.ts": /\bmessage: (?=`Spending)/g,
};

/** A literal with a name in each of its places; words that are chosen among are taken in turn. */
function samples(file: string, after: RegExp): string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(after)].flatMap(({ index, 0: found }) => {
    const literal = /^(?:\w+, )?(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/.exec(source.slice(index + found.length));
    const text = literal?.[1] ?? literal?.[2];
    if (text === undefined) return [];
    const names = (_: string, at: number) => `name-${at}`;
    return [
      text
        .replace(/\$\{whose\}|\$\{nameOf\(\w+\)\}/g, 'the plan "x"')
        // What is added there or not has a sentence of its own for each.
        .replace(/\$\{[^{}]*UNSEEN[^{}]*\}/g, "")
        .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, names),
    ];
  });
}

const candidate = (model: string, more: Partial<Candidate> = {}): Candidate => ({
  model,
  score: 1,
  parts: { quality: 60 },
  estimate: { p50NanoUsd: 4_200_000, worstNanoUsd: 9_000_000 },
  ...more,
});

describe("the sidecar's sentences in German", () => {
  for (const [file, after] of Object.entries(SAID)) {
    it(`know what ${file} says`, () => {
      const said = samples(file, after).filter((text) => !/^name-\d+\.?$/.test(text));
      assert.ok(said.length > 0, "nothing was found: the test has lost its source");
      assert.deepEqual(
        said.filter((text) => german.say(text) === text),
        [],
      );
    });
  }

  it("know every reason for a choice, whatever was weighed", () => {
    const names = fc.constantFrom("openai/gpt-5.2", "acme/m1", "openrouter/x-ai/grok-4.1-fast", "demo/echo");
    const candidates = fc.array(
      fc.record({
        model: names,
        quality: fc.option(fc.integer({ min: 0, max: 100 })),
        cost: fc.option(fc.integer({ min: 0, max: 9_000_000_000 })),
        cachedShare: fc.constantFrom(0, 0.4),
      }),
      { maxLength: 3 },
    );
    const how = fc.record({
      level: fc.constantFrom(...COMPLEXITY_ORDER),
      policy: fc.constantFrom(...Policy.options),
      skill: fc.constantFrom("general", "code", "maths", "vision"),
      pinned: fc.constantFrom(undefined, "acme/m1"),
      shortened: fc.boolean(),
    });
    const allGerman = fc.property(candidates, how, fc.constantFrom(0, 55), fc.boolean(), (rows, explained, floor, degraded) => {
      const ranked: Ranked = {
        candidates: rows.map(({ model, quality, cost, cachedShare }) =>
          candidate(model, {
            parts: quality === null ? {} : { quality },
            estimate: { p50NanoUsd: cost, worstNanoUsd: cost, cachedShare },
          }),
        ),
        degraded,
        floor,
      };
      const said = german.say(because(ranked, [], explained));
      assert.doesNotMatch(said, /\b(?:the|for|answers|has|is|can|its?|next|quality)\b/i, said);
    });
    // The linter takes the overload for asynchronous properties.
    void fc.assert(allGerman);
  });

  it("keep values, names and order", () => {
    assert.equal(
      german.say(
        "acme/m1 has the most quality for its price: code quality 61, above the least of 55 for complex prompts, for about $0.0042; next is b/c (70, $0.010). The conversation is shortened to fit its window.",
      ),
      "acme/m1 hat die meiste Qualität für seinen Preis: Qualität (Code) 61, über dem Mindesten von 55 für schwierige Prompts, für etwa $0.0042; das nächste ist b/c (70, $0.010). Das Gespräch wird gekürzt, damit es in sein Fenster passt.",
    );
    assert.equal(
      german.say(
        "The soft daily limit of $0.01 for all spending would be passed: $0.002 spent, $0.00 reserved, and this request could cost up to $0.05. Raise the limit, wait, or choose a cheaper model; nothing was sent.",
      ),
      "Die weiche Tagesgrenze von $0.01 für alle Ausgaben würde überschritten: $0.002 ausgegeben, $0.00 zurückgelegt, und diese Anfrage könnte bis zu $0.05 kosten. Erhöhen Sie die Grenze, warten Sie, oder wählen Sie ein günstigeres Modell; nichts wurde gesendet.",
    );
  });

  it("leave alone what a vendor or a model says", () => {
    const given = {
      text: "tools",
      parts: [{ reason: "rate limited" }],
      reason: "rate limited",
      model: "simple",
      notes: ["kept failing", "own words"],
    };
    assert.deepEqual(german.within(given), {
      ...given,
      reason: "Anfragen begrenzt",
      notes: ["schlug immer wieder fehl", "own words"],
    });
  });
});
