// What code may do with processes and with text as code: no shell, no eval, no loading of a path that somebody else chose.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";

const files = globSync(["server/**/*.ts", "shared/**/*.ts", "extension/**/*.{ts,tsx}"]).filter((file) => !/\/(train|source)\//.test(file));
const codeOf = (file: string) => readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
/** Files that may start another program, each by a list of words: a user's key command, and the sidecar by its own client. */
const STARTERS: readonly string[] = ["server/keys/sources/command.ts", "server/client/connect.ts"];

function naming(pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(codeOf(file)));
}

describe("the code", () => {
  it("starts programs only where that is its purpose", () =>
    assert.deepEqual(
      naming(/["'](node:)?child_process["']/).filter((file) => !STARTERS.includes(file)),
      [],
    ));
  it("never asks a shell", () => assert.deepEqual(naming(/shell:\s*(true|["'])|\bexecSync\(|(?<![.\w])exec\(/), []));
  it("never runs text", () => assert.deepEqual(naming(/\beval\(|new Function\(|\brunInThisContext\(|\bvm\.|from "node:vm"/), []));
  it("loads only modules that it names", () => assert.deepEqual(naming(/\bimport\(\s*[^"'\s)]|\brequire\(\s*[^"'\s)]/), []));
  it("turns certificate checks off only where the user's setting says so", () => {
    assert.deepEqual(naming(/NODE_TLS_REJECT_UNAUTHORIZED|rejectUnauthorized:\s*false/), []);
  });
});
