// Every command that asks: what reaches the vendor, what comes back, what a failure offers.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { DescribeImageResult } from "../../shared/describe.ts";
import { says, type Vendor } from "../support/vendor.ts";
import { fileUri, forgetVendor, run, select, until, vendorInSettings } from "./support.ts";

const TOTAL = new vscode.Range(1, 0, 7, 1);

describe("asking with no key", () => {
  it("answers, says that no model was called, and costs nothing", async () => {
    const answer = await run("ask", "What is a budget?");
    assert.equal(answer.status, "done");
    assert.equal(answer.stopReason, "end");
    assert.match(answer.model ?? "", /^demo\//);
    assert.equal(answer.cost?.nanoUsd, 0);
    assert.match(answer.text, /no model was called/);
    assert.ok(answer.route?.because);
  });

  it("explains the selection that the editor shows", async () => {
    await select("basket.ts", TOTAL);
    const answer = await run("explainSelection");
    assert.match(answer.text, /`total`/);
    assert.doesNotMatch(answer.text, /`average`/);
  });

  it("explains the range that a code action names", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const answer = await run("explainSelection", fileUri("basket.ts"), new vscode.Range(9, 0, 11, 1));
    assert.match(answer.text, /`average`/);
  });
});

describe("asking a model", () => {
  let vendor: Vendor;
  const sent = () => JSON.stringify(vendor.requests.at(-1)?.body.messages);

  before(async () => {
    vendor = await vendorInSettings();
  });
  after(() => forgetVendor(vendor));

  it("streams its words and prices what it reports", async () => {
    vendor.script = says("One two three.", { input: 1000, output: 100 });
    const answer = await run("ask", "count");
    assert.equal(answer.text, "One two three.");
    assert.equal(answer.model, "acme/m1");
    assert.equal(answer.cost?.nanoUsd, 1_200_000);
  });

  it("describes an image in its own panel, and sends it as it is", async () => {
    const box = { x: 0, y: 0, width: 1000, height: 1000 };
    const seen = { summary: "A red square.", altText: "Red square", texts: [{ text: "red", box }], regions: [], objects: [], elements: [] };
    vendor.script = says(JSON.stringify(seen));
    const described = await vscode.commands.executeCommand<DescribeImageResult>("latchkey.describeImage", fileUri("red.png"));
    assert.equal(described.altText, "Red square");
    assert.equal(described.text, "red");
    assert.match(sent(), /data:image\/png;base64,/);
    assert.ok(vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === "Describe Image")));
  });

  it("sends the selection with its file, lines and what the editor reports", async () => {
    const reported = vscode.languages.createDiagnosticCollection("test");
    reported.set(fileUri("basket.ts"), [new vscode.Diagnostic(new vscode.Range(2, 2, 2, 5), "sum is never reset")]);
    await select("basket.ts", TOTAL);
    await run("fixSelection");
    reported.dispose();
    assert.match(sent(), /File: basket\.ts \(lines 2-8\)/);
    assert.match(sent(), /line 3: sum is never reset/);
  });

  for (const [command, words] of [
    ["writeTests", /Write tests/],
    ["suggestNames", /better names/],
  ] as const) {
    it(`${command} sends the code with its own wish`, async () => {
      await select("basket.ts", TOTAL);
      assert.equal((await run(command)).status, "done");
      assert.match(sent(), words);
      assert.match(sent(), /prices: number/);
    });
  }

  it("begins a new talk with each command, so that old words are not paid for again", async () => {
    await run("ask", "the first question");
    await run("ask", "the second question");
    assert.doesNotMatch(sent(), /the first question/);
  });

  it("keeps what was said when it is stopped, and what it cost", async () => {
    vendor.script = async (answer) => {
      await answer.text("The beginning");
      await new Promise((done) => setTimeout(done, 30_000).unref());
    };
    const asked = run("ask", "a long story");
    await until("the request", () => sent().includes("a long story"));
    await new Promise((done) => setTimeout(done, 300));
    await vscode.commands.executeCommand("latchkey.stop");
    const answer = await asked;
    assert.equal(answer.stopReason, "cancelled");
    assert.equal(answer.text, "The beginning");
    assert.notEqual(answer.cost, undefined);
  });

  it("turns a refused key into a failure whose first repair is to set another", async () => {
    vendor.script = (answer) => answer.fail(401, { message: "Incorrect API key", type: "invalid_request_error", code: "invalid_api_key" });
    const answer = await run("ask", "hello");
    assert.equal(answer.status, "failed");
    assert.ok(
      answer.failure?.repairs.some(({ id }) => id === "setKey"),
      JSON.stringify(answer.failure),
    );
    vendor.script = says("Hello again.");
  });
});

describe("code actions", () => {
  it("offer to explain and test a selection, and to fix what is reported", async () => {
    const uri = fileUri("basket.ts");
    await vscode.window.showTextDocument(uri);
    const reported = vscode.languages.createDiagnosticCollection("test");
    reported.set(uri, [new vscode.Diagnostic(new vscode.Range(2, 2, 2, 5), "wrong")]);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", uri, TOTAL);
    reported.dispose();
    const titles = actions.map(({ title }) => title);
    for (const title of ["Explain with Latchkey", "Write tests with Latchkey", "Fix with Latchkey"])
      assert.ok(titles.includes(title), titles.join());
  });
});
