// Real headless Emacs: eglot with no plugin code, then the sixty lines of docs/editors/latchkey.el on jsonrpc.el.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { BROKEN, type Editor, HELPFUL, runEditor } from "../support/editor.ts";
import { ensure, NEEDED } from "../support/machine.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";

const emacs = (script: string): [string, ...string[]] => ["emacs", "--batch", "-q", "-l", resolve("test/editors", script)];

describe("Emacs", function () {
  this.timeout(120_000);
  let vendor: Vendor;

  before(async function () {
    this.timeout(600_000);
    ensure(NEEDED.emacs);
    vendor = await startVendor(HELPFUL);
  });

  beforeEach(() => {
    vendor.requests.length = 0;
  });

  after(async () => {
    await vendor.close();
  });

  describe("with eglot alone", () => {
    let editor: Editor;

    before(async () => {
      editor = await runEditor(vendor, emacs("plain.el"));
      assert.equal(editor.code, 0, `${editor.seen.trouble}\n${editor.output}`);
    });

    it("offers the actions on a selection, and to stop what runs", () => {
      assert.deepEqual(editor.seen.offered, [
        "Latchkey: Explain",
        "Latchkey: Fix",
        "Latchkey: Document",
        "Latchkey: Write tests",
        "Latchkey: Stop",
      ]);
    });

    it("shows the answer in a buffer, with its cost", () => {
      assert.match(editor.seen.explanation, /^It subtracts.*\n---\nacme\/m1, \$0\.0020/s);
      assert.match(editor.seen.message, /Explain.*acme\/m1, \$0\.0020/);
    });

    it("shows the explanation again when hovering", () => {
      assert.match(editor.seen.hover, /It subtracts/);
    });

    it("fixes the selection in place", () => {
      assert.equal(editor.seen.fixed, BROKEN.replace("a - b", "a + b"));
    });

    it("stops a slow one", () => {
      assert.equal(editor.seen.tests, "none");
    });
  });

  describe("with docs/editors/latchkey.el", () => {
    let editor: Editor;

    before(async () => {
      editor = await runEditor(vendor, emacs("glue.el"), "docs/editors/latchkey.el");
      assert.equal(editor.code, 0, `${editor.seen.trouble}\n${editor.output}`);
    });

    it("has at most 60 lines", () => {
      assert.ok(readFileSync("docs/editors/latchkey.el", "utf8").trimEnd().split("\n").length <= 60);
    });

    it("streams the answer into a buffer", () => {
      assert.ok(editor.seen.growth > 2);
      assert.match(editor.seen.answer, /^It subtracts.*\n\n-- acme\/m1, \$0\.0020, end\n$/s);
    });

    it("stops a slow one and keeps what came", () => {
      assert.match(editor.seen.stopped, /^and so on \n\n-- acme\/m1, .*, cancelled\n$/s);
    });

    it("shows the day's cost in the mode line", () => {
      assert.match(editor.seen.modeline, /^ Latchkey \$0\.0020/);
    });
  });
});
