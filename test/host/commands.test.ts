// Commands inside the real extension host, each run once with what it really does; those that need typing are walked in the browser.
// docs/conventions.md names a test for every command.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as vscode from "vscode";
import type { QuoteView } from "../../shared/panel.ts";
import { says, type Vendor } from "../support/vendor.ts";
import { fileUri, forgetVendor, run, select, setUserSetting, until, vendorInSettings } from "./support.ts";

const TOTAL = new vscode.Range(1, 0, 7, 1);

/** Runs a command and takes what its pickers offer first, or after so many steps down, until it is done. */
async function accepting(command: string, { down = 0, given = [] as unknown[] } = {}): Promise<unknown> {
  let done = false;
  const running = Promise.resolve(vscode.commands.executeCommand(`latchkey.${command}`, ...given)).finally(() => {
    done = true;
  });
  while (!done) {
    await new Promise((next) => setTimeout(next, 700));
    if (done) break;
    for (let step = 0; step < down; step += 1) await vscode.commands.executeCommand("workbench.action.quickOpenSelectNext");
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
  }
  return running;
}

function tabs(): string[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
}

interface Repository {
  readonly inputBox: { value: string };
}

describe("the command", () => {
  let vendor: Vendor;
  const sent = () => JSON.stringify(vendor.requests.at(-1)?.body.messages);

  before(async () => {
    vendor = await vendorInSettings();
  });
  after(() => forgetVendor(vendor));
  afterEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("Ask About File sends the file with the question that is taken", async () => {
    const answer = (await accepting("askAboutFile", { given: [fileUri("notes.txt")] })) as { status: string };
    assert.equal(answer.status, "done");
    assert.match(sent(), /Prices are in cents\.[\s\S]*Explain this file/);
  });

  it("Use Prompt Template sends the workspace's own words", async () => {
    await select("basket.ts", TOTAL);
    await accepting("usePrompt");
    assert.match(sent(), /Review basket\.ts \(typescript\)\./);
  });

  it("Write Commit Message fills the box of Source Control with what the change is about", async () => {
    const folder = fileUri(".").fsPath;
    execFileSync("git", ["init", "-q"], { cwd: folder });
    execFileSync("git", ["add", "basket.ts"], { cwd: folder });
    const git = vscode.extensions.getExtension("vscode.git");
    const api = (await git?.activate())?.getAPI(1);
    const repository: Repository = await api.openRepository(vscode.Uri.file(folder));
    vendor.script = says("```\nAdd a basket that adds up\n```");
    await vscode.commands.executeCommand("latchkey.writeCommitMessage");
    assert.equal(repository.inputBox.value, "Add a basket that adds up");
    assert.match(sent(), /export function total/);
    vendor.script = says("Hello again.");
  });

  it("Estimate Cost of Selection gives a price and asks nobody", async () => {
    await select("basket.ts", TOTAL);
    const asked = vendor.requests.length;
    const quote = await vscode.commands.executeCommand<QuoteView>("latchkey.estimate");
    assert.equal(quote.model, "acme/m1");
    assert.ok((quote.worstNanoUsd ?? 0) > 0);
    assert.equal(vendor.requests.length, asked);
  });

  it("Retry Last Answer asks the same question again", async () => {
    await run("ask", "Once more?");
    const asked = vendor.requests.length;
    await vscode.commands.executeCommand("latchkey.retry");
    assert.equal(vendor.requests.length, asked + 1);
    assert.match(sent(), /Once more\?/);
  });

  it("Retry Last Answer with Another Model asks the model that is chosen", async () => {
    await run("ask", "Somebody else?");
    const asked = vendor.requests.length;
    await until("the second request", async () => {
      // Below "Auto" stands the vendor's one model. Accepted before the list has come, the picker closes with nothing.
      await accepting("retryWithOtherModel", { down: 1 });
      return vendor.requests.length > asked;
    });
    assert.match(sent(), /Somebody else\?/);
  });

  it("Open Chat in Editor and New Chat show the talk they should", async () => {
    await run("ask", "A talk to find again");
    await vscode.commands.executeCommand("latchkey.openChatInEditor");
    await until("its tab", () => tabs().includes("A talk to find again"));
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await vscode.commands.executeCommand("latchkey.openChat");
    await vscode.commands.executeCommand("latchkey.newChat");
    await vscode.commands.executeCommand("latchkey.openChatInEditor");
    await until("an empty chat's tab", () => tabs().includes("Latchkey Chat"));
  });

  it("Choose Model makes the choice hold for the next question", async () => {
    await accepting("chooseModel");
    assert.equal((await run("ask", "Who?")).route?.pinned, undefined);
    await setUserSetting("model", "auto");
    await accepting("chooseModel");
    await setUserSetting("model", "acme/m1");
    assert.equal((await run("ask", "Who now?")).route?.pinned, "acme/m1");
  });

  it("Choose Policy makes the choice hold for the next question", async () => {
    await accepting("choosePolicy");
    assert.equal((await run("ask", "How cheap?")).route?.policy, "cheap");
    await accepting("choosePolicy", { down: 1 });
    assert.equal((await run("ask", "How good?")).route?.policy, "balanced");
  });

  it("Open Dashboard opens one tab, however often it is asked", async () => {
    await vscode.commands.executeCommand("latchkey.openDashboard");
    await vscode.commands.executeCommand("latchkey.openDashboard");
    await until("its tab", () => tabs().includes("Latchkey Dashboard"));
    assert.deepEqual(
      tabs().filter((label) => label === "Latchkey Dashboard"),
      ["Latchkey Dashboard"],
    );
  });

  it("Run Doctor opens what it found as a document, a line a provider", async () => {
    await vscode.commands.executeCommand("latchkey.runDoctor");
    const text = vscode.window.activeTextEditor?.document.getText() ?? "";
    assert.match(text, /# Latchkey doctor/);
    assert.match(text, /\| acme \| http:\/\/127\.0\.0\.1:\d+\/v1 \| needs none \|/);
  });

  it("Refresh Models and Prices says what came of it, for each source", async () => {
    const refreshed = await vscode.commands.executeCommand<{ sources: unknown[] }>("latchkey.refreshModels");
    assert.ok(refreshed.sources.length > 0);
  });

  it("Import Settings from Other Tools adds the providers that are chosen, and no key", async () => {
    const file = fileUri(".aider.conf.yml");
    const words = "model: openai/gpt-mine\nopenai-api-base: http://127.0.0.1:9/v1\nopenai-api-key: sk-never-read\n";
    await vscode.workspace.fs.writeFile(file, Buffer.from(words));
    void accepting("importSettings");
    const custom = () => vscode.workspace.getConfiguration("latchkey").get<{ custom?: { baseUrl: string }[] }>("providers")?.custom ?? [];
    await until("the provider", () => custom().some(({ baseUrl }) => baseUrl === "http://127.0.0.1:9/v1"));
    assert.doesNotMatch(JSON.stringify(vscode.workspace.getConfiguration("latchkey").get("providers")), /sk-never-read/);
    await vscode.workspace.fs.delete(file);
  });

  it("Show Log shows the log", async () => {
    await vscode.commands.executeCommand("latchkey.showLog");
    await until("the log", () => vscode.workspace.textDocuments.some(({ uri }) => uri.scheme === "output" && /latchkey/i.test(uri.path)));
  });
});
