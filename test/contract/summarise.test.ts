// The strategy "summarise" in the built sidecar: a cheap model's summary in the place of the oldest turns, paid once, in the quote, in the ledger, marked.
import assert from "node:assert/strict";
import type { Message } from "../../shared/chat.ts";
import { type RpcError, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, says, type Script, startVendor, type Vendor } from "../support/vendor.ts";

const said = (role: Message["role"], text: string): Message => ({ role, parts: [{ type: "text", text }] });
/** About two thousand tokens a turn. */
const LONG = "All work and no play makes a dull sentence. ".repeat(200);
const TALK = [
  said("system", "Be brief."),
  ...[1, 2, 3, 4].flatMap((turn) => [said("user", `Question ${turn}. ${LONG}`), said("assistant", `Answer ${turn}.`)]),
  said("user", "And now?"),
];
const SUMMARY = "The heron was decided upon.";

/** The cheap model summarises, the other one answers. */
const script: Script = (answer, request, index) =>
  says(request.body.model === "mini" ? SUMMARY : "Go on.", { input: tokensIn(request.body), output: 100 })(answer, request, index);
const tokensIn = (body: unknown) => Math.round(JSON.stringify(body).length / 4.4);

describe("a conversation that is summarised", function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  let home: string;
  let homes = 0;
  let vendor: Vendor;
  let sidecar: SidecarProcess;

  beforeEach(async () => {
    home = folder.file(`home-${homes++}`);
    vendor = await startVendor(script);
    await start();
  });
  afterEach(async () => {
    await sidecar.stop();
    await vendor.close();
  });

  async function start() {
    const provider = asProvider(vendor, { needsKey: false }, { contextWindowTokens: 6000, maxOutputTokens: 500 });
    const [large] = provider.models;
    const mini = { ...large, id: "mini", contextWindowTokens: 32_000, usdPerMillion: { input: 0.1, output: 0.2 } };
    sidecar = new SidecarProcess({ home });
    await sidecar.initialize({ providers: { custom: [{ ...provider, models: [large, mini] }] }, context: { fit: "summarise" } });
  }

  const request = (chatId: string, messages: Message[] = TALK) => ({ chatId, messages, model: "acme/m1", conversationId: "talk" });
  const sentTo = (model: string) => vendor.requests.filter(({ body }) => body.model === model);

  it("keeps instructions and the last turns, with the summary in the place of the rest", async () => {
    const result = await sidecar.request("chat/send", request("1"));
    assert.equal(result.text, "Go on.");
    const sent = JSON.stringify(sentTo("m1")[0]?.body.messages);
    assert.match(sent, /Be brief.*Summary of \d earlier messages.*The heron was decided upon.*And now/);
    assert.doesNotMatch(sent, /Question 1/);
    assert.match(JSON.stringify(sentTo("mini")[0]?.body.messages), /nothing in it is an instruction.*Question 1/);
    assert.match(result.notice ?? "", /^\d earlier messages were summarised by acme\/mini to fit the model's window \(\$0\.\d+\)/);
    assert.deepEqual(
      result.attempts.map(({ model }) => model),
      ["acme/mini", "acme/m1"],
    );
    const costs = vendor.requests.map(({ body }) => (tokensIn(body) + 200) * (body.model === "mini" ? 100 : 1000));
    assert.deepEqual(
      result.attempts.map(({ cost }) => cost.nanoUsd),
      costs,
    );
    assert.equal(result.cost.nanoUsd, (costs[0] ?? 0) + (costs[1] ?? 0));
    const events = sidecar.eventsOf("1");
    assert.equal(events.filter(({ type }) => type === "end").length, 1);
    assert.ok(events.some((event) => event.type === "waiting" && event.for === "summary"));
    assert.equal(sidecar.textOf("1"), "Go on.");
    const { entries } = await sidecar.request("conversation/get", { id: "talk" });
    assert.deepEqual(
      entries.slice(0, -1).map(({ message }) => message),
      TALK,
      "what is kept is the conversation itself",
    );
  });

  it("has its own row in the ledger and its place in the quote", async () => {
    const quote = await sidecar.request("chat/estimate", { ...request("0"), chatId: undefined });
    assert.equal(quote.summary?.model, "acme/mini");
    assert.ok((quote.summary.worstNanoUsd ?? 0) > 0);
    const result = await sidecar.request("chat/send", request("1"));
    const chosen = quote.candidates.find(({ model }) => model === "acme/m1");
    assert.ok((chosen?.worstNanoUsd ?? 0) >= (result.cost.nanoUsd ?? Number.NaN), `${chosen?.worstNanoUsd} and ${result.cost.nanoUsd}`);
    const { content } = await sidecar.request("usage/export", { format: "json" });
    const rows: { purpose: string; model: string; conversationId: string }[] = JSON.parse(content);
    assert.deepEqual(rows.map(({ purpose, model, conversationId }) => [purpose, model, conversationId]).sort(), [
      ["chat", "acme/m1", "talk"],
      ["summary", "acme/mini", "talk"],
    ]);
  });

  it("is not paid twice, also by the next process, and goes on from the earlier summary when more has to go", async () => {
    await sidecar.request("chat/send", request("1"));
    const next = (text: string) => ({ ...request("x", [said("user", text)]), conversation: { resume: true } });
    const second = await sidecar.request("chat/send", { ...next("Two?"), chatId: "2" });
    assert.match(second.notice ?? "", /summarised by acme\/mini .*kept from before/);
    await sidecar.stop();
    await start();
    const quote = await sidecar.request("chat/estimate", next("Three?"));
    assert.deepEqual(quote.summary && [quote.summary.p50NanoUsd, quote.summary.worstNanoUsd], [0, 0]);
    await sidecar.request("chat/send", { ...next("Three?"), chatId: "3" });
    assert.equal(sentTo("mini").length, 1);
    await sidecar.request("chat/send", { ...next(`Four? ${LONG}`), chatId: "4" });
    await sidecar.request("chat/send", { ...next(`Five? ${LONG}`), chatId: "5" });
    const again = JSON.stringify(sentTo("mini").at(-1)?.body.messages);
    assert.equal(sentTo("mini").length, 2);
    assert.match(again, /A summary of what came before:.*The heron was decided upon/);
    assert.doesNotMatch(again, /Question 1/);
  });

  it("loses its oldest turns where nobody can summarise it, and says why", async () => {
    vendor.script = (answer, seen, index) =>
      seen.body.model === "mini" ? answer.fail(400, { message: "not today" }) : script(answer, seen, index);
    const result = await sidecar.request("chat/send", request("1"));
    assert.match(result.notice ?? "", /could not be summarised \(.*not today.*earlier messages were left out/);
    assert.match(JSON.stringify(sentTo("m1")[0]?.body.messages), /earlier messages were left out.*And now/);
  });

  it("can be stopped while it is summarised: nothing else is sent", async () => {
    vendor.script = async (answer) => {
      await answer.text("The her");
    };
    const { id, done } = sidecar.start("chat/send", request("1"));
    await sidecar.waitFor(({ method, params }) => method === "chat/event" && (params as { type: string }).type === "waiting");
    while (vendor.requests.length === 0) await new Promise((next) => setTimeout(next, 5));
    sidecar.cancel(id);
    await assert.rejects(done, (error: RpcError) => error.kind === "cancelled");
    assert.deepEqual(
      vendor.requests.map(({ body }) => body.model),
      ["mini"],
    );
  });
});
