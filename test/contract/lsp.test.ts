// The sidecar as a plain language server, spoken to with the official protocol library: actions, pages, edits, progress, hover.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { CodeAction, Command, Hover, Range } from "vscode-languageserver-protocol";
import { ApplyWorkspaceEditRequest, ShowDocumentRequest } from "vscode-languageserver-protocol/node";
import { newHome } from "../support/http-door.ts";
import { EVERYTHING, type LanguageClient, startLanguageClient } from "../support/language-client.ts";
import { SidecarProcess } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const URI = "file:///work/demo/sum.py";
const CODE = "def add(a, b):\n    return a - b\n\nprint(add(1, 2))\n";
const FUNCTION: Range = { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } };
/** A client that knows both: LSP's features, and what executeCommand answers. */
const GLUE = { protocolVersion: 1, client: { name: "glue", version: "1" }, languageServer: true };
const FIXED = "Here:\n```python\ndef add(a, b):\n    return a + b\n```\n";

describe("the sidecar as a language server", () => {
  let vendor: Vendor;
  let home: string;
  let client: LanguageClient;

  before(async () => {
    vendor = await startVendor();
    home = newHome({ providers: { custom: [asProvider(vendor, { needsKey: false })] } });
  });

  beforeEach(async () => {
    vendor.requests.length = 0;
    vendor.script = says("It subtracts, although it is called add.", { input: 1000, output: 500 });
    client = await startLanguageClient(home, { rootUri: "file:///work/demo", initializationOptions: GLUE });
    await client.open(URI, "python", CODE);
  });

  afterEach(async () => {
    assert.equal(await client.stop(), 0);
  });

  after(async () => {
    await vendor.close();
    rmSync(home, { recursive: true, force: true });
  });

  function run(command: string, more: Record<string, unknown> = {}, from: LanguageClient = client) {
    return from.connection.sendRequest("workspace/executeCommand", {
      command,
      arguments: [{ uri: URI, range: FUNCTION }],
      ...more,
    }) as Promise<{
      stopReason: string;
      costNanoUsd: number;
      uri: string | null;
    }>;
  }

  it("answers all the same when the client cannot do what it announced", async () => {
    client.connection.onRequest(ShowDocumentRequest.type, () => Promise.reject(new Error("no window")));
    client.connection.onRequest(ApplyWorkspaceEditRequest.type, () => Promise.reject(new Error("no buffer")));
    assert.equal((await run("latchkey.explain")).stopReason, "end");
    vendor.script = says(FIXED);
    assert.equal((await run("latchkey.fix")).stopReason, "end");
    assert.deepEqual([client.pages, client.edits], [[], []]);
  });

  it("says what it can do", () => {
    const { capabilities } = client.answer;
    assert.deepEqual(capabilities.executeCommandProvider?.commands, [
      "latchkey.explain",
      "latchkey.fix",
      "latchkey.document",
      "latchkey.writeTests",
      "latchkey.stop",
    ]);
    assert.equal(capabilities.hoverProvider, true);
  });

  it("offers its actions for a selection, by kind, and none for a mere position", async () => {
    const ask = (range: Range, only?: string[]) =>
      client.connection.sendRequest("textDocument/codeAction", {
        textDocument: { uri: URI },
        range,
        context: { diagnostics: [], ...(only ? { only } : {}) },
      }) as Promise<CodeAction[]>;
    const titles = (await ask(FUNCTION)).map((action) => action.title);
    assert.deepEqual(titles, ["Latchkey: Explain", "Latchkey: Fix", "Latchkey: Document", "Latchkey: Write tests"]);
    assert.deepEqual(
      (await ask(FUNCTION, ["quickfix"])).map((action) => action.command?.command),
      ["latchkey.fix"],
    );
    assert.deepEqual(await ask({ start: FUNCTION.start, end: FUNCTION.start }), []);
  });

  it("explains a selection: on a page with its cost, with progress, and again when hovered", async () => {
    const result = await run("latchkey.explain");
    assert.equal(result.stopReason, "end");
    assert.equal(result.costNanoUsd, 2_000_000);
    assert.equal(client.pages.length, 1);
    assert.match(client.pages[0] ?? "", /^It subtracts.*\n\n---\nacme\/m1, \$0\.0020\n$/s);
    const kinds = client.told.filter((one) => one.method === "$/progress").map((one) => one.params.value.kind);
    assert.deepEqual([kinds[0], kinds.at(-1)], ["begin", "end"]);
    assert.match(vendor.requests[0]?.body.messages[0].content, /File: \/work\/demo\/sum\.py \(lines 1-2\)\n```python\ndef add/);
    const hover = (line: number) =>
      client.connection.sendRequest("textDocument/hover", {
        textDocument: { uri: URI },
        position: { line, character: 2 },
      }) as Promise<Hover | null>;
    const shown = await hover(1);
    assert.match(JSON.stringify(shown?.contents), /It subtracts/);
    assert.equal(await hover(3), null);
  });

  it("finds an explanation again where its code moved to, and drops it when the code changed", async () => {
    await run("latchkey.explain");
    const change = (version: number, range: Range, text: string) =>
      client.connection.sendNotification("textDocument/didChange", {
        textDocument: { uri: URI, version },
        contentChanges: [{ range, text }],
      });
    const hover = (line: number) =>
      client.connection.sendRequest("textDocument/hover", {
        textDocument: { uri: URI },
        position: { line, character: 2 },
      }) as Promise<Hover | null>;
    const top = { line: 0, character: 0 };
    await change(2, { start: top, end: top }, "# one\r\n# two\r\n");
    assert.ok(await hover(3));
    await change(3, { start: { line: 3, character: 13 }, end: { line: 3, character: 14 } }, "+");
    assert.equal(await hover(3), null);
  });

  it("fixes a selection by an edit of that very version", async () => {
    vendor.script = says(FIXED);
    await run("latchkey.fix");
    const [change] = client.edits[0]?.edit.documentChanges ?? [];
    assert.deepEqual(change, {
      textDocument: { uri: URI, version: 1 },
      edits: [{ range: FUNCTION, newText: "def add(a, b):\n    return a + b\n" }],
    });
    assert.equal(client.pages.length, 0);
  });

  it("shows an answer without code instead of putting words into the file", async () => {
    vendor.script = says("Nothing is wrong here.");
    await run("latchkey.fix");
    assert.equal(client.edits.length, 0);
    assert.match(client.pages[0] ?? "", /Nothing is wrong/);
  });

  it("hands the editor's problems to the model", async () => {
    const [action] = (await client.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri: URI },
      range: FUNCTION,
      context: { diagnostics: [{ range: FUNCTION, message: "subtraction in add\nmore" }], only: ["quickfix"] },
    })) as CodeAction[];
    const { command, arguments: given } = action?.command ?? {};
    await client.connection.sendRequest("workspace/executeCommand", { command, arguments: given });
    assert.match(vendor.requests[0]?.body.messages[0].content, /The editor reports:\n- line 1: subtraction in add\n/);
  });

  it("stops when the progress is cancelled, and closes the vendor's socket", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
    };
    const running = run("latchkey.explain");
    const begun = await client.waitFor((one) => one.method === "$/progress" && one.params.value.kind === "report");
    await client.connection.sendNotification("window/workDoneProgress/cancel", { token: begun.params.token });
    assert.equal((await running).stopReason, "cancelled");
    await vendor.requests[0]?.hungUp;
    assert.equal(client.pages.length, 0);
  });

  it("uses the client's own progress token", async () => {
    await run("latchkey.explain", { workDoneToken: "mine" });
    assert.ok(client.told.some((one) => one.method === "$/progress" && one.params.token === "mine" && one.params.value.kind === "end"));
    assert.ok(!client.told.some((one) => one.method === "window/workDoneProgress/create"));
  });

  it("says a failure as a message and as the command's error", async () => {
    vendor.script = (answer) => answer.fail(401, { message: "no" });
    await assert.rejects(run("latchkey.explain"));
    assert.equal(client.told.find((one) => one.method === "window/showMessage")?.params.type, 1);
  });

  it("refuses a command it does not know and a document that is not open", async () => {
    await assert.rejects(run("latchkey.dance"), /latchkey\.dance/);
    const closed = client.connection.sendRequest("workspace/executeCommand", {
      command: "latchkey.explain",
      arguments: [{ uri: "file:///nowhere", range: FUNCTION }],
    });
    await assert.rejects(closed, /open document/);
  });

  it("completes inline only under a limit of its own", async () => {
    const ask = (from: LanguageClient) =>
      from.connection.sendRequest("textDocument/inlineCompletion", {
        textDocument: { uri: URI },
        position: { line: 1, character: 11 },
        context: { triggerKind: 2 },
      }) as Promise<{ items: { insertText: string }[] }>;
    vendor.script = says("```python\na + b\n```");
    assert.deepEqual(await ask(client), { items: [] });
    assert.equal(vendor.requests.length, 0);
    const settings = {
      "local.discover": false,
      providers: { custom: [asProvider(vendor, { needsKey: false })] },
      budgets: [{ scope: "conversation", id: "inline-completion", period: "day", limitUsd: 0.002, kind: "hard" }],
    };
    const other = await startLanguageClient(newHome(), { initializationOptions: { ...GLUE, settings } });
    await other.open(URI, "python", CODE);
    assert.deepEqual(await ask(other), { items: [{ insertText: "a + b" }] });
    let asked = 0;
    while ((await ask(other)).items.length > 0) {
      asked += 1;
      assert.ok(asked < 500, "the limit holds");
    }
    assert.equal(await other.stop(), 0);
  });
});

describe("a language client that can little", () => {
  it("gets commands instead of actions, and the answer in a buffer by an edit", async () => {
    const vendor = await startVendor(says("A sum."));
    const home = newHome({ providers: { custom: [asProvider(vendor, { needsKey: false })] } });
    const client = await startLanguageClient(home, { capabilities: { workspace: { applyEdit: true } } });
    await client.open(URI, "python", CODE);
    const actions = (await client.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri: URI },
      range: FUNCTION,
      context: { diagnostics: [] },
    })) as Command[];
    assert.equal(actions[0]?.command, "latchkey.explain");
    const { command, arguments: given } = actions[0] ?? {};
    assert.equal(await client.connection.sendRequest("workspace/executeCommand", { command, arguments: given }), null);
    await client.waitFor((one) => one.method === "window/showMessage");
    const [uri] = Object.keys(client.edits[0]?.edit.changes ?? {});
    assert.match(uri ?? "", /explain-sum-py-1\.md$/);
    assert.match(client.edits[0]?.edit.changes?.[uri ?? ""]?.[0]?.newText ?? "", /^A sum\./);
    assert.equal(await client.stop(), 0);
    await vendor.close();
    rmSync(home, { recursive: true, force: true });
  });

  it("is answered at once, is offered to stop what runs, and is told when that fails", async () => {
    const vendor = await startVendor(async (answer) => {
      await answer.text("and so ");
    });
    const home = newHome({ providers: { custom: [asProvider(vendor, { needsKey: false })] } });
    const client = await startLanguageClient(home, { capabilities: { workspace: { applyEdit: true } } });
    await client.open(URI, "python", CODE);
    const execute = (command: string) =>
      client.connection.sendRequest("workspace/executeCommand", { command, arguments: [{ uri: URI, range: FUNCTION }] });
    assert.equal(await execute("latchkey.explain"), null);
    const here = { start: FUNCTION.start, end: FUNCTION.start };
    const offered = (await client.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri: URI },
      range: here,
      context: { diagnostics: [] },
    })) as Command[];
    assert.deepEqual(
      offered.map((one) => one.title),
      ["Latchkey: Stop"],
    );
    while (vendor.requests.length === 0) await new Promise((done) => setTimeout(done, 10));
    await execute("latchkey.stop");
    await vendor.requests[0]?.hungUp;
    const stopped = await client.waitFor((one) => one.method === "window/showMessage");
    assert.match(stopped.params.message, /Explain: stopped \(acme\/m1/);
    vendor.script = (answer) => answer.fail(401, { message: "no" });
    await execute("latchkey.explain");
    await client.waitFor((one) => one.method === "window/showMessage" && one.params.type === 1);
    await client.stop();
    await vendor.close();
    rmSync(home, { recursive: true, force: true });
  });

  it("is sent nothing that LSP does not know", async () => {
    const client = await startLanguageClient(newHome(), { capabilities: EVERYTHING });
    await client.connection.sendNotification("workspace/didChangeConfiguration", { settings: {} });
    await client.open(URI, "python", CODE);
    await client.connection.sendRequest("workspace/executeCommand", {
      command: "latchkey.explain",
      arguments: [{ uri: URI, range: FUNCTION }],
    });
    await client.waitFor((one) => one.method === "window/showMessage");
    await client.waitFor((one) => one.method === "window/showMessage");
    const methods = new Set(client.told.map((one) => one.method));
    assert.deepEqual([...methods].sort(), ["$/progress", "window/showMessage", "window/workDoneProgress/create"]);
    await client.stop();
  });
});

describe("a client of our own wire", () => {
  it("is offered none of it, unless it asks", async () => {
    const plain = new SidecarProcess();
    const { capabilities } = (await plain.initialize()) as { capabilities: Record<string, unknown> };
    assert.deepEqual(Object.keys(capabilities), ["experimental"]);
    await assert.rejects(plain.raw("textDocument/hover", {}), { code: -32601 });
    await plain.stop();
    const glue = await startLanguageClient(newHome(), { initializationOptions: GLUE });
    assert.equal(glue.answer.capabilities.hoverProvider, true);
    assert.equal(await glue.stop(), 0);
  });
});
