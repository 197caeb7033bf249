// What the extension keeps lies with the sidecar: another client lists it and goes on with it, and files of earlier versions come over once.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as vscode from "vscode";
import { KeptConversations } from "../../extension/kept-conversations.ts";
import type { Log } from "../../extension/log.ts";
import type { Client, Connect } from "../../server/client/contract.ts";
import { asProvider, says, type Vendor } from "../support/vendor.ts";
import { forgetVendor, run, until, vendorInSettings } from "./support.ts";

const said = (role: "user" | "assistant", text: string) => ({ role, parts: [{ type: "text" as const, text }] });

/** The published client with a sidecar of its own, over the same state folder. */
async function connectShell(vendor: Vendor): Promise<Client> {
  const extension = vscode.extensions.all.find(({ packageJSON }) => packageJSON.name === "latchkey");
  const built = pathToFileURL(join(extension?.extensionPath ?? "", "dist", "client.mjs")).href;
  const { connect } = (await import(built)) as { connect: Connect };
  return connect({
    environment: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    settings: { "local.discover": false, providers: { custom: [asProvider(vendor, { needsKey: false })] } },
  });
}

describe("conversations", () => {
  let vendor: Vendor;
  let shell: Client;
  before(async () => {
    vendor = await vendorInSettings();
    shell = await connectShell(vendor);
  });
  after(async () => {
    await shell.close();
    await forgetVendor(vendor);
  });

  it("are opened again by Open Earlier Chat, the latest first", async () => {
    await run("ask", "Name a tree.");
    await until("the conversation is kept", async () => (await shell.call("conversation/list", { text: "tree" })).conversations.length > 0);
    await run("ask", "Name a stone.");
    await until("the earlier chat goes on", async () => {
      // Before the list has come there is nothing to accept, and asking again takes the focus from the picker, which closes it.
      void vscode.commands.executeCommand("latchkey.openHistory");
      await new Promise((done) => setTimeout(done, 700));
      await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
      await new Promise((done) => setTimeout(done, 300));
      await vscode.commands.executeCommand("latchkey.retry");
      return JSON.stringify(vendor.requests.at(-1)?.body.messages).includes("Name a tree.");
    });
    assert.doesNotMatch(JSON.stringify(vendor.requests.at(-1)?.body.messages), /stone/);
  });

  it("are kept with what was shown, and go on in a shell", async () => {
    vendor.script = says("Noted.");
    await run("ask", "Remember the heron.");
    const kept = async () => (await shell.call("conversation/list", { text: "heron" })).conversations[0];
    await until("the conversation is kept", async () => (await kept()) !== undefined);
    const head = await kept();
    assert.ok(head);
    assert.deepEqual([head.title, head.entries, head.model], ["Remember the heron.", 2, "acme/m1"]);
    const { entries } = await shell.call("conversation/get", { id: head.id });
    assert.deepEqual(
      entries.map(({ message, view }) => [message?.role, (view as { text: string }).text]),
      [
        ["user", "Remember the heron."],
        ["assistant", "Noted."],
      ],
    );
    vendor.script = says("The heron.");
    const more = { messages: [said("user", "Which bird?")], conversationId: head.id, conversation: { resume: true } };
    await shell.chat({ ...more, model: "acme/m1" }).result;
    const sent = vendor.requests.at(-1)?.body.messages.map(({ content }: { content: string }) => content);
    assert.deepEqual(sent, ["Remember the heron.", "Noted.", "Which bird?"]);
  });

  it("of earlier versions are moved once, whole, and one that cannot be read stays", async () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-earlier-"));
    const earlier = join(folder, "conversations");
    mkdirSync(earlier);
    const at = "2026-01-01T00:00:00.000Z";
    const turn = { role: "user" as const, id: "q", text: "An old question", attachments: [] };
    const answer = { role: "assistant" as const, id: "a", text: "An old answer", reasoning: "", status: "done" as const, notes: [] };
    const old = {
      ...{ id: "0ld0000-talk", title: "An old question", createdAt: at, updatedAt: at },
      entries: [
        { turn, message: said("user", "An old question") },
        { turn: answer, message: said("assistant", "An old answer") },
      ],
    };
    writeFileSync(join(earlier, `${old.id}.json`), JSON.stringify(old));
    writeFileSync(join(earlier, "broken.json"), "{");
    const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;
    const open = () =>
      new KeptConversations({ sidecar: { call: (method, params) => shell.call(method, params) }, earlier: vscode.Uri.file(earlier), log });
    const window = open();
    assert.ok((await window.list()).some(({ id, updatedAt }) => id === old.id && updatedAt === at));
    assert.deepEqual(readdirSync(earlier), ["broken.json"]);
    assert.deepEqual(await window.read(old.id), old);
    writeFileSync(join(earlier, `${old.id}.json`), JSON.stringify(old));
    assert.equal((await open().list()).filter(({ title }) => title === old.title).length, 1);
    assert.ok(!existsSync(join(earlier, `${old.id}.json`)));
  });

  it("that went on in two places become two", async () => {
    const log: Log = { warn: () => undefined } as unknown as Log;
    const window = new KeptConversations({
      sidecar: { call: (method, params) => shell.call(method, params) },
      earlier: vscode.Uri.file("/nowhere"),
      log,
    });
    const mine = await window.read("0ld0000-talk");
    const other = { messages: [said("user", "Elsewhere")], conversationId: mine.id, conversation: { resume: true }, model: "acme/m1" };
    await shell.chat(other).result;
    mine.entries.push({ turn: { role: "user", id: "q2", text: "Here", attachments: [] }, message: said("user", "Here") });
    await window.save(mine);
    assert.notEqual(mine.id, "0ld0000-talk");
    const both = await Promise.all(["0ld0000-talk", mine.id].map((id) => shell.call("conversation/get", { id })));
    assert.deepEqual(
      both.map(({ entries }) => entries.length),
      [4, 3],
    );
    const shown = await window.read("0ld0000-talk");
    assert.deepEqual(
      shown.entries.map(({ turn }) => turn?.text),
      ["An old question", "An old answer", "Elsewhere", "The heron."],
    );
  });
});
