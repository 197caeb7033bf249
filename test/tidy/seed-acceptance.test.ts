// docs/seed-acceptance.md tells the truth: all 119 ids in 32 classes, and every test that it names exists under that title.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const page = readFileSync("docs/seed-acceptance.md", "utf8");
const rows = [...page.matchAll(/^\| (S-\d{3}) \| (\w+) \| (.*) \|$/gm)].map(([, id = "", original = "", shown = ""]) => ({
  id,
  original,
  shown,
}));
/** `path` "title": a title may hold quotation marks, so it ends where the next reference or the cell does. */
const named = rows.flatMap(({ id, shown }) =>
  [...shown.matchAll(/`(test\/[\w./-]+\.test\.ts)` "(.+?)"(?=; `test\/|$)/g)].map(([, file = "", title = ""]) => ({
    id,
    file,
    title: title.replaceAll("\\|", "|"),
  })),
);

/** Titles as mocha itself reads them, loops and tables included; nothing is run. */
function titlesOf(files: readonly string[]): Set<string> {
  const mocha = ["node_modules/mocha/bin/mocha.js", "--dry-run", "--reporter", "json", ...files];
  const { stdout, stderr } = spawnSync(process.execPath, mocha, {
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
  assert.ok(stdout.includes('"tests"'), stderr.slice(-2000));
  const { tests }: { tests: { file: string; title: string }[] } = JSON.parse(stdout.slice(stdout.indexOf("{")));
  // How many inputs a property is tried with is no part of what it says.
  return new Set(tests.map(({ file, title }) => `${file} ${title.replace(/ \(\d+ inputs\)$/, "")}`));
}

describe("the acceptance page", function () {
  this.timeout(60_000);

  it("has the 119 ids in order, in 32 classes", () => {
    assert.deepEqual(
      rows.map(({ id }) => id),
      Array.from({ length: 119 }, (_, index) => `S-${String(index + 1).padStart(3, "0")}`),
    );
    assert.equal([...page.matchAll(/^## \d+\. \w+$/gm)].length, 32);
  });

  /** FIXME: structured output and coordinated vision are being built; this list must end up empty. */
  const beingBuilt = "090 091 094 095 096 097".split(" ").map((id) => `S-${id}`);

  it("names a test or a reason for every id", () => {
    const shown = new Set([...named.map(({ id }) => id), ...beingBuilt]);
    assert.deepEqual(
      rows.filter((row) => !shown.has(row.id) && row.shown.length < 80).map(({ id }) => id),
      [],
    );
  });

  it("names only tests that exist", () => {
    const titles = titlesOf([...new Set(named.map(({ file }) => file))]);
    assert.deepEqual(
      named.filter(({ file, title }) => !titles.has(`${resolve(file)} ${title}`)),
      [],
    );
    assert.ok(named.length >= 119);
  });
});
