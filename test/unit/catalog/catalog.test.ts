// The catalogue as others use it: exact ids, stated aliases, layers over what was shipped, and models that people state.
import assert from "node:assert/strict";
import { createCatalog } from "../../../server/catalog/catalog.ts";
import { customModels, overlaySettings } from "../../../server/catalog/custom.ts";
import { CustomProvider } from "../../../shared/custom.ts";
import { modelOf } from "../../support/catalogue.ts";

const acme = (more: Record<string, unknown> = {}, model: Record<string, unknown> = {}) =>
  CustomProvider.parse({ id: "acme", baseUrl: "https://llm.acme.test/v1", models: [{ id: "m1", ...model }], ...more });

describe("catalog", () => {
  it("finds by exact id only, never by a part of a name", () => {
    const catalog = createCatalog();
    assert.equal(catalog.find("openai/gpt-4o-mini")?.id, "openai/gpt-4o-mini");
    for (const id of ["openai/gpt-4o-m", "gpt-4o-mini", "openai/GPT-4o-mini", "openai/gpt-4o-mini-", "openai/"]) {
      assert.equal(catalog.find(id), undefined, id);
    }
  });

  it("finds what a stated alias stands for", () => {
    const catalog = createCatalog();
    const aliased = catalog.all().find((model) => model.aliases.length > 0);
    assert.ok(aliased?.aliases[0]);
    assert.equal(catalog.find(aliased.aliases[0])?.id, aliased.id);
  });

  it("counts up with every overlay and gives the same list in between", () => {
    const catalog = createCatalog();
    const [all, revision] = [catalog.all(), catalog.revision];
    assert.equal(catalog.all(), all);
    catalog.overlay("acme", "settings", [modelOf("acme/m1")]);
    assert.notEqual(catalog.all(), all);
    assert.ok(catalog.revision > revision);
    assert.equal(catalog.countOf("acme"), 1);
  });

  it("lets settings win over a live list, and a live list over what was shipped", () => {
    const catalog = createCatalog();
    catalog.overlay("openai", "settings", [modelOf("openai/gpt-4o", { name: "mine" })]);
    catalog.overlay("openai", "live", [modelOf("openai/gpt-4o", { name: "live" }), modelOf("openai/o3", { name: "live" })]);
    assert.equal(catalog.find("openai/gpt-4o")?.name, "mine");
    assert.equal(catalog.find("openai/o3")?.name, "live");
    assert.equal(catalog.find("openai/gpt-4.1")?.status, "ghost");
    catalog.overlay("openai", "settings", []);
    assert.equal(catalog.find("openai/gpt-4o")?.name, "live");
  });

  it("takes away a provider that the settings no longer name", () => {
    const catalog = createCatalog();
    overlaySettings(catalog, [acme()], "2026-11-23");
    assert.equal(catalog.find("acme/m1")?.status, "custom");
    overlaySettings(catalog, [], "2026-11-23");
    assert.equal(catalog.find("acme/m1"), undefined);
  });
});

describe("models of the settings", () => {
  const only = (provider: CustomProvider) => customModels(provider, "2026-11-23")[0];

  it("turns dollars a million tokens into nano-dollars, each bucket apart", () => {
    const model = only(acme({}, { usdPerMillion: { input: 1.25, cacheRead: 0.125, cacheWrite1h: 2.5, output: 10 } }));
    assert.deepEqual(model?.prices[0]?.rates, {
      input: 1_250_000_000,
      cacheRead: 125_000_000,
      cacheWrite5m: null,
      cacheWrite1h: 2_500_000_000,
      output: 10_000_000_000,
    });
    assert.equal(model?.prices[0]?.date, "2026-11-23");
  });

  it("leaves unpriced what has no price, unless it runs on this machine without a key", () => {
    assert.deepEqual(only(acme())?.prices, []);
    const local = only(acme({ baseUrl: "http://127.0.0.1:9/v1", needsKey: false }));
    assert.equal(local?.local, true);
    assert.equal(local?.prices[0]?.rates.output, 0);
  });

  it("assumes a window of 8,192 tokens where none is stated, and says so", () => {
    const model = only(acme());
    assert.deepEqual([model?.contextWindowTokens, model?.limitsAssumed], [8192, true]);
    assert.deepEqual(only(acme({}, { contextWindowTokens: 32_000 }))?.limitsAssumed, false);
  });

  it("takes the person's own word for quality, and unknown without it", () => {
    assert.equal(only(acme())?.scores.code, "unknown");
    assert.deepEqual(only(acme({}, { quality: 91 }))?.scores.code, { score: 91, source: "settings", date: "2026-11-23" });
  });
});
