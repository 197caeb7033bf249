// A conversation that is longer than every window, with the built sidecar: shortened by the setting, with a mark, or refused with figures.
import assert from "node:assert/strict";
import type { Message } from "../../shared/chat.ts";
import { RpcError, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, startVendor, type Vendor } from "../support/vendor.ts";

const said = (role: Message["role"], text: string, more: Partial<Message> = {}): Message => ({
  role,
  parts: [{ type: "text", text }],
  ...more,
});

/** About two thousand tokens a turn. */
const LONG = "All work and no play makes a dull sentence. ".repeat(200);
const CONVERSATION = [
  said("system", "Be brief."),
  ...[1, 2, 3, 4].flatMap((turn) => [said("user", `Question ${turn}. ${LONG}`), said("assistant", `Answer ${turn}.`)]),
  said("user", "And now?"),
];

describe("a conversation that is longer than the window", () => {
  let vendor: Vendor;
  let sidecar: SidecarProcess;

  beforeEach(async () => {
    vendor = await startVendor();
    sidecar = new SidecarProcess();
  });

  afterEach(async () => {
    await sidecar.stop();
    await vendor.close();
  });

  async function start(fit?: string) {
    const custom = [asProvider(vendor, {}, { contextWindowTokens: 6000, maxOutputTokens: 500 })];
    await sidecar.initialize({ providers: { custom }, ...(fit ? { context: { fit } } : {}) });
  }

  const send = (messages: Message[], model?: string) =>
    sidecar.request("chat/send", { chatId: "c", messages, ...(model ? { model } : {}) });

  async function kindOf(promise: Promise<unknown>): Promise<RpcError> {
    const error = await promise.then(
      () => assert.fail("it was accepted"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof RpcError, String(error));
    return error;
  }

  for (const model of [undefined, "acme/m1"]) {
    it(`loses its oldest turns, with a mark and a notice, ${model ? "on a model that was chosen" : "when it is routed"}`, async () => {
      await start();
      const result = await send(CONVERSATION, model);
      assert.match(result.notice ?? "", /4 earlier messages were left out/);
      const sent = JSON.stringify(vendor.requests[0]?.body.messages);
      assert.match(sent, /Be brief.*4 earlier messages were left out.*Question 3.*Question 4.*And now/);
      assert.doesNotMatch(sent, /Question [12]/);
    });
  }

  it("loses the middle of a single text where the setting says so", async () => {
    await start("middle-out");
    const result = await send([said("user", `Begin. ${LONG.repeat(5)} The end.`)], "acme/m1");
    assert.match(result.notice ?? "", /middle of long texts/);
    assert.match(JSON.stringify(vendor.requests[0]?.body.messages), /Begin\..*truncated: +\d+ characters were left out.*The end\./);
  });

  it("leaves the more room for the answer, the longer it may be, and a text that fits untouched", async () => {
    await start("middle-out");
    const lengths: number[] = [];
    for (const maxOutputTokens of [50, 200, 500]) {
      const messages = [said("user", `Begin. ${LONG.repeat(5)} The end.`)];
      await sidecar.request("chat/send", { chatId: `r${maxOutputTokens}`, messages, model: "acme/m1", maxOutputTokens });
      const sent: string = vendor.requests.at(-1)?.body.messages[0].content;
      assert.match(sent, /^Begin\..*truncated: +\d+ characters were left out.*The end\.$/s);
      lengths.push(sent.length);
    }
    assert.ok((lengths[0] ?? 0) > (lengths[1] ?? 0) && (lengths[1] ?? 0) > (lengths[2] ?? 0), String(lengths));
    const whole = `Begin. ${LONG} The end.`;
    const { notice } = await send([said("user", whole)], "acme/m1");
    assert.equal(notice, undefined);
    assert.equal(vendor.requests.at(-1)?.body.messages[0].content, whole);
  });

  it("is refused where the setting says so, before anything is sent", async () => {
    await start("refuse");
    assert.equal((await kindOf(send(CONVERSATION))).kind, "noCandidate");
    assert.equal(vendor.requests.length, 0);
  });

  it("is refused with its figures when what is pinned does not fit", async () => {
    await start();
    const pinned = CONVERSATION.map((message, at) => (at < 7 ? { ...message, pinned: true } : message));
    const error = await kindOf(send(pinned));
    assert.equal(error.kind, "contextOverflow");
    assert.ok(Number(error.data?.tokens) > Number(error.data?.limit));
    assert.equal(vendor.requests.length, 0);
  });
});
