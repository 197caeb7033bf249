// A verbose protocol trace holds whole messages; the key in key/set is not among what is kept.
import assert from "node:assert/strict";
import { withoutSecrets } from "../../../extension/trace.ts";

const KEY = 'sk-canary-"quoted\\\\-0123456789';
const params = { provider: "openai", secret: KEY, persist: false };

describe("the protocol's trace", () => {
  const forms: readonly [string, string][] = [
    ["text with indented parameters", `Sending request 'key/set - (3)'.\nParams: ${JSON.stringify(params, null, 4)}`],
    ["one line of JSON", JSON.stringify({ type: "send-request", message: { method: "key/set", params } })],
    ["JSON inside JSON", JSON.stringify({ data: JSON.stringify(params) })],
    ["an empty and a plain key", `${JSON.stringify({ secret: "" })} ${JSON.stringify({ secret: "plain-canary-key" })}`],
  ];
  for (const [name, text] of forms) {
    it(`loses the key in ${name} and keeps the rest`, () => {
      const kept = withoutSecrets(text);
      assert.ok(!kept.includes("canary"), kept);
      assert.match(kept, /\[redacted\]/);
      if (text.includes("openai")) assert.match(kept, /openai/);
      if (text.includes("persist")) assert.match(kept, /persist/);
    });
  }

  it("keeps everything else", () => assert.equal(withoutSecrets('{"text":"my secret: plan"}'), '{"text":"my secret: plan"}'));
});
