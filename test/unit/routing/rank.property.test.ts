// What must hold for every catalogue and every prompt: the laws of the ranking.
import assert from "node:assert/strict";
import fc from "fast-check";
import { createRoute, type RouteInput } from "../../../server/routing/route.ts";
import type { ModelInfo } from "../../../shared/model.ts";
import { COMPLEXITY_ORDER, Policy, type TaskType } from "../../../shared/route.ts";
import { modelOf, routeInput } from "../../support/catalogue.ts";

const PROMPTS = ["hello", "Explain quantum computing", "Write a function to sort an array", "Design a distributed architecture"];

const prompt = fc.constantFrom(...PROMPTS);
const policy = fc.constantFrom(...Policy.options);
const capabilities = fc.subarray(["tools", "vision", "structured", "reasoning"] as const);
const usd = fc.option(fc.record({ input: fc.integer({ min: 0, max: 2000 }), output: fc.integer({ min: 0, max: 8000 }) }), {
  nil: undefined,
});

/** One to twelve models over four providers; some without a price, some without a score. */
const models = fc
  .array(
    fc.record({
      provider: fc.constantFrom("acme", "bravo", "carol", "delta"),
      quality: fc.option(fc.integer({ min: 60, max: 100 }), { nil: undefined }),
      usd,
      capabilities,
      contextWindowTokens: fc.constantFrom(8192, 128_000, 1_000_000),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((rows) =>
    rows.map(({ provider, usd, ...facts }, index) =>
      modelOf(`${provider}/m${String(index).padStart(2, "0")}`, {
        ...facts,
        ...(usd ? { usd: { input: usd.input / 100, output: usd.output / 100 } } : {}),
      }),
    ),
  );

const route = (input: RouteInput) => createRoute()(input);
const names = (input: RouteInput) => route(input).candidates.map(({ model }) => model);

describe("ranking", () => {
  it("never ranks a model lower for being cheaper at equal quality", () => {
    fc.assert(
      fc.property(models, prompt, policy, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (list, text, how, which, share) => {
        const chosen = list[which % list.length];
        const price = chosen?.prices[0];
        if (!chosen || !price) return;
        const cheaper: ModelInfo = {
          ...chosen,
          prices: [
            {
              ...price,
              rates: { ...price.rates, input: Math.floor(price.rates.input * share), output: Math.floor(price.rates.output * share) },
            },
          ],
        };
        const place = (models: readonly ModelInfo[]) => names(routeInput(text, models, { policy: how })).indexOf(chosen.id);
        assert.ok(place(list.map((model) => (model === chosen ? cheaper : model))) <= place(list));
      }),
    );
  });

  it("never ranks the warm model lower than it would be cold", () => {
    fc.assert(
      fc.property(models, prompt, policy, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (list, text, how, which, share) => {
        const chosen = list[which % list.length];
        if (!chosen) return;
        const cold = routeInput(text, list, { policy: how });
        const kept = (model: ModelInfo) => {
          const estimate = cold.estimate(model);
          const p50NanoUsd = estimate.p50NanoUsd === null ? null : Math.floor(estimate.p50NanoUsd * (1 - share));
          return model.id === chosen.id ? { ...estimate, p50NanoUsd, cachedShare: share } : estimate;
        };
        const place = (input: RouteInput) => names(input).indexOf(chosen.id);
        assert.ok(place({ ...cold, estimate: kept, warm: chosen.id }) <= place(cold));
      }),
    );
  });

  it("changes nothing when a model is added that may not be used", () => {
    fc.assert(
      fc.property(models, prompt, policy, (list, text, how) => {
        const banned = modelOf("zulu/banned", { quality: 100, usd: { input: 0.001, output: 0.001 } });
        const before = route(routeInput(text, list, { policy: how, banned: ["zulu/*"] }));
        const after = route(routeInput(text, [...list, banned], { policy: how, banned: ["zulu/*"] }));
        assert.deepEqual(after.candidates, before.candidates);
        assert.deepEqual(
          after.excluded.filter(({ model }) => model !== banned.id),
          before.excluded,
        );
      }),
    );
  });

  it("does not depend on the order in which models come", () => {
    fc.assert(
      fc.property(
        models.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        prompt,
        policy,
        ([list, shuffled], text, how) => {
          assert.deepEqual(names(routeInput(text, shuffled, { policy: how })), names(routeInput(text, list, { policy: how })));
        },
      ),
    );
  });

  it("lets a pin win over every ranking", () => {
    fc.assert(
      fc.property(models, prompt, policy, fc.nat(), (list, text, how, which) => {
        const chosen = list[which % list.length];
        if (chosen) assert.deepEqual(names(routeInput(text, list, { policy: how, model: chosen.id })), [chosen.id]);
      }),
    );
  });

  it("never loses a candidate when the maximum price is raised", () => {
    const nano = fc.integer({ min: 0, max: 200_000_000 });
    fc.assert(
      fc.property(models, prompt, policy, nano, nano, (list, text, how, one, more) => {
        const at = (maxCostNanoUsd: number) => new Set(names(routeInput(text, list, { policy: how, maxCostNanoUsd })));
        const [low, high] = [at(one), at(one + more)];
        for (const model of low) assert.ok(high.has(model), model);
      }),
    );
  });

  it("accounts for every model once: a candidate or an exclusion with its reason", () => {
    fc.assert(
      fc.property(models, prompt, policy, fc.boolean(), (list, text, how, localOnly) => {
        const { candidates, excluded } = route(routeInput(text, list, { policy: how, localOnly, tools: [{ name: "t", parameters: {} }] }));
        const all = [...candidates.map(({ model }) => model), ...excluded.map(({ model }) => model)];
        assert.deepEqual(all.toSorted(), list.map(({ id }) => id).toSorted());
        for (const { reason, rule } of excluded) assert.ok(reason.length > 10 && rule);
      }),
    );
  });

  it("gives finite scores, whatever is unknown or free", () => {
    fc.assert(
      fc.property(models, prompt, policy, (list, text, how) => {
        for (const { score, parts } of route(routeInput(text, list, { policy: how })).candidates) {
          assert.ok(Number.isFinite(score) && score >= 0);
          for (const part of Object.values(parts)) assert.ok(Number.isFinite(part));
        }
      }),
    );
  });

  it("puts every measured and priced model before every other", () => {
    fc.assert(
      fc.property(models, prompt, policy, (list, text, how) => {
        const { candidates, degraded } = route(routeInput(text, list, { policy: how }));
        const isFull = candidates.map(({ parts }) => parts.quality !== undefined && parts.price !== undefined);
        if (!degraded) assert.ok(!isFull.slice(isFull.indexOf(false)).includes(true) || !isFull.includes(false));
      }),
    );
  });

  it("asks no less of a model as code than as chat", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const level = (taskType: TaskType) => COMPLEXITY_ORDER.indexOf(route(routeInput(text, [modelOf("a/b")], { taskType })).tier);
        return level("code") >= level("chat");
      }),
    );
  });
});
