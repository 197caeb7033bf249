// SECURITY.md promises nothing without a test: every test that its tables name is there, and every defence names one.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";

const text = readFileSync("SECURITY.md", "utf8");
/** `file › words of a title`, as the tables name tests. */
const named = [...text.matchAll(/`(test\/[\w./-]+\.ts) › ([^`]+)`/g)].map(([, file = "", title = ""]) => ({ file, title }));

describe("SECURITY.md", () => {
  it("names tests", () => assert.ok(named.length > 30));

  for (const { file, title } of named) {
    it(`names a test that is there: ${title}`, () => {
      assert.ok(existsSync(file), file);
      const source = readFileSync(file, "utf8");
      assert.ok(source.includes(title), `${file} has no test with these words`);
    });
  }

  it("gives every threat in its tables a defence and a test", () => {
    const rows = text.split("\n").filter((line) => /^\| (?!---|threat|what)/i.test(line));
    assert.ok(rows.length > 15);
    assert.deepEqual(
      rows.filter((row) => !/`test\//.test(row)),
      [],
    );
  });
});
