// The generator: the same figures give the same bytes, changes need a reason, names match whole, and two sources are held against each other.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { drift } from "../../../server/catalog/source/drift.ts";
import { notChat } from "../../../server/catalog/source/facts.ts";
import { FLOORS } from "../../../server/catalog/source/fallback.ts";
import { FIGURES, readFigures } from "../../../server/catalog/source/figures.ts";
import { snapshotFiles } from "../../../server/catalog/source/generate.ts";
import { importTables, tableText } from "../../../server/catalog/source/import.ts";
import { merge } from "../../../server/catalog/source/merge.ts";
import { spelled, spellings, splitEffort } from "../../../server/catalog/source/names.ts";
import { libraryEntry, libraryProvider, listPrice } from "../../../server/catalog/source/prices.ts";
import { PROVIDER_ROWS } from "../../../server/providers/registry.ts";
import { QUALITY_FLOORS } from "../../../server/routing/weights.ts";
import { modelOf, type ModelFacts } from "../../support/catalogue.ts";

describe("catalogue generator", () => {
  const figures = readFigures();
  const merged = merge(figures);

  it("writes exactly what is checked in", () => {
    for (const [path, text] of Object.entries(snapshotFiles(figures, merged))) {
      assert.ok(readFileSync(path, "utf8") === text, `${path} is stale: npm run catalogue`);
    }
  });

  it("says by its exit code that nothing has changed", () => {
    const { status, stdout } = spawnSync(process.execPath, ["server/catalog/source/generate.ts", "--check"], { encoding: "utf8" });
    assert.deepEqual([status, stdout.split("\n").length], [0, 2], stdout);
    assert.match(stdout, /^\d+ models, \d+ left out, \d+ prices on which two lists differ\n$/);
  });

  it("carries the figures of the published lists over unchanged, where those are at hand", () => {
    const folder = "../shared/catalogue";
    if (!existsSync(folder)) return console.log(`      ${folder} is not there: the figures stand unchecked`);
    for (const [name, table] of Object.entries(importTables(folder))) {
      assert.ok(readFileSync(new URL(`${name}.json`, FIGURES), "utf8") === tableText(table), `${name} is stale: npm run catalogue:import`);
    }
  });

  it("has models for every provider of the registry that is not on this machine", () => {
    const providers = new Set(merged.models.map((model) => model.provider));
    const hosted = PROVIDER_ROWS.filter((row) => !row.local).map((row) => row.id);
    assert.deepEqual(
      hosted.filter((id) => !providers.has(id)),
      [],
    );
  });

  it("holds two sources' prices against each other and has a reason for every difference", () => {
    const unexplained = merged.disagreements.filter(({ reason }) => reason === null);
    console.log(
      `      ${merged.crossChecked} models priced twice or more, ${merged.disagreements.length} differences, all in docs/catalogue.md or at OpenRouter`,
    );
    assert.deepEqual(unexplained, []);
    assert.ok(merged.crossChecked > 400);
  });

  it("has the floors of routing in its static order", () => assert.deepEqual(FLOORS, QUALITY_FLOORS));

  it("knows one spelling for a model's many names", () => {
    const same = ["accounts/fireworks/models/glm-5p3", "zai-org/GLM-5.3", "z-ai/glm-5.3", "glm_5.3"];
    assert.deepEqual(new Set(same.map(spelled)), new Set(["glm-5-3"]));
    assert.equal(spelled("claude-4-5-sonnet"), spelled("anthropic/claude-sonnet-4.5"));
    assert.ok(spellings("meta-llama/Llama-3.3-70B-Instruct-Turbo").includes("llama-3-3-70b"));
    assert.deepEqual(splitEffort("gpt-5-2-xhigh"), { model: "gpt-5-2", effort: "xhigh" });
  });

  it("gives a dated model no other date's score, and a moving pointer none", () => {
    const scoreOf = (id: string) => merged.models.find((model) => model.id === id)?.scores.general;
    assert.equal(scoreOf("openai/gpt-4o-2024-11-20"), undefined);
    assert.equal(scoreOf("google/gemini-pro-latest"), undefined);
    assert.equal(scoreOf("openai/gpt-6-astra"), undefined);
    assert.match(JSON.stringify(scoreOf("openai/gpt-4o-mini")), /gpt-4o-mini-2024-07-18/);
  });

  it("does not take a list's 0 and 0 for a price, unless the model is offered for nothing by name", () => {
    const nothing = { input: 0, output: 0 };
    assert.deepEqual(listPrice("glm-5.2-highspeed", nothing, "list", "2026-01-01"), []);
    assert.equal(listPrice("small:free", nothing, "list", "2026-01-01")[0]?.rates.input, 0);
  });

  it("reads dates, peak hours and tiers out of the price library", () => {
    const luna = libraryEntry(libraryProvider("openai"), "gpt-5.6-luna")?.prices;
    assert.deepEqual(
      luna?.map(({ validFrom }) => validFrom),
      [undefined, "2026-07-30T00:00:00.000Z"],
    );
    assert.equal(luna?.[1]?.tiers?.[0]?.aboveInputTokens, 271_999);
    const hours = libraryEntry(libraryProvider("deepseek"), "deepseek-v4-pro")?.prices.map(({ hoursUtc }) => hoursUtc?.from);
    assert.deepEqual(hours, [undefined, undefined, "01:00", "06:00"]);
  });

  it("leaves out what does not chat, with the reason", () => {
    const reason = (id: string) => notChat([{ list: "models.dev", date: "", row: { provider: "openai", id, produces: ["text"] } }]);
    assert.equal(reason("text-embedding-3-small"), "embeddings");
    assert.equal(reason("gpt-5:batch"), "batch endpoint, does not stream");
    assert.equal(reason("gpt-4o"), null);
  });
});

describe("drift", () => {
  const before = modelOf("acme/m", { usd: { input: 1, output: 4 }, quality: 90, date: "2026-01-01" });
  const later = (facts: ModelFacts) => ({
    ...modelOf("acme/m", { usd: { input: 1, output: 4 }, quality: 90, date: "2026-02-01", ...facts }),
  });
  const newer = (usd: { input: number; output: number }) => {
    const model = later({ usd });
    return { ...model, prices: model.prices.map((price) => ({ ...price, date: "2026-12-01" })) };
  };

  const cases: readonly (readonly [name: string, after: ReturnType<typeof later>[], explained: boolean | "none"])[] = [
    ["says nothing of what has not changed", [later({})], "none"],
    ["explains a small move of a newer price", [newer({ input: 1.5, output: 5 })], true],
    ["stops at a price that doubled and more", [newer({ input: 2.5, output: 4 })], false],
    ["stops at a price that moved while its source did not", [later({ usd: { input: 1.1, output: 4 } })], false],
    ["stops at a lost price", [later({ usd: undefined })], false],
    ["stops at a lost capability", [later({ capabilities: ["tools"] })], false],
    ["explains a gained capability", [later({ capabilities: ["tools", "structured", "vision"] })], true],
    ["stops at a window that grew more than fourfold", [later({ contextWindowTokens: 1_000_000 })], false],
    ["stops at a model that is gone", [], false],
    ["explains a model that is now deprecated", [later({ status: "deprecated" })], true],
    ["stops at a score that moved while its board did not", [later({ quality: 95 })], false],
  ];
  for (const [name, after, explained] of cases) {
    it(name, () => {
      const changes = drift([before], after);
      if (explained === "none") assert.deepEqual(changes, []);
      else assert.deepEqual([...new Set(changes.map((change) => change.explained !== null))], [explained]);
    });
  }

  it("takes an alias for the model that it stands for", () => {
    const renamed = modelOf("acme/n", { aliases: ["acme/m"] });
    assert.deepEqual(
      drift([before], [renamed]).filter(({ to }) => to === "gone"),
      [],
    );
  });
});
