import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { basename } from "node:path";
import * as vscode from "vscode";
import { run } from "./support.ts";

const children = () => execFileSync("ps", ["-o", "args=", "--ppid", String(process.pid)], { encoding: "utf8" });

/** Files of the extension that are in memory. */
const loaded = () =>
  Object.keys(createRequire(__filename).cache)
    .filter((path) => /[\\/]dist[\\/]\w+\.cjs$/.test(path))
    .map((path) => basename(path));

const ID = "latchkey.latchkey";

describe("activation", () => {
  it("registers every command that package.json promises, and only those", async () => {
    const extension = vscode.extensions.getExtension(ID);
    assert.ok(extension);
    await extension.activate();
    const promised = extension.packageJSON.contributes.commands.map(({ command }: { command: string }) => command);
    const registered = (await vscode.commands.getCommands(true)).filter((id) => /^latchkey\.[a-z]\w+$/i.test(id));
    const own = registered.filter(
      (id) => !/\.(focus|open|removeView|resetViewLocation|toggleVisibility)$/.test(id) && promised.includes(id),
    );
    assert.deepEqual(own.sort(), [...promised].sort());
  });

  it("waits until VS Code has started", () => {
    assert.deepEqual(vscode.extensions.getExtension(ID)?.packageJSON.activationEvents, ["onStartupFinished"]);
  });

  it("starts no sidecar before it is needed", () => assert.doesNotMatch(children(), /latchkey\.cjs serve/));

  it("lists its models silently without starting a sidecar", async () => {
    const models = await vscode.lm.selectChatModels({ vendor: "latchkey" });
    assert.ok(models.some(({ id }) => id === "auto"));
    assert.doesNotMatch(children(), /latchkey\.cjs serve/);
  });

  it("makes no schema of the wire and loads nothing but what it registers, not even for the list of models", () => {
    assert.deepEqual(loaded(), ["extension.cjs"]);
  });

  it("takes a command as the very first thing, several at once", async () => {
    const [answer, other] = await Promise.all([run("ask", "Who is first?"), vscode.commands.executeCommand("latchkey.focusPrompt")]);
    assert.match(JSON.stringify(answer), /Who is first\?/);
    assert.equal(other, undefined);
    assert.ok(loaded().includes("compose.cjs"), loaded().join());
  });

  it("is heard once for each: the parts were built once", () => {
    assert.equal(children().match(/latchkey\.cjs serve/g)?.length, 1);
  });
});
