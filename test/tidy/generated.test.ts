// What is generated is fresh: nothing is written twice by hand.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

describe("generated files", () => {
  it("are what npm run generate would write", () => {
    const { status, stderr } = spawnSync(process.execPath, ["generate.mjs", "--check"], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  });
});
