import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as vscode from "vscode";
import type { AnswerTurn } from "../../shared/panel.ts";
import { until } from "./support.ts";

function sidecars(): number[] {
  const lines = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes("latchkey.cjs serve")).map((line) => Number.parseInt(line.trim(), 10));
}

async function ask(): Promise<AnswerTurn | undefined> {
  return vscode.commands.executeCommand<AnswerTurn | undefined>("latchkey.ask", "Still there?");
}

describe("the sidecar", () => {
  it("runs once for the whole window", async () => {
    await ask();
    assert.equal(sidecars().length, 1);
  });

  it("has the environment that the editor has, where keys may be", () => {
    const [pid] = sidecars();
    const environment = execFileSync("ps", ["eww", "-o", "args=", "-p", String(pid)], { encoding: "utf8" });
    assert.ok(environment.includes(`LATCHKEY_HOME=${process.env.LATCHKEY_HOME}`));
  });

  it("comes back by itself when it is killed, and answers again", async () => {
    const [before] = sidecars();
    assert.ok(before);
    process.kill(before, "SIGKILL");
    await until("a new sidecar", () => sidecars().some((pid) => pid !== before));
    assert.equal((await ask())?.failure?.message, undefined);
  });

  it("is another process after Restart Sidecar", async () => {
    const [before] = sidecars();
    await vscode.commands.executeCommand("latchkey.restartSidecar");
    const [after] = sidecars();
    assert.ok(after);
    assert.notEqual(after, before);
    assert.equal((await ask())?.failure?.message, undefined);
  });
});
