import assert from "node:assert/strict";
import { createThreads } from "../../../../server/doors/http/openai-responses/threads.ts";
import type { Message } from "../../../../shared/chat.ts";

const said = (text: string): Message[] => [{ role: "user", parts: [{ type: "text", text }] }];

describe("the transcripts behind previous_response_id", () => {
  it("are the last two hundred", () => {
    const threads = createThreads();
    for (let at = 0; at < 201; at += 1) threads.keep(`r${at}`, said("x"));
    assert.equal(threads.find("r0"), null);
    assert.deepEqual(threads.find("r1"), said("x"));
  });

  it("are fewer when they are long, so that memory stays bounded", () => {
    const threads = createThreads();
    const picture = "x".repeat(20 * 1024 * 1024);
    for (let at = 0; at < 5; at += 1) threads.keep(`r${at}`, said(picture));
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((at) => threads.find(`r${at}`) !== null),
      [false, false, true, true, true],
    );
  });
});
