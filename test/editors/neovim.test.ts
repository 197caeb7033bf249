// Real headless Neovim: its own LSP client with no plugin code, then with the sixty lines of docs/editors/latchkey.lua.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BROKEN, type Editor, HELPFUL, runEditor } from "../support/editor.ts";
import { ensure, NEEDED } from "../support/machine.ts";
import { BUILT, cleanEnvironment } from "../support/sidecar.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";

const nvim = (script: string): [string, ...string[]] => [
  "nvim",
  "--headless",
  "-u",
  "NONE",
  "-i",
  "NONE",
  "-n",
  "-S",
  resolve("test/editors", script),
];

describe("Neovim", function () {
  this.timeout(120_000);
  let vendor: Vendor;

  before(async function () {
    this.timeout(600_000);
    ensure(NEEDED.neovim);
    vendor = await startVendor(HELPFUL);
  });

  beforeEach(() => {
    vendor.requests.length = 0;
  });

  after(async () => {
    await vendor.close();
  });

  describe("with its own LSP client alone", () => {
    let editor: Editor;

    before(async () => {
      editor = await runEditor(vendor, nvim("plain.lua"));
      assert.equal(editor.code, 0, `${editor.seen.trouble}\n${editor.output}`);
    });

    it("offers the actions on a selection", () => {
      assert.deepEqual(editor.seen.offered, ["Latchkey: Explain", "Latchkey: Fix", "Latchkey: Document", "Latchkey: Write tests"]);
    });

    it("shows the answer in a buffer, with its cost", () => {
      assert.match(editor.seen.explanation, /^It subtracts.*\n---\nacme\/m1, \$0\.0020/s);
      assert.match(editor.seen.messages[0], /Explain.*acme\/m1, \$0\.0020/);
    });

    it("shows the explanation again when hovering", () => {
      assert.match(editor.seen.hover, /It subtracts/);
    });

    it("fixes the selection in place", () => {
      assert.deepEqual(editor.seen.fixed, BROKEN.replace("a - b", "a + b").trimEnd().split("\n"));
    });

    it("cancels a slow one from its progress", () => {
      assert.equal(editor.seen.tests, "none");
      assert.equal(editor.seen.progress.at(-1), "end");
    });
  });

  describe("with docs/editors/latchkey.lua", () => {
    let editor: Editor;

    before(async () => {
      editor = await runEditor(vendor, nvim("glue.lua"), "docs/editors/latchkey.lua");
      assert.equal(editor.code, 0, `${editor.seen.trouble}\n${editor.output}`);
    });

    it("has at most 60 lines", () => {
      assert.ok(readFileSync("docs/editors/latchkey.lua", "utf8").trimEnd().split("\n").length <= 60);
    });

    it("streams the answer into a buffer", () => {
      assert.ok(editor.seen.growth.length > 2, JSON.stringify(editor.seen.growth));
      assert.match(editor.seen.answer, /^It subtracts.*\n\n-- acme\/m1, \$0\.0020, end$/s);
    });

    it("stops a slow one and keeps what came", () => {
      assert.match(editor.seen.stopped, /^and so on \n\n-- acme\/m1, .*, cancelled$/s);
    });

    it("shows the day's cost in the status line", () => {
      assert.match(editor.seen.status, /^Latchkey \$0\.0020/);
    });
  });

  it("runs docs/examples/chat.lua: frames, a streamed chat, a cancelled one", () => {
    const home = mkdtempSync(join(tmpdir(), "latchkey-lua-"));
    const env = cleanEnvironment(home, { LATCHKEY: `${process.execPath} ${BUILT} serve --stdio` });
    const words = ["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile docs/examples/chat.lua"];
    const { status, stdout, stderr } = spawnSync("nvim", words, { encoding: "utf8", env, timeout: 30_000 });
    rmSync(home, { recursive: true, force: true });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /speaks version 1\n[\s\S]*What is in this window\?[\s\S]*\n\[demo\/echo, end\] 0 nano-dollars\n\[cancelled\]\n$/);
  });
});
