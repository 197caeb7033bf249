import assert from "node:assert/strict";
import { isFailure } from "../../../shared/failure.ts";
import { normaliseBaseUrl } from "../../../server/providers/base-url.ts";
import type { DialectName } from "../../../server/providers/provider.ts";

const row = (dialect: DialectName, baseUrl = "", id = "mine") => ({ id, dialect, baseUrl });

const cases: readonly (readonly [DialectName, string, string])[] = [
  ["openai-chat", "https://api.example.com/v1", "https://api.example.com/v1"],
  ["openai-chat", "https://api.example.com/v1/", "https://api.example.com/v1"],
  ["openai-chat", "  https://api.example.com/v1//  ", "https://api.example.com/v1"],
  ["openai-chat", "https://api.example.com", "https://api.example.com/v1"],
  ["openai-chat", "https://api.example.com/", "https://api.example.com/v1"],
  ["openai-chat", "https://api.example.com/v1/v1", "https://api.example.com/v1"],
  ["openai-chat", "https://api.example.com/v1/chat/completions", "https://api.example.com/v1"],
  ["openai-responses", "https://api.example.com/v1/responses", "https://api.example.com/v1"],
  ["openai-chat", "https://api.example.com/v1/models?limit=1", "https://api.example.com/v1"],
  ["openai-chat", "https://gw.example.com/team/openai", "https://gw.example.com/team/openai"],
  ["openai-chat", "https://api.z.ai/api/paas/v4/", "https://api.z.ai/api/paas/v4"],
  ["openai-chat", "https://api.perplexity.ai", "https://api.perplexity.ai"],
  ["openai-chat", "http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"],
  ["openai-chat", "http://192.168.1.7:8080/v1", "http://192.168.1.7:8080/v1"],
  ["openai-chat", "https://res.openai.azure.com", "https://res.openai.azure.com/openai/v1"],
  [
    "openai-chat",
    "https://res.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
    "https://res.openai.azure.com/openai/v1",
  ],
  ["openai-chat", "https://res.services.ai.azure.com/models", "https://res.services.ai.azure.com/openai/v1"],
  ["anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com"],
  ["anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com"],
  ["anthropic", "https://api.example.com/anthropic/", "https://api.example.com/anthropic"],
  ["google", "https://generativelanguage.googleapis.com/v1beta", "https://generativelanguage.googleapis.com"],
  ["google", "https://generativelanguage.googleapis.com/v1beta/models/", "https://generativelanguage.googleapis.com"],
];

describe("a base URL", () => {
  for (const [dialect, given, wanted] of cases) {
    it(`${given.trim()} of ${dialect} becomes ${wanted}`, () => {
      const { baseUrl, origin, endpoint } = normaliseBaseUrl(row(dialect), given);
      assert.equal(baseUrl, wanted);
      assert.equal(origin, new URL(wanted).origin);
      assert.ok(endpoint.startsWith(wanted) && endpoint.length > wanted.length, endpoint);
    });
  }

  it("says what was changed", () => {
    assert.deepEqual(normaliseBaseUrl(row("openai-chat"), "https://a.example/v1").changes, []);
    assert.match(normaliseBaseUrl(row("openai-chat"), "https://a.example").changes.join(), /\/v1/);
    assert.match(normaliseBaseUrl(row("openai-chat"), "https://a.example/v1?key=1").changes.join(), /query/);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ["api.example.com/v1", /scheme/],
    ["localhost:11434", /scheme/],
    ["", /missing/],
    ["ftp://api.example.com", /ftp/],
    ["https://", /not an address/],
    ["https://user:pass@api.example.com/v1", /user name or password/],
    ["http://api.example.com/v1", /not encrypted/],
  ];
  for (const [given, why] of refused) {
    it(`${JSON.stringify(given)} is refused and says why`, () => {
      assert.throws(
        () => normaliseBaseUrl(row("openai-chat"), given),
        (thrown) => isFailure(thrown) && thrown.kind === "invalidParams" && why.test(thrown.message) && !thrown.message.includes("pass@"),
      );
    });
  }
});
