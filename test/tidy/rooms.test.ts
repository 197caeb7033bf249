// The rules of docs and size that a reader relies on.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";

/** Generated data and the words of tables are not code to be read. */
const DATA = [/server\/catalog\/snapshot\//, /scorer\/weights\.ts$/];
const files = globSync(["shared/**/*.ts", "server/**/*.ts", "extension/**/*.{ts,tsx}"]).filter(
  (file) => !DATA.some((data) => data.test(file)),
);

describe("rooms", () => {
  for (const file of files) {
    it(`${file} is short, kebab-case and opens with a sentence`, () => {
      const lines = readFileSync(file, "utf8").split("\n");
      assert.ok(lines.length <= 301, `${lines.length} lines; split it by noun`);
      assert.match(file.split("/").at(-1) ?? "", /^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.tsx?$/);
      assert.match(lines[0] ?? "", /^\/\/ \S.{20,}/, "the first line says what the file is for");
    });
  }

  it("has no room called utils, helpers, common, manager, service or types", () => {
    assert.deepEqual(
      files.filter((file) => /(^|\/)(utils?|helpers?|common|managers?|services?|types)(\.ts|\/)/.test(file)),
      [],
    );
  });

  it("skips no test", () => {
    const tests = globSync("test/**/*.test.ts").filter((file) => !file.endsWith("rooms.test.ts"));
    assert.deepEqual(
      tests.filter((file) => /\b(it|describe|test)\.(skip|only)\b|\bxit\(|this\.skip\(/.test(readFileSync(file, "utf8"))),
      [],
    );
  });
});

describe("the README", () => {
  const readme = readFileSync("README.md", "utf8");

  it("has at most 120 lines", () => {
    assert.ok(readme.split("\n").length <= 121);
  });

  it("names only files that are there", () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "");
    assert.deepEqual(
      links.filter((link) => !existsSync(link) && !link.startsWith("docs/media/")),
      [],
    );
  });
});
