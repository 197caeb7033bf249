// What VS Code expects of an extension, as far as the manifest and the source say it; the rest is in the tests that docs/conventions.md names.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { COMMANDS } from "../../extension/commands.ts";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const page = readFileSync("docs/conventions.md", "utf8");
const comparison = readFileSync("docs/decisions/2026-11-27-beside-other-chats.md", "utf8");
const named = [...`${page}${comparison}`.matchAll(/`(test\/[\w./-]+\.ts) › ([^`]+)`/g)].map(([, file = "", title = ""]) => ({
  file,
  title,
}));
const sources = globSync("extension/**/*.{ts,tsx}").map((file) => ({ file, text: readFileSync(file, "utf8") }));

describe("docs/conventions.md and the comparison with other chats", () => {
  for (const { file, title } of named) {
    it(`names a test that is there: ${title}`, () => {
      assert.ok(existsSync(file), file);
      assert.ok(readFileSync(file, "utf8").includes(title), `${file} has no test with these words`);
    });
  }

  it("names a test for every command", () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| `test\//gm)].map(([, name = ""]) => name);
    assert.deepEqual(rows.sort(), Object.keys(COMMANDS).sort());
  });

  it("names a test for every convention", () => {
    const rows = page.split("\n").filter((line) => /^\| (?!---|topic|command)/.test(line));
    assert.deepEqual(
      rows.filter((row) => !/`test\//.test(row)),
      [],
    );
  });
});

describe("the extension", () => {
  const { contributes } = manifest;
  const commands: { command: string; title: string; category: string; icon?: string; enablement?: string }[] = contributes.commands;

  it("gives each command a category, and an icon wherever a menu shows one", () => {
    for (const { command, category, title } of commands) {
      assert.match(command, /^latchkey\.\w+$/);
      assert.equal(category, "Latchkey");
      assert.match(title, /^%command\.\w+%$/);
    }
    const shown = Object.entries<{ command?: string; group?: string }[]>(contributes.menus)
      .filter(([menu]) => /title$/.test(menu))
      .flatMap(([, rows]) => rows.filter(({ group }) => group?.startsWith("navigation")).map(({ command }) => command));
    assert.ok(shown.length > 3);
    for (const id of shown) assert.ok(commands.find(({ command }) => command === id)?.icon, id);
  });

  it("offers its commands where a person looks: editor menu, explorer, tab, source control, view", () => {
    const { menus } = contributes;
    for (const menu of ["editor/context", "explorer/context", "editor/title/context", "scm/title", "view/title"])
      assert.ok(menus[menu].length > 0, menu);
    const inEditor = menus["latchkey.editor"].map(({ command }: { command: string }) => command);
    for (const name of ["explainSelection", "fixSelection", "writeTests", "suggestNames"])
      assert.ok(inEditor.includes(`latchkey.${name}`), name);
  });

  it("is found under the tags people look for", () => {
    assert.ok(manifest.keywords.includes("language-models"));
    assert.ok(manifest.categories.includes("AI") && manifest.categories.includes("Chat"));
    assert.match(manifest.icon, /\.png$/);
  });

  it("has one walkthrough of few steps, each an action with its event and a themed picture with words for it", () => {
    assert.equal(contributes.walkthroughs.length, 1);
    const [{ steps }] = contributes.walkthroughs;
    assert.ok(steps.length <= 6);
    const words = JSON.parse(readFileSync("package.nls.json", "utf8"));
    for (const { id, description, completionEvents, media } of steps) {
      assert.match(words[description.slice(1, -1)], /\]\(command:latchkey\.\w+\)$/, id);
      assert.equal(completionEvents.length, 1);
      assert.ok(words[media.altText.slice(1, -1)].length > 10);
      assert.match(readFileSync(media.svg, "utf8"), /var\(--vscode-/);
    }
  });

  it("runs on the user's side first and states its limits", () => {
    assert.deepEqual(manifest.extensionKind, ["ui", "workspace"]);
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    for (const { supported, description } of [untrustedWorkspaces, virtualWorkspaces]) {
      assert.equal(supported, "limited");
      assert.match(description, /^%\w+%$/);
    }
  });

  it("reads and writes the user's files through VS Code alone", () => {
    const direct = sources.filter(({ text }) => /from "node:fs(\/promises)?"/.test(text)).map(({ file }) => file);
    // Its own build, beside it: is the sidecar there?
    assert.deepEqual(direct, ["extension/sidecar.ts"]);
  });

  it("sends no telemetry", () => {
    for (const { file, text } of sources)
      assert.doesNotMatch(text, /TelemetryLogger|TelemetryReporter|applicationinsights|\bfetch\(|XMLHttpRequest|sendBeacon/, file);
  });

  it("can write the protocol's trace", () => {
    const trace = contributes.configuration.properties["latchkey.trace.server"];
    assert.deepEqual([trace.enum, trace.default, trace.scope], [["off", "messages", "verbose"], "off", "machine"]);
  });

  it("shows no progress that cannot be cancelled, but where nothing can be", () => {
    const shows = sources.filter(({ text }) => /withProgress\(/.test(text));
    assert.ok(shows.length > 2);
    for (const { file, text } of shows) {
      const [all, cancellable] = [
        text.match(/ProgressLocation\.(Notification|SourceControl)/g) ?? [],
        text.match(/cancellable: true/g) ?? [],
      ];
      assert.ok(cancellable.length >= all.length, file);
    }
  });
});
