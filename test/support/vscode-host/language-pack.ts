// A language pack as small as VS Code takes one: its own words stay English, and extensions are told of the language and say theirs.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const VSCE = join(import.meta.dirname, "../../../node_modules/.bin/vsce");
const TRANSLATIONS = "translations/main.i18n.json";
const VERSION = "1.0.0";

/** Writes the pack for a language ("de") into a folder, packs it, and returns the path of its .vsix. */
export function packLanguage(language: string, folder: string): string {
  mkdirSync(join(folder, "translations"), { recursive: true });
  writeFileSync(join(folder, TRANSLATIONS), JSON.stringify({ version: VERSION, contents: {} }));
  const manifest = {
    name: nameOf(language),
    displayName: `Language pack ${language} for tests`,
    publisher: "latchkey",
    version: VERSION,
    license: "MIT",
    engines: { vscode: "*" },
    files: ["translations"],
    contributes: {
      localizations: [{ languageId: language, languageName: language, translations: [{ id: "vscode", path: `./${TRANSLATIONS}` }] }],
    },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const out = join(folder, "pack.vsix");
  const words = ["package", "--no-dependencies", "--skip-license", "--allow-missing-repository", "--out", out];
  execFileSync(VSCE, words, { cwd: folder, stdio: "pipe" });
  return out;
}

/** The index of installed packs: a desktop VS Code writes it at every start, the server's command line after an installation does not. */
export function indexLanguage(language: string, { extensions, data }: { extensions: string; data: string }): void {
  const id = `latchkey.${nameOf(language)}`;
  const row = {
    hash: createHash("md5").update(id).update(VERSION).digest("hex"),
    extensions: [{ extensionIdentifier: { id }, version: VERSION }],
    translations: { vscode: join(extensions, `${id}-${VERSION}`, TRANSLATIONS) },
    label: language,
  };
  writeFileSync(join(data, "languagepacks.json"), JSON.stringify({ [language]: row }));
}

function nameOf(language: string): string {
  return `language-pack-${language}-for-tests`;
}
