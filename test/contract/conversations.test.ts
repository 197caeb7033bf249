// Kept conversations of the built sidecar: resumed with what is new alone, compared, cut, forked, exported, shared by the wire, a shell and ACP.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConversationUse } from "../../shared/conversation.ts";
import type { Message } from "../../shared/chat.ts";
import { latchkey } from "../support/cli.ts";
import { ask, type RpcError, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const said = (role: Message["role"], text: string): Message => ({ role, parts: [{ type: "text", text }] });

describe("kept conversations", function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  let vendor: Vendor;
  const running: SidecarProcess[] = [];
  let home: string;
  let homes = 0;
  beforeEach(async () => {
    vendor = await startVendor();
    home = folder.file(`home-${homes++}`);
  });
  afterEach(async () => {
    for (const sidecar of running.splice(0)) await sidecar.stop();
    await vendor.close();
  });

  async function open(settings: Record<string, unknown> = {}, client = "test") {
    const sidecar = new SidecarProcess({ home });
    running.push(sidecar);
    await sidecar.initialize({ providers: { custom: [asProvider(vendor, { needsKey: false })] }, ...settings }, client);
    return sidecar;
  }

  const talk = (chatId: string, text: string, conversation?: ConversationUse) =>
    ask(chatId, text, { model: "acme/m1", conversationId: "talk", ...(conversation ? { conversation } : {}) });
  const sentTexts = (at: number) => vendor.requests[at]?.body.messages.map((message: { content: string }) => message.content);

  it("are resumed by another process with what is new alone", async () => {
    const first = await open();
    const { conversation } = await first.request("chat/send", { ...talk("1", "Remember seven."), workspace: "/w" });
    assert.deepEqual(conversation, { id: "talk", entries: 2, revision: 1 });
    const other = await open({}, "another");
    await other.request("chat/send", talk("2", "Which number?", { resume: true }));
    assert.deepEqual(sentTexts(1), ["Remember seven.", "Hello from the vendor.", "Which number?"]);
    const { conversations } = await first.request("conversation/list", {});
    const [{ createdAt, updatedAt, ...head } = assert.fail()] = conversations;
    assert.ok(createdAt <= updatedAt);
    assert.deepEqual(head, {
      ...{ id: "talk", title: "Remember seven.", workspace: "/w", client: "another", model: "acme/m1" },
      ...{ entries: 4, costNanoUsd: 40_000, revision: 2 },
    });
  });

  it("need not be sent as such: whole talks are recognised, continued, and cut where they were changed", async () => {
    const sidecar = await open();
    const send = (chatId: string, ...texts: string[]) =>
      sidecar.request("chat/send", {
        ...talk(chatId, ""),
        messages: texts.map((text, at) => said(at % 2 === 0 ? "user" : "assistant", text)),
      });
    const answer = "Hello from the vendor.";
    await send("1", "One");
    assert.equal((await send("2", "One", answer, "Two")).conversation?.entries, 4);
    assert.equal((await send("3", "One", answer, "Two, but otherwise")).conversation?.entries, 4);
    const { entries, conversation } = await sidecar.request("conversation/get", { id: "talk" });
    const texts = entries.map(({ message }) => message?.parts.map((part) => part.type === "text" && part.text).join());
    assert.deepEqual(texts, ["One", answer, "Two, but otherwise", answer]);
    assert.equal(conversation.costNanoUsd, 60_000, "what was cut away was paid too");
    const [name = ""] = readdirSync(join(home, "conversations"));
    assert.doesNotMatch(readFileSync(join(home, "conversations", name), "utf8"), /"Two"/);
  });

  it("are resumed up to an entry, which takes the place of what came after", async () => {
    const sidecar = await open();
    await sidecar.request("chat/send", talk("1", "One"));
    await sidecar.request("chat/send", talk("2", "Two", { resume: true }));
    await sidecar.request("chat/send", talk("3", "Three", { resume: true, from: 2 }));
    assert.deepEqual(sentTexts(2), ["One", "Hello from the vendor.", "Three"]);
    assert.equal((await sidecar.request("conversation/get", { id: "talk" })).entries.length, 4);
  });

  it("keep the parts that a vendor wants back, and give them to that vendor alone", async () => {
    vendor.script = async (answer) => {
      await answer.delta({ reasoning_content: "Think: signed" });
      await answer.delta({ tool_calls: [{ index: 0, id: "call/odd", function: { name: "look", arguments: '{"at":1}' } }] });
      await answer.finish(undefined, "tool_calls");
    };
    const sidecar = await open();
    const tools = [{ name: "look", parameters: { type: "object" } }];
    const { parts } = await sidecar.request("chat/send", { ...talk("1", "Look."), tools });
    vendor.script = says("Seen.");
    await sidecar.request("chat/send", {
      ...talk("2", "", { resume: true }),
      tools,
      messages: [{ role: "tool", parts: [{ type: "toolResult", id: "call/odd", parts: [{ type: "text", text: "a cat" }] }] }],
    });
    const sent = vendor.requests[1]?.body.messages;
    assert.deepEqual(
      sent.map(({ role }: { role: string }) => role),
      ["user", "assistant", "tool"],
    );
    assert.equal(sent[1].tool_calls[0].function.name, "look");
    const { entries } = await sidecar.request("conversation/get", { id: "talk" });
    assert.deepEqual(entries[1]?.message?.parts, JSON.parse(JSON.stringify(parts)));
    assert.ok(parts.some((part) => part.type === "reasoning" && part.text === "Think: signed"));
  });

  it("are not kept where the settings, the request, or a failure say so", async () => {
    const quiet = await open({ conversations: { keep: false } });
    assert.equal((await quiet.request("chat/send", talk("1", "One"))).conversation, undefined);
    const sidecar = await open();
    await sidecar.request("chat/send", talk("2", "One", { keep: false }));
    vendor.script = (answer) => answer.fail(400, { message: "no" });
    await assert.rejects(sidecar.request("chat/send", talk("3", "One")));
    assert.deepEqual((await sidecar.request("conversation/list", {})).conversations, []);
    const resumeNothing = sidecar.request("chat/send", talk("4", "One", { resume: true }));
    await assert.rejects(resumeNothing, (error: RpcError) => error.kind === "invalidParams" && /no kept conversation/.test(error.message));
  });

  it("count in the quote, whole", async () => {
    const sidecar = await open();
    await sidecar.request("chat/send", talk("1", "All work and no play. ".repeat(200)));
    const draft = { ...talk("2", "Short?"), chatId: undefined };
    const alone = await sidecar.request("chat/estimate", draft);
    const whole = await sidecar.request("chat/estimate", { ...draft, conversation: { resume: true } });
    assert.ok(whole.inputTokens > alone.inputTokens + 500, `${whole.inputTokens} and ${alone.inputTokens}`);
  });

  it("are forked, exported and deleted", async () => {
    const sidecar = await open();
    await sidecar.request("chat/send", talk("1", "One ```code``` here"));
    vendor.script = says("Again.", { input: 100, output: 5, cached: 80 });
    await sidecar.request("chat/send", talk("2", "Two", { resume: true }));
    const { conversation } = await sidecar.request("conversation/fork", { id: "talk", entries: 2, title: "Another way" });
    assert.deepEqual(
      [conversation.entries, conversation.title, conversation.forkedFrom, conversation.costNanoUsd],
      [2, "Another way", "talk", 0],
    );
    const markdown = await sidecar.request("conversation/export", { id: "talk", format: "markdown" });
    assert.match(
      markdown.content,
      /^# One .*\n[\s\S]*## You\n\nOne ```code``` here\n\n## acme\/m1\n\nHello from the vendor\.[\s\S]*## You\n\nTwo/,
    );
    assert.match(markdown.content, /\n\nAgain\.\n\n\*\$0\.0000\d+ · 100 in \(80 % from the cache\), 5 out\*\n/);
    const json = JSON.parse((await sidecar.request("conversation/export", { id: "talk", format: "json" })).content);
    assert.equal(
      (await sidecar.request("conversation/save", { ...json.conversation, revision: 0, id: "copy", entries: json.entries })).conversation
        ?.entries,
      4,
    );
    const both = await Promise.all(["talk", "copy"].map((id) => sidecar.request("conversation/get", { id })));
    assert.deepEqual(both[0]?.entries, both[1]?.entries);
    assert.deepEqual(await sidecar.request("conversation/delete", { id: "talk" }), { deleted: true });
    assert.deepEqual(await sidecar.request("conversation/delete", { id: "talk" }), { deleted: false });
    await assert.rejects(sidecar.request("conversation/get", { id: "talk" }));
  });

  it("become two when two clients went on with one, and nothing of either is lost", async () => {
    const sidecar = await open();
    const entry = (text: string) => ({ at: "2026-01-01T00:00:00Z", message: said("user", text), view: { own: text } });
    const { conversation } = await sidecar.request("conversation/save", { id: "talk", revision: 0, entries: [entry("One")], title: "T" });
    assert.equal(conversation?.revision, 1);
    await sidecar.request("chat/send", talk("1", "From elsewhere", { resume: true }));
    const mine = await sidecar.request("conversation/save", { id: "talk", from: 1, revision: 1, entries: [entry("Two")], title: "T" });
    assert.notEqual(mine.conversation?.id, "talk");
    const saved = await sidecar.request("conversation/get", { id: mine.conversation?.id ?? "" });
    assert.deepEqual(
      saved.entries.map(({ view }) => view),
      [{ own: "One" }, { own: "Two" }],
    );
    assert.equal((await sidecar.request("conversation/get", { id: "talk" })).entries.length, 3);
  });

  it("lose only what a killed writer had not finished, and only the line that is damaged", async () => {
    const sidecar = await open();
    await sidecar.request("chat/send", talk("1", "One"));
    const path = join(home, "conversations", "talk.jsonl");
    appendFileSync(path, `{"entries":[${"x".repeat(100_000)}`);
    assert.equal((await sidecar.request("conversation/get", { id: "talk" })).entries.length, 2);
    await sidecar.request("chat/send", talk("2", "Two", { resume: true }));
    assert.doesNotMatch(readFileSync(path, "utf8"), /xxx/);
    writeFileSync(path, readFileSync(path, "utf8").replace('"One"', '"One'));
    assert.equal((await sidecar.request("conversation/get", { id: "talk" })).entries.length, 2);
    await sidecar.stop();
    assert.match(sidecar.stderr, /makes no sense/);
  });

  it("grow by what is new, whatever they hold already", async () => {
    const sidecar = await open();
    const path = join(home, "conversations", "talk.jsonl");
    await sidecar.request("chat/send", talk("1", "long ".repeat(5000)));
    const before = statSync(path);
    await sidecar.request("chat/send", talk("2", "Two", { resume: true }));
    const after = statSync(path);
    assert.ok(after.size - before.size < 2000, `${after.size - before.size} bytes for a short turn`);
    assert.equal(after.ino, before.ino);
    assert.equal(after.mode & 0o077, 0);
    assert.equal(statSync(join(home, "conversations")).mode & 0o077, 0);
  });

  it("take turns over all processes: of many at once none is lost", async () => {
    const sidecars = await Promise.all([open(), open(), open()]);
    await sidecars[0]?.request("chat/send", talk("0", "begin"));
    const all = sidecars.flatMap((sidecar, who) =>
      [1, 2, 3, 4].map((turn) => sidecar.request("chat/send", talk(`${who}-${turn}`, `${who}-${turn}`, { resume: true }))),
    );
    await Promise.all(all);
    const { entries } = (await sidecars[1]?.request("conversation/get", { id: "talk" })) ?? { entries: [] };
    assert.equal(entries.length, 26);
    const asked = entries.map(({ message }) => message?.parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
    for (const who of [0, 1, 2]) for (const turn of [1, 2, 3, 4]) assert.ok(asked.includes(`${who}-${turn}`));
  });

  it("take over what ACP clients had kept before, once", async () => {
    const id = "0c0ffee0-0000-4000-8000-000000000000";
    mkdirSync(join(home, "acp-sessions"), { recursive: true });
    const earlier = {
      ...{
        version: 1,
        id,
        cwd: "/work",
        title: "Before",
        updatedAt: "2026-01-01T00:00:00.000Z",
        model: "auto",
        policy: "cheap",
        costNanoUsd: 7,
      },
      messages: [said("user", "Old question"), said("assistant", "Old answer")],
    };
    writeFileSync(join(home, "acp-sessions", `${id}.json`), JSON.stringify(earlier));
    writeFileSync(join(home, "acp-sessions", "broken.json"), "{");
    const sidecar = await open();
    const { conversation, entries } = await sidecar.request("conversation/get", { id });
    assert.deepEqual(
      [conversation.title, conversation.costNanoUsd, conversation.choice],
      ["Before", 7, { model: "auto", policy: "cheap" }],
    );
    assert.equal(conversation.updatedAt, earlier.updatedAt);
    assert.deepEqual(
      entries.map(({ message }) => message),
      earlier.messages,
    );
    assert.deepEqual(readdirSync(join(home, "acp-sessions")), ["broken.json"]);
  });
});

describe("latchkey conversations", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it("lists, continues, shows, forks, exports and deletes what ask has kept", async () => {
    const home = folder.file("home");
    const run = async (...words: string[]) => {
      const ran = await latchkey(words, { home, folder: folder.path });
      assert.equal(ran.code, 0, ran.stderr);
      return ran.stdout.trimEnd();
    };
    await run("ask", "What is a latch?", "--model", "demo/echo");
    await run("ask", "And a key?", "--model", "demo/echo", "--continue");
    await run("ask", "A secret", "--model", "demo/echo", "--no-keep");
    await run("ask", "Notes", "--model", "demo/echo", "--conversation", "notes");
    const { conversations } = JSON.parse(await run("conversations", "list", "--json"));
    assert.deepEqual(
      conversations.map(({ title, entries }: { title: string; entries: number }) => [title, entries]),
      [
        ["Notes", 2],
        ["What is a latch?", 4],
      ],
    );
    const id: string = conversations[1].id;
    assert.match(await run("conversations"), /notes .*\n.*What is a latch\?/);
    assert.match(await run("conversations", "show", id.slice(0, 8)), /# What is a latch\?[\s\S]*## You\n\nAnd a key\?/);
    const copy = await run("conversations", "fork", id, "--at", "2");
    assert.equal(JSON.parse(await run("conversations", "export", copy, "--format", "json")).entries.length, 2);
    await run("conversations", "export", id, "--out", "talk.md");
    assert.match(readFileSync(join(folder.path, "talk.md"), "utf8"), /^# What is a latch/);
    await run("conversations", "delete", id, copy);
    assert.doesNotMatch(await run("conversations", "list"), /latch\?/);
    assert.equal((await latchkey(["conversations", "show", "nothing"], { home })).code, 2);
  });

  it("knows those of this folder, gives copies a title, deletes several, and says when there are none", async () => {
    const home = folder.file("own");
    const run = async (...words: string[]) => {
      const ran = await latchkey(words, { home, folder: folder.path });
      assert.equal(ran.code, 0, ran.stderr);
      return ran.stdout.trimEnd();
    };
    assert.equal(await run("conversations"), "No conversation is kept. latchkey ask begins one.");
    await run("ask", "Here", "--model", "demo/echo", "--conversation", "here");
    await latchkey(["ask", "There", "--model", "demo/echo", "--conversation", "there"], { home, folder: tmpdir() });
    assert.match(await run("conversations", "list"), /Here[\s\S]*There|There[\s\S]*Here/);
    assert.doesNotMatch(await run("conversations", "list", "--here"), /There/);
    assert.doesNotMatch(await run("conversations", "list", "ther"), /Here/);
    const copy = JSON.parse(await run("conversations", "fork", "here", "--title", "A copy", "--json"));
    assert.deepEqual([copy.title, copy.entries], ["A copy", 2]);
    assert.equal(JSON.parse(await run("conversations", "show", copy.id, "--json")).conversation.title, "A copy");
    assert.match(await run("conversations", "delete", copy.id, "there"), /^Deleted .* \(A copy\)\.\nDeleted there \(There\)\.$/);
  });

  const mistakes: readonly (readonly [name: string, words: readonly string[], says: RegExp])[] = [
    ["to do what it cannot", ["burn"], /there is no "conversations burn"/],
    ["to delete nothing", ["delete"], /which\? latchkey conversations list/],
    ["to show none, or two", ["show"], /which one\?/],
    ["to export into a form that there is not", ["export", "kept", "--format", "pdf"], /--format must be markdown or json/],
    ["to fork at what is no number", ["fork", "kept", "--at", "end"], /--at must be a number of entries/],
    ["to delete what is not there", ["delete", "nothing"], /no conversation is called nothing/],
  ];
  for (const [name, words, says] of mistakes) {
    it(`refuses ${name}, in words`, async () => {
      const home = folder.file("home");
      await latchkey(["ask", "Keep this", "--model", "demo/echo", "--conversation", "kept"], { home, folder: folder.path });
      const { code, stderr } = await latchkey(["conversations", ...words], { home, folder: folder.path });
      assert.equal(code, 2);
      assert.match(stderr, says);
    });
  }
});
