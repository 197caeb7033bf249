// Hostile answers on a terminal: the built command line prints their words and none of their control characters.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { plain } from "../../server/doors/cli/plain.ts";
import { latchkey } from "../support/cli.ts";
import { hostileAnswers } from "../support/hostile.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, says, startVendor } from "../support/vendor.ts";

// Everything but tab and line feed that a terminal obeys, and the marks that reorder what is read.
const OBEYED = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe("hostile answers on a terminal", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  for (const { name, text } of hostileAnswers()) {
    it(`lose their power: ${name}`, () => {
      const shown = plain(text);
      assert.doesNotMatch(shown, OBEYED);
      assert.equal(
        shown.replace(/\s/g, ""),
        [...text]
          .filter((character) => !OBEYED.test(character))
          .join("")
          .replace(/\s/g, ""),
      );
    });
  }

  it("as a whole, streamed by a vendor through the built sidecar, also in its errors", async () => {
    const text = hostileAnswers()
      .filter((answer) => answer.text.length < 10_000)
      .map((answer) => Buffer.from(answer.text).toString())
      .join("\n");
    const vendor = await startVendor(says(text));
    try {
      writeFileSync(
        folder.file("settings.json"),
        JSON.stringify({ providers: { custom: [asProvider(vendor, {}, { contextWindowTokens: 200_000, maxOutputTokens: 50_000 })] } }),
      );
      const { stdout, stderr, code } = await latchkey(["ask", "hello", "--model", "acme/m1"], { home: folder.path });
      assert.equal(code, 0, stderr);
      assert.ok(stdout.length > text.length / 2);
      assert.doesNotMatch(stdout + stderr, OBEYED);
      vendor.script = (answer) => answer.fail(400, { message: `no \u001b]0;owned\u0007 \u001b[2J \u202e way` });
      const refused = await latchkey(["ask", "hello", "--model", "acme/m1"], { home: folder.path });
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /no .*way/);
      assert.doesNotMatch(refused.stdout + refused.stderr, OBEYED);
    } finally {
      await vendor.close();
    }
  });
});
