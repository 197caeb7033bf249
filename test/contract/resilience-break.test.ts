// An answer that breaks off: kept, offered, or continued by the next model, with a visible seam and two ledger rows.
import assert from "node:assert/strict";
import type { ChatResult } from "../../shared/chat.ts";
import type { ParamsOf } from "../../shared/protocol.ts";
import { type Fault, HEALTHY } from "../chaos/faults.ts";
import { closedPort, Lane } from "../chaos/lane.ts";
import { type ChaosProvider, type Plan, startProvider } from "../chaos/provider.ts";
import type { RoundProvider } from "../chaos/round.ts";
import { ask } from "../support/sidecar.ts";

const TEXT = "First the foundations are laid, then the walls rise slowly, and at last the roof is set upon them.";
const CUT = TEXT.indexOf("slowly") + 3;

function breaksAt(length: number): Fault {
  return {
    ...HEALTHY,
    name: `breaks after ${length}`,
    async act(stage) {
      stage.head();
      await stage.playTo(0);
      await stage.sendText(TEXT.slice(0, length));
      stage.end();
    },
  };
}

/** Begins a call and breaks off inside its arguments. */
const breaksInCall: Fault = {
  ...HEALTHY,
  name: "breaks inside a call",
  async act(stage) {
    stage.head();
    await stage.playTo(1);
    const frames = stage.score.call ? stage.writing.call(stage.score.call, 4) : [];
    for (const frame of frames.slice(0, -2)) await stage.send(frame);
    stage.end();
  },
};

const PROVIDERS: readonly RoundProvider[] = [
  { id: "one", dialect: "openai-chat", reach: "answers" },
  { id: "two", dialect: "openai-chat", reach: "answers" },
];

describe("an answer that breaks off", () => {
  let provider: ChaosProvider;
  let lane: Lane;

  beforeEach(async () => {
    provider = await startProvider();
    lane = new Lane(provider, await closedPort());
    await lane.configure(PROVIDERS);
  });

  afterEach(async () => {
    await lane.close();
    await provider.close();
  });

  const plan = (name: string, faults: readonly Fault[], more: Partial<Plan> = {}) =>
    provider.plans.set(name, { text: TEXT, call: null, counts: { input: 10, output: 20 }, faults, continues: "exactly", seed: 1, ...more });
  const send = (name: string, more: Partial<ParamsOf<"chat/send">> = {}): Promise<ChatResult> =>
    lane.sidecar.request("chat/send", ask(name, `[[${name}]]`, more));
  const eventsOf = (name: string) => lane.sidecar.eventsOf(name);

  for (const continues of ["exactly", "repeating", "after a gap"] as const) {
    it(`is continued by the next model that goes on ${continues}, without a lost or repeated character`, async () => {
      plan("c", [breaksAt(CUT)], { continues });
      const result = await send("c", { onBreak: "continue" });
      assert.equal(result.text, TEXT);
      assert.equal(result.stopReason, "end");
      assert.equal(lane.sidecar.textOf("c"), TEXT);
      const [first, second] = result.attempts;
      assert.deepEqual([first?.outcome, second?.outcome], ["broken", "ok"]);
      assert.notEqual(first?.model, second?.model);
      const seam = eventsOf("c").find((event) => event.type === "seam");
      assert.ok(seam?.type === "seam");
      assert.deepEqual([seam.from, seam.to, seam.at, seam.restarted], [first?.model, second?.model, CUT, undefined]);
      assert.equal(provider.seen.get("c")?.[1]?.continued, TEXT.slice(0, CUT));
    });
  }

  it("books a row for each half, the broken one by estimate", async () => {
    plan("rows", [breaksAt(CUT)]);
    const result = await send("rows", { onBreak: "continue" });
    const rows = lane.rows().filter((row) => row.chat_id === "rows");
    assert.deepEqual(
      rows.map((row) => row.attempt_id),
      result.attempts.map(({ id }) => id),
    );
    assert.deepEqual(
      rows.map((row) => [row.state, row.outcome, row.usage_provenance]),
      [
        ["settled", "broken", "estimated"],
        ["settled", "ok", "reported"],
      ],
    );
    assert.ok(rows.every((row) => (row.cost_nano ?? 0) > 0));
    assert.equal(
      result.cost.nanoUsd,
      rows.reduce((sum, row) => sum + (row.cost_nano ?? 0), 0),
    );
  });

  it("is continued by the same model when it is pinned", async () => {
    plan("same", [breaksAt(CUT)]);
    const result = await send("same", { onBreak: "continue", model: "one/m" });
    assert.equal(result.text, TEXT);
    assert.deepEqual(
      result.attempts.map(({ model }) => model),
      ["one/m", "one/m"],
    );
  });

  it("is kept and marked when the policy is to stop, and nobody else is asked", async () => {
    plan("stop", [breaksAt(CUT)]);
    const result = await send("stop", { onBreak: "stop" });
    assert.equal(result.text, TEXT.slice(0, CUT));
    assert.equal(result.stopReason, "broken");
    assert.equal(result.failure?.kind, "providerUnavailable");
    assert.equal(result.attempts.length, 1);
    assert.equal(result.notice, undefined);
  });

  it("is offered for continuation, and the offer is taken up with the text as the assistant's last message", async () => {
    plan("offer", [breaksAt(CUT)]);
    const broken = await send("offer", { onBreak: "offer" });
    assert.equal(broken.stopReason, "broken");
    assert.match(broken.notice ?? "", /continued/);
    const { messages } = ask("x", "[[offer]]");
    const rest = await lane.sidecar.request("chat/send", {
      chatId: "taken-up",
      messages: [...messages, { role: "assistant", parts: [{ type: "text", text: broken.text }] }],
    });
    assert.equal(broken.text + rest.text, TEXT);
    assert.equal(rest.stopReason, "end");
  });

  it("continues more than once, each time from everything that was shown", async () => {
    plan("twice", [breaksAt(CUT), { ...HEALTHY, act: (stage) => breakAfter(stage, 12) }]);
    const result = await send("twice", { onBreak: "continue" });
    assert.equal(result.text, TEXT);
    assert.equal(result.attempts.length, 3);
    assert.equal(eventsOf("twice").filter(({ type }) => type === "seam").length, 2);
  });

  it("inside a tool call hands out no part of it, and gets the whole call from the next model", async () => {
    const call = { name: "note", arguments: JSON.stringify({ command: "rm", path: "/tmp/some/long/path/to/be/cut" }) };
    plan("call", [breaksInCall], { call });
    const tools = [{ name: "note", parameters: { type: "object" } }];
    const result = await send("call", { onBreak: "continue", tools });
    assert.deepEqual(
      result.parts.flatMap((part) => (part.type === "toolCall" ? [part.arguments] : [])),
      [JSON.parse(call.arguments)],
    );
    assert.equal(result.text, TEXT);
    const calls = eventsOf("call").filter((event) => event.type === "tool-call");
    assert.equal(calls.length, 1);
    plan("no-call", [breaksInCall], { call });
    const broken = await send("no-call", { onBreak: "stop", tools });
    assert.equal(broken.stopReason, "broken");
    assert.deepEqual(
      broken.parts.filter((part) => part.type === "toolCall"),
      [],
    );
  });

  it("in structured output begins anew, and says that what was shown is void", async () => {
    const whole = JSON.stringify({ words: ["foundation", "wall", "roof"], count: 3 });
    const half: Fault = { ...HEALTHY, act: (stage) => breakAfter(stage, whole.length - 8) };
    plan("json", [half], { text: whole });
    const schema = { type: "object", properties: { words: { type: "array", items: { type: "string" } }, count: { type: "integer" } } };
    const result = await send("json", { onBreak: "continue", output: { schema } });
    assert.equal(result.text, whole);
    const seam = eventsOf("json").find((event) => event.type === "seam");
    assert.ok(seam?.type === "seam" && seam.restarted === true && seam.at === 0);
    assert.equal(provider.seen.get("json")?.[1]?.continued, null, "half a document is not sent on");
  });

  it("says nothing of an attempt that failed before it showed anything", async () => {
    plan("held", [{ ...HEALTHY, act: (stage) => lifecycleOnly(stage) }]);
    const result = await send("held");
    assert.equal(result.text, TEXT);
    const starts = eventsOf("held").filter((event) => event.type === "start");
    assert.equal(starts.length, 1);
    assert.equal(eventsOf("held").filter(({ type }) => type === "fallback").length, 1);
  });
});

async function breakAfter(stage: Parameters<Fault["act"]>[0], length: number): Promise<void> {
  stage.head();
  await stage.playTo(0);
  await stage.sendText(stage.score.text.slice(0, length));
  stage.end();
}

async function lifecycleOnly(stage: Parameters<Fault["act"]>[0]): Promise<void> {
  stage.head();
  await stage.playTo(0);
  stage.end();
}
