// What is built and shipped: no secret in it, nothing of the machine that built it.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { scanText } from "../../server/keys/scan.ts";
import { createScrubber } from "../../server/keys/scrub.ts";

const files = globSync(["dist/*.{cjs,mjs}", "dist/lazy/**", "dist/webview/**"]).filter((file) =>
  /\.(cjs|mjs|js|css|html|json)$/.test(file),
);

describe("what ships", () => {
  it("was built", () => assert.ok(files.length > 3));

  for (const file of files) {
    it(`holds no secret: ${file}`, () => {
      const text = readFileSync(file, "utf8");
      // The words of PEM headers stand in libraries that read them; a key would follow.
      const found = scanText(text, createScrubber()).filter(({ what }) => what !== "private key");
      assert.deepEqual(found, []);
      assert.doesNotMatch(text, /-----BEGIN [A-Z ]*PRIVATE KEY-----\\n[A-Za-z0-9+/=]{40}/);
    });

    it(`names no folder of the machine that built it: ${file}`, () => {
      const text = readFileSync(file, "utf8");
      for (const place of [process.cwd(), homedir()]) if (place.length > 5) assert.ok(!text.includes(place), place);
    });
  }
});
