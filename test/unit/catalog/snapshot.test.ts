// The shipped catalogue as it is read back: every line through the schema, and the figures that others rely on.
import assert from "node:assert/strict";
import { createCatalog } from "../../../server/catalog/catalog.ts";
import { openSnapshot, SNAPSHOT } from "../../../server/catalog/snapshot.ts";
import { priceAt } from "../../../server/money/price.ts";
import { ModelId, ModelInfo } from "../../../shared/model.ts";

const REGISTRY =
  "openai anthropic google deepseek groq mistral xai moonshot together fireworks cerebras openrouter zai minimax azure-openai".split(" ");

describe("snapshot", () => {
  const catalog = createCatalog();
  const models = catalog.all();

  it("holds at least 400 chat models over every provider of the registry", () => {
    assert.ok(models.length >= 400, `${models.length}`);
    for (const provider of REGISTRY) assert.ok(catalog.ofProvider(provider).length > 0, provider);
  });

  it("fits the schema line by line", () => {
    for (const model of models) {
      assert.deepEqual(ModelInfo.parse(model), model);
      assert.equal(ModelId.parse(model.id), model.id);
    }
  });

  it("dates and names the source of every price, score and model", () => {
    for (const { id, prices, scores, date, source } of models) {
      for (const price of prices) {
        assert.match(price.date, /^2026-\d\d-\d\d$/, id);
        assert.match(price.version, /^.+@2026-\d\d-\d\d#[0-9a-f]{8}$/, id);
      }
      for (const score of Object.values(scores)) {
        if (score === "unknown") continue;
        assert.match(score.date, /^2026-\d\d-\d\d$/, id);
        assert.ok(score.source.length > 0 && (score.raw?.length ?? 0) > 0, id);
        assert.ok(score.score > 0 && score.score <= 100, `${id} ${score.score}`);
      }
      assert.match(date, /^2026-\d\d-\d\d$/, id);
      assert.ok(source.length > 0, id);
    }
  });

  it("gives every model a score per skill or says unknown", () => {
    for (const { id, scores } of models) assert.deepEqual(Object.keys(scores).sort(), ["code", "general", "maths", "vision"], id);
  });

  it("names each id once, and no alias that is an id", () => {
    const ids = models.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const aliases = models.flatMap((model) => model.aliases);
    assert.deepEqual(
      aliases.filter((alias) => ids.includes(alias)),
      [],
    );
    assert.equal(new Set(aliases).size, aliases.length);
  });

  it("holds no embeddings, moderation, speech or image models", () => {
    const other = /embed|moderation|guard|whisper|tts|transcribe|realtime|dall-e|gpt-image|sora/;
    assert.deepEqual(
      models.filter(({ id }) => other.test(id)).map(({ id }) => id),
      [],
    );
  });

  const windows: readonly (readonly [string, number])[] = [
    ["openai/gpt-4o", 128_000],
    ["openai/gpt-4o-mini", 128_000],
    ["openai/gpt-4", 8192],
    ["openai/gpt-4-turbo", 128_000],
    ["anthropic/claude-3-haiku-20240307", 200_000],
    ["google/gemini-2.5-flash", 1_048_576],
  ];
  for (const [id, window] of windows) {
    it(`knows that ${id} has ${window} tokens`, () => assert.equal(catalog.find(id)?.contextWindowTokens, window));
  }

  const prices: readonly (readonly [string, number, number])[] = [
    ["openai/gpt-4o-mini", 150_000_000, 600_000_000],
    ["openai/gpt-4o", 2_500_000_000, 10_000_000_000],
    ["anthropic/claude-sonnet-4-5", 3_000_000_000, 15_000_000_000],
  ];
  for (const [id, input, output] of prices) {
    it(`prices ${id} in nano-dollars per million tokens`, () => {
      const model = catalog.find(id);
      const rates = model && priceAt(model, new Date("2026-11-23T00:00:00Z"))?.rates;
      assert.deepEqual([rates?.input, rates?.output], [input, output]);
    });
  }

  it("follows a dated price and a peak hour", () => {
    const luna = catalog.find("openai/gpt-5.6-luna");
    const at = (model: ModelInfo | undefined, moment: string) => model && priceAt(model, new Date(moment))?.rates.input;
    assert.equal(at(luna, "2026-07-29T23:59:59Z"), 1_000_000_000);
    assert.equal(at(luna, "2026-07-30T00:00:00Z"), 200_000_000);
    const deepseek = catalog.find("deepseek/deepseek-v4-pro");
    assert.equal(at(deepseek, "2026-11-23T12:00:00Z"), 660_000_000);
    assert.equal(at(deepseek, "2026-11-23T07:00:00Z"), 1_320_000_000);
  });

  it("states capabilities from facts: no vision for o3-mini and DeepSeek, tools for every Gemini", () => {
    const can = (id: string, capability: "vision" | "tools") => catalog.find(id)?.capabilities.includes(capability);
    assert.equal(can("openai/o3-mini", "vision"), false);
    assert.equal(can("deepseek/deepseek-v4-pro", "vision"), false);
    assert.equal(can("azure-openai/deepseek-v3.2-speciale", "tools"), false);
    for (const { id } of catalog.ofProvider("google")) if (id.includes("gemini")) assert.equal(can(id, "tools"), true, id);
  });

  it("parses nothing before a provider is asked for, and counts without parsing", () => {
    const snapshot = openSnapshot();
    assert.equal(snapshot.count("openai"), catalog.ofProvider("openai").length);
    assert.equal(
      snapshot.providers.reduce((sum, provider) => sum + snapshot.count(provider), 0),
      SNAPSHOT.models,
    );
  });
});
