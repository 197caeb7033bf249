// What the extension itself says is said through t(), so that it can be translated: its source is read, and what is not stands here with the reason.
import assert from "node:assert/strict";
import { spokenIn } from "../support/spoken.ts";

/** Files with sentences of which none is shown as it stands there. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  "extension/sentences/": "the sidecar's sentences, to be known again",
  "extension/commands.ts": "titles in package.json, translated in package.nls.de.json",
  "extension/contributes.ts": "texts in package.json, translated in package.nls.de.json",
  "extension/walkthrough.ts": "texts in package.json, translated in package.nls.de.json",
  "extension/conversation.ts": "said to models",
  "extension/prompts.ts": "said to models",
  "extension/webview-page.ts": "the page's HTML",
  "extension/models.ts": "the demo's name, to be known again",
};

const UNHEARD_PLACE = /\bt\($|\b(?:log|warn|info|debug|error|trace)\($|^(?:source|class):$|^class(?:Name)?=$/;

describe("the extension's sentences", () => {
  for (const room of ["extension", "extension/webview"]) {
    it(`of ${room} go through t()`, function () {
      this.timeout(60_000);
      const all = spokenIn(room, (place) => UNHEARD_PLACE.test(place));
      assert.ok(all.length > 500, `${all.length} literals: the test has lost its source`);
      const bare = all
        .filter(({ file, words }) => isProse(words.join("x1")) && !Object.keys(NOT_SHOWN).some((prefix) => file.startsWith(prefix)))
        .map(({ file, words }) => `${file}: ${words.join("{}")}`);
      assert.deepEqual(bare, []);
    });
  }
});

/** Two words or more, of which one is written as people write. */
function isProse(text: string): boolean {
  return /[a-z]{2,},? [a-z]{2,}/.test(text) && !/^[a-z-]+(?: [a-z0-9-]+)*$/.test(text.trim());
}
