// The sidecar's sentences in German: every one that its source can say is known again, values and all; strangers' words are left alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { OwnLanguage } from "../../../extension/own-language.ts";
import { DEMO_SENTENCES, SIDECAR_SENTENCES } from "../../../extension/sidecar-sentences.ts";
import { demoAnswer } from "../../../server/providers/demo/answer.ts";
import { because } from "../../../server/routing/explain.ts";
import type { Ranked } from "../../../server/routing/rank.ts";
import { attachmentAsText } from "../../../shared/attachment.ts";
import { COMPLEXITY_ORDER, type Candidate, Policy } from "../../../shared/route.ts";

const bundle: Record<string, string> = JSON.parse(readFileSync("extension/l10n/bundle.l10n.de.json", "utf8"));
const german = new OwnLanguage(
  SIDECAR_SENTENCES.map((english) => ({ english, own: bundle[english] ?? english })),
  "de",
);

const candidate = (model: string, more: Partial<Candidate> = {}): Candidate => ({
  model,
  score: 1,
  parts: { quality: 60 },
  estimate: { p50NanoUsd: 4_200_000, worstNanoUsd: 9_000_000 },
  ...more,
});

describe("the sidecar's sentences in German", () => {
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

  const cases: Record<string, readonly [english: string, own: string]> = {
    "values, names and order; figures take the language's form": [
      "acme/m1 has the most quality for its price: code quality 61, above the least of 55 for complex prompts, for about $0.0042; next is b/c (70, $0.010). The conversation is shortened to fit its window.",
      "acme/m1 hat die meiste Qualität für seinen Preis: Qualität (Code) 61, über dem Mindesten von 55 für schwierige Prompts, für etwa 0,0042\u00a0$; das nächste ist b/c (70, 0,010\u00a0$). Das Gespräch wird gekürzt, damit es in sein Fenster passt.",
    ],
    "a refusal by a limit, with the moment of its end": [
      "The soft daily limit of $0.01 for all spending would be passed: $0.002 spent, $0.00 reserved, and this request could cost up to $1,250.05. It resets at 2026-11-29 00:00 (Europe/Berlin). Raise the limit, wait, or choose a cheaper model; nothing was sent. acme/m2 would fit: at most $0.005.",
      "Das weiche Tageslimit von 0,01\u00a0$ für alle Ausgaben würde überschritten: 0,002\u00a0$ ausgegeben, 0,00\u00a0$ reserviert, und diese Anfrage könnte bis zu 1.250,05\u00a0$ kosten. Neubeginn: 29.11.2026, 00:00 (Europe/Berlin). Heben Sie das Limit an, warten Sie, oder wählen Sie ein günstigeres Modell; nichts wurde gesendet. acme/m2 würde passen: höchstens 0,005\u00a0$.",
    ],
    "the list behind a prompt that no model takes, reasons with semicolons and full stops included": [
      "No model can take this prompt (azure/gpt-5: The base URL of azure is missing; set providers.azure.baseUrl, for example https://RESOURCE.openai.azure.com.; acme/m1: needs a window of 200,000 tokens with the answer; acme/m1 has 32,000; acme/m2: no key is set for Acme; and 12 more). Nothing was sent or charged.",
      "Kein Modell kann diesen Prompt annehmen (azure/gpt-5: Die Basis-URL von azure fehlt; setzen Sie providers.azure.baseUrl, zum Beispiel https://RESOURCE.openai.azure.com.; acme/m1: verlangt mit der Antwort ein Fenster von 200.000 Token; acme/m1 hat 32.000; acme/m2: für Acme ist kein Schlüssel gesetzt; und 12 weitere). Nichts wurde gesendet oder berechnet.",
    ],
    "every attempt of several, the vendors' words as they are": [
      "None of the 2 models that were tried answered. acme/m1: The provider refused the key. Check it or set another; nothing was charged. acme (401): Incorrect API key. | b/m2: b could not be reached at http://127.0.0.1:9: nothing listens at its address.",
      "Keines der 2 versuchten Modelle hat geantwortet. acme/m1: Der Anbieter hat den Schlüssel abgelehnt. Prüfen Sie ihn oder setzen Sie einen anderen; nichts wurde berechnet. acme (401): Incorrect API key. | b/m2: b war unter http://127.0.0.1:9 nicht zu erreichen: unter der Adresse antwortet nichts.",
    ],
    "an address that is not encrypted": [
      "Not sent: http://example.org is not encrypted: everybody on the way could read the prompt and the key. Use https, or add example.org to the setting network.plainHttpHosts.",
      "Nicht gesendet: http://example.org ist nicht verschlüsselt: Jeder auf dem Weg könnte Prompt und Schlüssel lesen. Nehmen Sie https, oder tragen Sie example.org in die Einstellung network.plainHttpHosts ein.",
    ],
    "a key that is bound elsewhere": [
      "The key from the environment (OPENAI_API_KEY) is not used: it is bound to https://api.openai.com, and openai is now reached at https://x.example; set it again to use it there. Nothing was sent or charged.",
      "Der Schlüssel aus der Umgebung (OPENAI_API_KEY) ist nicht in Gebrauch: Er ist an https://api.openai.com gebunden, und openai hat jetzt die Adresse https://x.example; setzen Sie ihn neu, um ihn dort zu benutzen. Nichts wurde gesendet oder berechnet.",
    ],
    "secrets in a prompt": [
      "The prompt seems to contain GitHub token (message 2, line 1), one of your own keys (message 3, line 2).",
      "Der Prompt scheint dies zu enthalten: GitHub-Token (Nachricht 2, Zeile 1), einer Ihrer eigenen Schlüssel (Nachricht 3, Zeile 2).",
    ],
  };
  for (const [what, [english, own]] of Object.entries(cases)) it(`keep ${what}`, () => assert.equal(german.say(english), own));

  it("say the demo's answer line by line, and leave code alone", () => {
    const demo = new OwnLanguage(DEMO_SENTENCES.map((english) => ({ english, own: bundle[english] ?? english })));
    const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: "What is (empty) and this?\n\n" }] }];
    const code = attachmentAsText({ path: "a.ts", languageId: "typescript", text: "function one() {}\n// 1 file\n" });
    messages[0]?.parts.unshift({ type: "text", text: `${code}\n\n` });
    const said = demo.sayLines(demoAnswer(messages));
    assert.match(said, /\*Demo: Kein Modell wurde gefragt\.\*/);
    assert.match(said, /- Umfang: 2 Zeilen \(0 leer\), \d+ Zeichen/);
    assert.match(said, /\/\/ 1 file/);
    assert.doesNotMatch(said.replace(/```[\s\S]*?```/g, ""), /\b(?:the|your|lines|blank|found|answer)\b/i, said);
  });

  it("name a prompt's signals, and no model", () => {
    const signals = [{ name: "code block", points: 2, detail: "3 lines" }];
    assert.deepEqual(german.within({ signals, name: "code block" }), {
      signals: [{ ...signals[0], name: "Codeblock" }],
      name: "code block",
    });
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
      reason: "Anfragerate begrenzt",
      notes: ["schlug immer wieder fehl", "own words"],
    });
  });
});
