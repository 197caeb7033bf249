// Clients of one HTTP door are strangers to each other: a revoked one is cut off at once, and none sees what was kept for another.
import assert from "node:assert/strict";
import { latchkey, startHttpDoor } from "../support/http-door.ts";
import { type Answering, asProvider, startVendor } from "../support/vendor.ts";

const TOOL = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };
const CALL = { index: 0, id: "functions.look:0", type: "function", function: { name: "look", arguments: "{}" } };

describe("the HTTP door's clients", () => {
  it("are cut off in the middle of an answer when their token is revoked, and the vendor's socket closes", async () => {
    const vendor = await startVendor((answer) => answer.text("and so "));
    const door = await startHttpDoor({ settings: { providers: { custom: [asProvider(vendor, { needsKey: false })] } } });
    const made = latchkey(door.home, "tokens", "create", "guest").stdout;
    const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hi" }], stream: true });
    const response = await fetch(`${door.origin}/v1/chat/completions`, { method: "POST", headers: { "x-api-key": made }, body });
    assert.equal(response.status, 200);
    assert.equal(latchkey(door.home, "tokens", "revoke", "guest").status, 0);
    const text = await response.text();
    assert.ok(text.includes("and so ") && text.includes("cancelled") && !text.includes("[DONE]"), text);
    await vendor.requests[0]?.hungUp;
    await door.stop();
    await vendor.close();
  });

  it("never get what was kept for another, though a vendor gave both the same id", async () => {
    const calls = (answer: Answering) =>
      answer
        .delta({ reasoning_content: "a secret thought" })
        .then(() => answer.delta({ tool_calls: [CALL] }))
        .then(() => answer.finish(null, "tool_calls"));
    const vendor = await startVendor(calls);
    const settings = { providers: { deepseek: { baseUrl: vendor.baseUrl } } };
    const door = await startHttpDoor({ settings, environment: { DEEPSEEK_API_KEY: "sk-of-a-test" } });
    const other = latchkey(door.home, "tokens", "create", "other").stdout;
    const post = (key: string, messages: unknown[]) =>
      fetch(`${door.origin}/v1/chat/completions`, {
        method: "POST",
        headers: { "x-api-key": key },
        body: JSON.stringify({ model: "deepseek/deepseek-reasoner", tools: [TOOL], messages }),
      }).then((answer) => answer.text());
    const asked = { role: "user", content: "look" };
    assert.match(await post(door.token, [asked]), /a secret thought/);
    await post(other, [
      asked,
      { role: "assistant", content: null, tool_calls: [CALL] },
      { role: "tool", tool_call_id: CALL.id, content: "seen" },
    ]);
    assert.doesNotMatch(JSON.stringify(vendor.requests[1]?.body), /secret thought/);
    await post(door.token, [
      asked,
      { role: "assistant", content: null, tool_calls: [CALL] },
      { role: "tool", tool_call_id: CALL.id, content: "seen" },
    ]);
    assert.match(JSON.stringify(vendor.requests[2]?.body), /secret thought/);
    await door.stop();
    await vendor.close();
  });
});
