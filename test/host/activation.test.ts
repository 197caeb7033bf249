import assert from "node:assert/strict";
import * as vscode from "vscode";

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

  it("starts no sidecar before it is needed", async () => {
    const { execFileSync } = await import("node:child_process");
    const children = execFileSync("ps", ["-o", "args=", "--ppid", String(process.pid)], { encoding: "utf8" });
    assert.ok(!children.includes("latchkey.cjs serve"), children);
  });
});
