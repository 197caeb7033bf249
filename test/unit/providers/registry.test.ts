import assert from "node:assert/strict";
import { CustomProvider } from "../../../shared/custom.ts";
import { dialectNamed } from "../../../server/providers/dialects.ts";
import { customRow, endpointOf, PROVIDER_ROWS, providerRow } from "../../../server/providers/registry.ts";

const WANTED =
  "openai anthropic google deepseek groq mistral xai moonshot together fireworks cerebras openrouter zai minimax azure-openai ollama lm-studio llama.cpp";

describe("provider rows", () => {
  it("name every provider once", () => {
    assert.deepEqual(PROVIDER_ROWS.map(({ id }) => id).sort(), WANTED.split(" ").sort());
  });

  for (const row of PROVIDER_ROWS) {
    it(`${row.id} states a source for each of its quirks and for when charging stops`, () => {
      assert.deepEqual(Object.keys(row.sources).sort(), Object.keys(row.quirks).sort());
      for (const source of [...Object.values(row.sources), row.stopCharging.source]) assert.ok(source.length > 10, source);
    });

    it(`${row.id} can be asked for a key, a document and a model list`, () => {
      assert.ok(row.local || (row.needsKey && row.environment.length > 0 && row.keyUrl && row.topUpUrl));
      assert.match(row.docsUrl, /^https:\/\//);
      assert.match(row.modelsPath, /^\//);
    });

    it(`${row.id} has a base URL that is already in its final form`, () => {
      if (row.baseUrl === "") return assert.equal(row.id, "azure-openai");
      const { baseUrl, changes, origin } = endpointOf(row);
      assert.deepEqual({ baseUrl, changes }, { baseUrl: row.baseUrl, changes: [] });
      assert.equal(origin, new URL(row.baseUrl).origin);
    });
  }
});

describe("the endpoint of a provider", () => {
  const openai = providerRow("openai");
  assert.ok(openai);

  it("speaks Responses at OpenAI's own address and chat completions at any other", () => {
    assert.equal(endpointOf(openai).dialect, "openai-responses");
    assert.equal(endpointOf(openai, { baseUrl: "https://api.openai.com/v1/" }).dialect, "openai-responses");
    assert.equal(endpointOf(openai, { baseUrl: "http://127.0.0.1:9/v1" }).dialect, "openai-chat");
  });

  it("carries the headers of the settings", () => {
    assert.deepEqual(endpointOf(openai, { headers: { "x-team": "a" } }).headers, { "x-team": "a" });
  });
});

describe("a custom provider", () => {
  const custom = (given: object) => CustomProvider.parse({ id: "mine", baseUrl: "https://gw.example/v1", ...given });

  it("needs a key unless it runs on this machine", () => {
    assert.equal(customRow(custom({})).needsKey, true);
    const local = customRow(custom({ baseUrl: "http://127.0.0.1:8000/v1" }));
    assert.deepEqual([local.needsKey, local.local], [false, true]);
    assert.equal(customRow(custom({ needsKey: false })).needsKey, false);
  });

  it("that imitates Anthropic is asked in the older form", () => {
    const row = customRow(custom({ dialect: "anthropic" }));
    assert.deepEqual(row.quirks.keyHeader, { name: "x-api-key" });
    assert.equal(row.quirks.anthropicVersion, "2023-06-01");
  });

  it("is spoken to in the dialect it names", () => {
    for (const dialect of ["openai-chat", "anthropic"] as const)
      assert.equal(dialectNamed(customRow(custom({ dialect })).dialect)?.name, dialect);
  });
});
