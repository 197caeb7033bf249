// A streamed answer from a scripted spine: what leaves when, what an early failure becomes, and what a new beginning takes back.
import assert from "node:assert/strict";
import type { ChatEventBody, ChatResult } from "../../../../shared/chat.ts";
import { Failure } from "../../../../shared/failure.ts";
import { NO_COST, NO_USAGE } from "../../../../shared/money.ts";
import type { Send } from "../../../../server/chat/send.ts";
import { type AnswerParts, streamedAnswer, wholeAnswer } from "../../../../server/doors/http/answer.ts";
import { chatCompletions } from "../../../../server/doors/http/openai-chat/surface.ts";
import { createReplay } from "../../../../server/doors/http/replay.ts";
import type { Asked } from "../../../../server/doors/http/surface.ts";

const ASKED: Asked = {
  request: { chatId: "a", messages: [], tools: [{ name: "weather", parameters: {} }] },
  ...{ stream: true, stops: [], ignored: [], includeUsage: false, id: "chatcmpl-a", createdAt: new Date(0), echo: {} },
};
const START: ChatEventBody = { type: "start", model: "acme/m1", attemptId: "1" };
const RESULT: ChatResult = {
  ...{ chatId: "a", text: "", parts: [], model: "acme/m1", stopReason: "end", usage: NO_USAGE, cost: NO_COST, attempts: [] },
  route: { tier: "simple", signals: [], policy: "balanced", candidates: [], excluded: [], because: "" },
};

function call(id: string): ChatEventBody {
  return { type: "tool-call", call: { type: "toolCall", id, name: "weather", arguments: {} } };
}

function parts(send: Send): AnswerParts {
  return {
    send,
    replay: createReplay(),
    editor: "test",
    signal: new AbortController().signal,
    logBug: (error) => assert.fail(String(error)),
  };
}

async function streamed(events: readonly ChatEventBody[], end: Partial<ChatResult> | Failure = {}): Promise<Response> {
  const send: Send = async (_request, caller) => {
    for (const event of events) await caller.emit(event);
    if (end instanceof Failure) throw end;
    return { ...RESULT, ...end };
  };
  return streamedAnswer(chatCompletions, ASKED, parts(send));
}

// A chunk is whatever was told; tests look into it freely.
// biome-ignore lint/suspicious/noExplicitAny: see above
async function chunksOf(response: Response): Promise<any[]> {
  const lines = (await response.text()).split("\n\n").filter((line) => line.startsWith("data: {"));
  return lines.map((line) => JSON.parse(line.slice(6)));
}

const callIds = async (response: Response) =>
  (await chunksOf(response)).flatMap((chunk) => chunk.choices?.[0]?.delta.tool_calls?.map((each: { id: string }) => each.id) ?? []);

describe("a streamed answer", () => {
  it("tells calls in order, before what follows them", async () => {
    const response = await streamed([START, call("one"), call("two"), { type: "text-delta", text: "then" }]);
    const kinds = (await chunksOf(response)).map((chunk) => Object.keys(chunk.choices[0].delta)[0] ?? "end");
    assert.deepEqual(kinds, ["role", "tool_calls", "tool_calls", "content", "end"]);
  });

  it("takes back the calls of an answer that is begun anew", async () => {
    const seam: ChatEventBody = { type: "seam", from: "acme/m1", to: "acme/m2", at: 0, restarted: true };
    assert.deepEqual(await callIds(await streamed([START, call("lost"), seam, call("kept")])), ["kept"]);
  });

  it("keeps them at a seam that only continues", async () => {
    const seam: ChatEventBody = { type: "seam", from: "acme/m1", to: "acme/m2", at: 0 };
    assert.deepEqual(await callIds(await streamed([START, call("one"), seam])), ["one"]);
  });

  it("is an HTTP error when it fails before the first word", async () => {
    const response = await streamed([], new Failure("rateLimited", "later", { retryAfterMs: 1500 }));
    assert.equal(response.status, 429);
    assert.equal(response.headers.get("retry-after"), "2");
    assert.equal(response.headers.get("x-should-retry"), "true");
  });

  it("is a stream with an error in it when it fails after", async () => {
    const response = await streamed([START, { type: "text-delta", text: "half" }], new Failure("stalled"));
    assert.equal(response.status, 200);
    const last = (await chunksOf(response)).at(-1);
    assert.equal(last.error.code, "stalled");
  });

  it("never ends well when it was broken or stopped", async () => {
    for (const stopReason of ["broken", "cancelled"] as const) {
      const response = await streamed([START, { type: "text-delta", text: "half" }], { stopReason, text: "half" });
      const text = await response.text();
      assert.ok(!text.includes("[DONE]"));
      assert.match(text, /"partialText":"half"/);
    }
  });

  it("stops the spine when its reader goes", async () => {
    let stopped = () => {};
    const aborted = new Promise<void>((done) => {
      stopped = done;
    });
    const send: Send = async (_request, caller) => {
      await caller.emit(START);
      caller.signal.addEventListener("abort", () => stopped());
      await aborted;
      return { ...RESULT, stopReason: "cancelled" };
    };
    const response = await streamedAnswer(chatCompletions, ASKED, parts(send));
    await response.body?.cancel();
    await aborted;
  });
});

describe("a whole answer", () => {
  it("is an error when it was broken, with what came", async () => {
    const send: Send = async () => ({ ...RESULT, stopReason: "broken", text: "half", failure: { kind: "stalled", message: "silent" } });
    const response = await wholeAnswer(chatCompletions, ASKED, parts(send));
    const { error } = (await response.json()) as { error: { latchkey: unknown } };
    assert.deepEqual([response.status, error.latchkey], [504, { kind: "stalled", partialText: "half" }]);
  });

  const shapes: readonly [string, string, string][] = [
    ["in the model's own spelling", '{ "town": "Ghent" }\n', '{ "town": "Ghent" }'],
    ["without the words and the fence around it", 'Here:\n```json\n{ "town": "Ghent" }\n```', '{"town":"Ghent"}'],
    ["when no text carried it", "", '{"town":"Ghent"}'],
  ];
  for (const [name, text, shown] of shapes) {
    it(`gives a schema's answer as JSON and nothing else, ${name}`, async () => {
      const asked = { ...ASKED, request: { ...ASKED.request, output: { schema: {} } } };
      const send: Send = async () => ({ ...RESULT, text, output: { town: "Ghent" } });
      const response = await wholeAnswer(chatCompletions, asked, parts(send));
      const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
      assert.equal(choices[0]?.message.content, shown);
    });
  }
});
