import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import * as vscode from "vscode";

const children = () => execFileSync("ps", ["-o", "args=", "--ppid", String(process.pid)], { encoding: "utf8" });

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

  it("makes no schema of the wire before something is said on it", () => {
    const loaded = Object.keys(createRequire(__filename).cache).filter((path) => /[\\/]dist[\\/]\w+\.cjs$/.test(path));
    assert.ok(
      loaded.some((path) => path.endsWith("extension.cjs")),
      loaded.join(),
    );
    assert.ok(!loaded.some((path) => path.endsWith("schemas.cjs") || path.endsWith("client.cjs")), loaded.join());
  });

  it("lists its models silently without starting a sidecar", async () => {
    const models = await vscode.lm.selectChatModels({ vendor: "latchkey" });
    assert.ok(models.some(({ id }) => id === "auto"));
    assert.doesNotMatch(children(), /latchkey\.cjs serve/);
  });
});
