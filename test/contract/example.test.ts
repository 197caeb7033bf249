// The Python example is run as a reader would run it: a streamed chat and a cancel with nothing but the standard library.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILT, cleanEnvironment } from "../support/sidecar.ts";

describe("docs/examples/chat.py", () => {
  it("has at most 40 lines and imports only the standard library", () => {
    const text = readFileSync("docs/examples/chat.py", "utf8");
    assert.ok(text.trimEnd().split("\n").length <= 40);
    assert.deepEqual(text.match(/^(import|from) .*/gm), ["import json, subprocess, sys, threading"]);
  });

  it("streams a chat, cancels one and ends with code 0", () => {
    const home = mkdtempSync(join(tmpdir(), "latchkey-python-"));
    const options = { encoding: "utf8", env: cleanEnvironment(home), timeout: 15_000 } as const;
    const { status, stdout, stderr } = spawnSync(
      "python3",
      ["docs/examples/chat.py", process.execPath, BUILT, "serve", "--stdio"],
      options,
    );
    rmSync(home, { recursive: true, force: true });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /speaks version 1/);
    assert.match(stdout, /demo\/echo, end\] 0 nano-dollars/);
    assert.match(stdout, /\[cancelled\]/);
  });
});

describe("docs/examples/chat.sh", () => {
  it("asks by the command line, as JSON and over stdio", () => {
    const home = mkdtempSync(join(tmpdir(), "latchkey-shell-"));
    const env = cleanEnvironment(home, { LATCHKEY: `${process.execPath} ${BUILT}` });
    const { status, stdout, stderr } = spawnSync("sh", ["docs/examples/chat.sh", 'say "hi"'], { encoding: "utf8", env, timeout: 20_000 });
    rmSync(home, { recursive: true, force: true });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /\*\*Your prompt\*\* \(2 words\): say "hi"/);
    assert.match(stdout, /^model: demo\/echo$/m);
    assert.match(stdout, /^text-delta events: [1-9]\d*$/m);
  });
});

describe("docs/embedding.md", () => {
  it("shows a first message whose length is right", () => {
    const text = readFileSync("docs/embedding.md", "utf8");
    const [, length, first = "", rest = ""] = /Content-Length: (\d+)\n\n {2}(\{.*)\n {3}(.*)\n/.exec(text) ?? [];
    assert.equal(JSON.parse(first + rest).method, "initialize");
    assert.equal(Buffer.byteLength(first + rest), Number(length));
  });
});
