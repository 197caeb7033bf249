// Every sentence that people see can be said in German; no translation is left over, and none loses a placeholder.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { DEMO_SENTENCES, SIDECAR_SENTENCES } from "../../extension/sidecar-sentences.ts";

const json = (path: string): Record<string, string> => JSON.parse(readFileSync(path, "utf8"));
const placeholders = (text: string) =>
  [...text.matchAll(/\{\d\}|`[^`]+`|\(command:[\w.]+\)/g)].map(([found]) => found.replace(/provider|model-id/g, "")).sort();

function sentences(): string[] {
  const found = globSync("extension/**/*.{ts,tsx}").flatMap((file) => {
    const source = readFileSync(file, "utf8");
    assert.doesNotMatch(source, /\bt\(\s*[`']/, `${file}: sentences are plain double-quoted strings`);
    return [...source.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)].map(([, literal = '""']) => JSON.parse(literal) as string);
  });
  return [...new Set([...found, ...SIDECAR_SENTENCES, ...DEMO_SENTENCES])].sort();
}

describe("words", () => {
  it("of the extension are all translated, and none is left over", () => {
    assert.deepEqual(Object.keys(json("extension/l10n/bundle.l10n.de.json")).sort(), sentences());
  });

  it("of package.json are all translated, and none is left over", () => {
    assert.deepEqual(Object.keys(json("package.nls.de.json")).sort(), Object.keys(json("package.nls.json")).sort());
  });

  it("keep their placeholders, code and links", () => {
    for (const [english, german] of Object.entries(json("extension/l10n/bundle.l10n.de.json"))) {
      assert.deepEqual(placeholders(german), placeholders(english), english);
    }
    const german = json("package.nls.de.json");
    for (const [key, english] of Object.entries(json("package.nls.json"))) {
      const count = (text: string) => text.match(/`[^`]+`|\(command:[\w.]+\)/g)?.length ?? 0;
      assert.equal(count(german[key] ?? ""), count(english), key);
    }
  });
});
