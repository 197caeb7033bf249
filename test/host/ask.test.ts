import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { AnswerTurn } from "../../shared/panel.ts";

async function run(command: string, ...given: unknown[]): Promise<AnswerTurn> {
  const answer = await vscode.commands.executeCommand<AnswerTurn | undefined>(`latchkey.${command}`, ...given);
  assert.ok(answer, `${command} gave no answer`);
  return answer;
}

function fileUri(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return vscode.Uri.joinPath(folder.uri, name);
}

async function select(name: string, range: vscode.Range): Promise<void> {
  const editor = await vscode.window.showTextDocument(fileUri(name));
  editor.selection = new vscode.Selection(range.start, range.end);
}

describe("asking", () => {
  it("answers with no key at all, says that no model was called, and costs nothing", async () => {
    const answer = await run("ask", "What is a budget?");
    assert.equal(answer.status, "done");
    assert.equal(answer.stopReason, "end");
    assert.match(answer.model ?? "", /^demo\//);
    assert.equal(answer.cost?.nanoUsd, 0);
    assert.match(JSON.stringify(answer), /no model was called/);
    assert.ok(answer.route?.because);
  });

  it("explains the selection that the editor shows", async () => {
    await select("basket.ts", new vscode.Range(1, 0, 7, 1));
    const answer = await run("explainSelection");
    assert.match(answer.text, /total/);
    assert.match(answer.text, /typescript/i);
  });

  it("explains the range that a code action names", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const answer = await run("explainSelection", fileUri("basket.ts"), new vscode.Range(9, 0, 11, 1));
    assert.match(answer.text, /average/);
  });

  it("sends an image with a wish to have it described", async () => {
    const answer = await run("describeImage", fileUri("red.png"));
    assert.equal(answer.status, "done");
    assert.match(answer.text, /image/i);
  });
});

describe("code actions", () => {
  it("offer to explain a selection", async () => {
    const uri = fileUri("basket.ts");
    await vscode.window.showTextDocument(uri);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      new vscode.Range(1, 0, 7, 1),
    );
    const titles = actions.map(({ title }) => title);
    assert.ok(titles.includes("Explain with Latchkey"), titles.join(", "));
  });
});
