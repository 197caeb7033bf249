// Files that survive a crash: whole or untouched, private, and safe when several write.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readText, replaceFile, updateFile } from "../../../server/state/file.ts";
import { stateFolder } from "../../../server/state/folder.ts";
import { withLock } from "../../../server/state/lock.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("the state folder", () => {
  const cases = [
    { name: "LATCHKEY_HOME before all else", platform: "linux", environment: { LATCHKEY_HOME: "/x/y", XDG_DATA_HOME: "/d" }, path: "/x/y" },
    { name: "the XDG data folder on Linux", platform: "linux", environment: { XDG_DATA_HOME: "/d" }, path: "/d/latchkey" },
    {
      name: "not a relative XDG data folder",
      platform: "linux",
      environment: { XDG_DATA_HOME: "d" },
      path: "/home/a/.local/share/latchkey",
    },
    { name: "~/.local/share otherwise", platform: "linux", environment: {}, path: "/home/a/.local/share/latchkey" },
    { name: "Application Support on macOS", platform: "darwin", environment: {}, path: "/home/a/Library/Application Support/Latchkey" },
  ];
  for (const { name, platform, environment, path } of cases) {
    it(`is ${name}`, () => assert.equal(stateFolder({ platform, environment, home: "/home/a" }), path));
  }
});

describe("updateFile", () => {
  const folder = temporaryFolder();

  it("makes the file and its folder for this user alone", async () => {
    await updateFile(folder.file("deep/a.json"), () => "one");
    assert.equal(readFileSync(folder.file("deep/a.json"), "utf8"), "one");
    assert.equal(statSync(folder.file("deep/a.json")).mode & 0o777, 0o600);
    assert.equal(statSync(folder.file("deep")).mode & 0o777, 0o700);
  });

  it("hands the current content to the change and leaves the file when the change says nothing", async () => {
    writeFileSync(folder.file("a"), "before");
    await updateFile(folder.file("a"), (current) => {
      assert.equal(current, "before");
      return undefined;
    });
    assert.equal(await readText(folder.file("a")), "before");
  });

  it("leaves the old file and nothing beside it when the change throws", async () => {
    writeFileSync(folder.file("a"), "before");
    await assert.rejects(updateFile(folder.file("a"), () => Promise.reject(new Error("no"))));
    assert.equal(await readText(folder.file("a")), "before");
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  it("tells trouble from absence", async () => {
    assert.equal(await readText(folder.file("nowhere/a")), null);
    mkdirSync(folder.file("b"));
    await assert.rejects(readText(folder.file("b")), { code: "EISDIR" });
  });

  it("leaves nothing beside what it could not replace", async () => {
    mkdirSync(folder.file("taken"));
    await assert.rejects(replaceFile(folder.file("taken"), "new"));
    assert.deepEqual(readdirSync(folder.path), ["taken"]);
  });

  it("removes what a killed writer left", async () => {
    writeFileSync(folder.file(".a.0000.tmp"), "half");
    await updateFile(folder.file("a"), () => "whole");
    assert.deepEqual(readdirSync(folder.path).sort(), ["a", "a.lock"]);
  });

  it("loses no update when many write at once", async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => updateFile(folder.file("a"), (current) => `${current ?? ""}${index},`)));
    const seen = (await readText(folder.file("a")))
      ?.split(",")
      .filter(Boolean)
      .map(Number)
      .sort((a, b) => a - b);
    assert.deepEqual(
      seen,
      Array.from({ length: 40 }, (_, index) => index),
    );
  });
});

describe("withLock", () => {
  const folder = temporaryFolder();

  it("keeps others waiting, and says so after a while", async () => {
    await withLock(folder.file("a"), () =>
      assert.rejects(
        withLock(folder.file("a"), async () => undefined, 30),
        /locked by another process/,
      ),
    );
  });

  it("is free again at once when its holder is killed", async () => {
    const holder = `import { withLock } from ${JSON.stringify(import.meta.resolve("../../../server/state/lock.ts"))};
      await withLock(${JSON.stringify(folder.file("a"))}, () => { console.log("held"); return new Promise((stay) => setTimeout(stay, 60_000)); });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", holder], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    await assert.rejects(withLock(folder.file("a"), async () => undefined, 30));
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(await withLock(folder.file("a"), async () => "mine", 30), "mine");
  });
});
