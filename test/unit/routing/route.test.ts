// The decision on small catalogues: who may, who is first and why, what a pin, a floor, a window, a warm cache or nothing at all does.
import assert from "node:assert/strict";
import { createCatalog } from "../../../server/catalog/catalog.ts";
import { FALLBACK_ORDER } from "../../../server/routing/fallback-order.ts";
import { createRoute } from "../../../server/routing/route.ts";
import { QUALITY_FLOORS } from "../../../server/routing/weights.ts";
import type { ModelInfo } from "../../../shared/model.ts";
import { COMPLEXITY_ORDER, RouteDecision } from "../../../shared/route.ts";
import { modelOf, plainEstimate, routeInput, type RoutingCase } from "../../support/catalogue.ts";

const decide = (text: string, models: readonly ModelInfo[], more: RoutingCase = {}) => createRoute()(routeInput(text, models, more));
const names = (decision: RouteDecision) => decision.candidates.map(({ model }) => model);
const HELLO = "hello";
const CODE = "Write a function to sort an array";
const HARD = "Design architecture for scaling this enterprise system";

const small = modelOf("acme/small", { quality: 85, usd: { input: 0.1, output: 0.4 } });
const middle = modelOf("acme/middle", { quality: 92, usd: { input: 1, output: 4 } });
const large = modelOf("acme/large", { quality: 99, usd: { input: 5, output: 25 } });

describe("route", () => {
  it("answers in the wire's shape", () => {
    const decision = decide(CODE, [small, middle, large]);
    assert.deepEqual(RouteDecision.parse(decision), decision);
  });

  it("sends a greeting to the cheapest, code above the floor of 88 and architecture above that of 94", () => {
    const all = [large, middle, small];
    assert.deepEqual(
      [HELLO, CODE, HARD].map((text) => names(decide(text, all))[0]),
      ["acme/small", "acme/middle", "acme/large"],
    );
  });

  it("has the original's floors and scores its table as quality squared by cost", () => {
    assert.deepEqual(QUALITY_FLOORS, { simple: 0, moderate: 80, complex: 88, advanced: 94 });
    const table = [
      modelOf("p/a", { quality: 90, usd: { input: 1, output: 1 } }),
      modelOf("p/b", { quality: 100, usd: { input: 2, output: 2 } }),
      modelOf("p/c", { quality: 60, usd: { input: 1, output: 1 } }),
    ];
    // One token in, 300 out: 301 tokens at a dollar a million are 0.0301 cents.
    const decision = decide(HELLO, table, { policy: "cheap" });
    assert.deepEqual(names(decision), ["p/a", "p/b", "p/c"]);
    const expected = [0.81 / 0.0301, 1 / 0.0602, 0.36 / 0.0301];
    for (const [index, score] of expected.entries()) assert.ok(Math.abs((decision.candidates[index]?.score ?? 0) / score - 1) < 1e-9);
  });

  it("explains: tier, signals, each candidate's parts and one sentence", () => {
    const decision = decide(CODE, [small, middle, large]);
    assert.equal(decision.tier, "complex");
    assert.deepEqual(decision.signals[0]?.name, "code words");
    assert.deepEqual(Object.keys(decision.candidates[0]?.parts ?? {}), ["quality", "price", "cache", "policy"]);
    assert.match(
      decision.because,
      /^acme\/middle has the most quality for its price: code quality 92, above the least of 88 for complex prompts, for about \$0\.0012; next is acme\/large/,
    );
    assert.deepEqual(names(decision).at(-1), "acme/small");
    assert.match(decision.candidates.at(-1)?.notes?.[0] ?? "", /^its quality is below 88, the least for complex prompts/);
  });

  const needs: readonly (readonly [name: string, facts: Partial<ModelInfo>, more: RoutingCase, reason: RegExp])[] = [
    [
      "vision",
      { capabilities: [] },
      { messages: [{ role: "user", parts: [{ type: "image", data: "AA", mediaType: "image/png" }] }] } as RoutingCase,
      /^needs vision; one takes text only$/,
    ],
    [
      "a PDF reader",
      { capabilities: ["vision"] },
      { messages: [{ role: "user", parts: [{ type: "image", data: "AA", mediaType: "application/pdf" }] }] } as RoutingCase,
      /reads PDF files; one takes no PDF files$/,
    ],
    ["tools", { capabilities: [] }, { tools: [{ name: "t", parameters: {} }] }, /^needs tools; one does not call tools$/],
    ["tools for an agent", { capabilities: [] }, { taskType: "agentic" }, /^needs tools/],
    [
      "a schema",
      { capabilities: [] },
      { output: { schema: {} } },
      /^needs an answer in a schema; one has no way to keep an answer to a schema$/,
    ],
    ["a window for prompt and answer", {}, { tokens: 127_900 }, /^needs a window of 128,200 tokens with the answer; one has 128,000$/],
    ["a longer answer", {}, { maxOutputTokens: 9000 }, /^answers with at most 8,192 tokens; 9,000 are asked for$/],
    ["a price under the maximum", {}, { maxCostNanoUsd: 1000 }, /^could cost \$0\.033, more than the maximum of \$0\.0000010$/],
    ["this machine", {}, { localOnly: true }, /^sends the prompt to acme; only models on this machine are allowed$/],
    ["not to be banned", {}, { banned: ["acme/one"] }, /^the setting routing\.banned names it$/],
    ["not to be banned with its provider", {}, { banned: ["acme/*"] }, /routing\.banned/],
    ["to be listed still", { status: "ghost" }, {}, /^acme no longer lists it; pin it/],
    ["not to be retired", { status: "deprecated" }, {}, /^acme has retired it or soon will; pin it/],
    ["to be proven", { quirks: { unproven: true } }, {}, /nothing is known of it/],
    ["to be the family, not a snapshot", { quirks: { snapshotOf: "acme/family" } }, {}, /^a dated snapshot that acme\/family stands for/],
    ["a key", {}, { keys: [] }, /^no key is set for acme$/],
  ];
  for (const [name, facts, more, reason] of needs) {
    it(`excludes what fails the need of ${name}, with the reason`, () => {
      const one = modelOf("acme/one", { quality: 90, usd: { input: 1, output: 4 }, ...facts });
      const { candidates, excluded } = decide(HELLO, [one], more);
      assert.deepEqual([candidates.length, excluded.length], [0, 1]);
      assert.match(excluded[0]?.reason ?? "", reason);
    });
  }

  it("says of an unknown model that nothing is known, not that it cannot", () => {
    const one = modelOf("acme/one", { limitsAssumed: true, capabilities: [] });
    assert.match(
      decide(HELLO, [one], { tools: [{ name: "t", parameters: {} }] }).excluded[0]?.reason ?? "",
      /nothing is known of what it can do$/,
    );
  });

  it("takes a model that calls tools for a schema, and none that does neither", () => {
    const caller = modelOf("acme/caller", { capabilities: ["tools"] });
    assert.deepEqual(names(decide(HELLO, [caller, modelOf("acme/plain", { capabilities: [] })], { output: { schema: {} } })), [
      "acme/caller",
    ]);
  });

  it("prefers a model made for documents where pages are to be read, and only there", () => {
    const sees = modelOf("acme/sees", { quality: 90, usd: { input: 1, output: 4 }, capabilities: ["vision"] });
    const reads = modelOf("acme/reads", { quality: 90, usd: { input: 1.1, output: 4.4 }, capabilities: ["vision", "pdf"] });
    const page = { role: "user" as const, parts: [{ type: "image" as const, mediaType: "image/png", data: "AAAA" }] };
    const first = (more: Parameters<typeof routeInput>[2]) =>
      names(createRoute()({ ...routeInput("Read it", [sees, reads], more), messages: [page] }))[0];
    assert.equal(first({}), "acme/sees");
    assert.equal(first({ taskType: "pdf_ocr" }), "acme/reads");
  });

  it("wants no vision because a text speaks of an image", () => {
    assert.equal(decide("Analyze this image", [small]).candidates.length, 1);
  });

  it("names a closed provider of many models once, and of few by each", () => {
    const many = Array.from({ length: 9 }, (_, index) => modelOf(`bravo/m${index}`));
    const { excluded } = decide(HELLO, [small, ...many, modelOf("carol/c")], { keys: ["acme"] });
    assert.deepEqual(
      excluded.map(({ model }) => model),
      ["bravo/*", "carol/c"],
    );
  });

  it("asks whose sight was measured before whose was not, however well the other writes", () => {
    const unseen = modelOf("acme/unseen", { quality: { general: 95 }, usd: { input: 0.1, output: 0.1 }, capabilities: ["vision"] });
    const measured = modelOf("acme/measured", {
      quality: { general: 90, vision: 90 },
      usd: { input: 1, output: 4 },
      capabilities: ["vision"],
    });
    const picture = { messages: [{ role: "user", parts: [{ type: "image", data: "AA" }] }] } as RoutingCase;
    const decision = decide("", [unseen, measured], picture);
    assert.deepEqual(names(decision), ["acme/measured", "acme/unseen"]);
    assert.match(decision.candidates[1]?.notes?.[0] ?? "", /after models whose sight was measured/);
    assert.deepEqual(names(decide(HELLO, [unseen, measured])), ["acme/unseen", "acme/measured"]);
  });

  it("weighs code by the code score and pictures by the vision score", () => {
    const coder = modelOf("acme/coder", {
      quality: { general: 90, code: 99, vision: 80 },
      usd: { input: 1, output: 1 },
      capabilities: ["vision"],
    });
    const seer = modelOf("acme/seer", {
      quality: { general: 90, code: 90, vision: 99 },
      usd: { input: 1, output: 1 },
      capabilities: ["vision"],
    });
    assert.equal(names(decide(CODE, [seer, coder]))[0], "acme/coder");
    const image = {
      messages: [
        {
          role: "user",
          parts: [
            { type: "text", text: HARD },
            { type: "image", data: "AA" },
          ],
        },
      ],
    } as RoutingCase;
    assert.equal(names(decide(HARD, [coder, seer], image))[0], "acme/seer");
  });

  it("takes one that is too weak before none at all, and says so", () => {
    const decision = decide(HARD, [small]);
    assert.deepEqual(names(decision), ["acme/small"]);
    assert.match(decision.because, /No model that can be used reaches 94/);
  });

  it("takes the best under policy best, the cheapest good enough under cheap", () => {
    const all = [small, middle, large];
    assert.equal(names(decide(HELLO, all, { policy: "best" }))[0], "acme/large");
    assert.equal(names(decide(CODE, all, { policy: "cheap" }))[0], "acme/small");
  });

  it("ranks unknown quality after all that is measured, and unknown prices after that, by stated notes", () => {
    const unmeasured = modelOf("acme/unmeasured", { usd: { input: 0.01, output: 0.01 } });
    const unpriced = modelOf("acme/unpriced", { quality: 100 });
    const decision = decide(HARD, [unpriced, unmeasured, large]);
    assert.deepEqual(names(decision), ["acme/large", "acme/unmeasured", "acme/unpriced"]);
    assert.match(decision.candidates[1]?.notes?.[0] ?? "", /no quality score is published/);
    assert.match(decision.candidates[2]?.notes?.[0] ?? "", /price is unknown/);
    assert.equal(decision.candidates[1]?.parts.quality, undefined);
  });

  it("lets nothing unpriced pass under a maximum price", () => {
    assert.match(
      decide(HELLO, [modelOf("acme/unpriced", { quality: 99 })], { maxCostNanoUsd: 1e9 }).excluded[0]?.reason ?? "",
      /price is unknown, and a maximum/,
    );
  });

  it("goes by price alone where nothing is measured", () => {
    const cheap = modelOf("acme/cheap", { usd: { input: 1, output: 1 } });
    const dear = modelOf("acme/dear", { usd: { input: 9, output: 9 } });
    const decision = decide(HARD, [dear, cheap]);
    assert.deepEqual([names(decision)[0], decision.degraded], ["acme/cheap", undefined]);
    assert.match(decision.because, /the price decides/);
  });

  it("takes the static order where no price and no score is known, and says degraded", () => {
    const bare = createCatalog()
      .all()
      .map((model) => ({ ...model, prices: [], scores: {} }));
    for (const level of COMPLEXITY_ORDER) {
      for (const provider of new Set(FALLBACK_ORDER[level].map((id) => id.slice(0, id.indexOf("/"))))) {
        const decision = decide(HELLO, bare, { level, keys: [provider] });
        assert.equal(decision.degraded, true, `${provider} ${level}`);
        assert.equal(
          names(decision)[0],
          FALLBACK_ORDER[level].find((id) => id.startsWith(`${provider}/`)),
        );
      }
    }
  });

  it("breaks a tie by the lower price, then by the name", () => {
    const twin = (id: string) => modelOf(id, { quality: 90, usd: { input: 1, output: 1 } });
    assert.deepEqual(names(decide(HELLO, [twin("b/x"), twin("a/x"), twin("c/x")])), ["a/x", "b/x", "c/x"]);
  });

  it("stays where the prompt cache is warm, unless another is better by more than that is worth", () => {
    const other = modelOf("acme/other", { quality: 92, usd: { input: 0.95, output: 3.8 } });
    assert.equal(names(decide(CODE, [middle, other]))[0], "acme/other");
    const warm = decide(CODE, [middle, other], { warm: "acme/middle" });
    assert.equal(names(warm)[0], "acme/middle");
    assert.equal(warm.candidates[0]?.parts.warm, 1.15);
    const muchCheaper = modelOf("acme/other", { quality: 92, usd: { input: 0.2, output: 0.8 } });
    assert.equal(names(decide(CODE, [middle, muchCheaper], { warm: "acme/middle" }))[0], "acme/other");
  });

  it("turns from a provider close to its rate limit, and asks one that has used it up last", () => {
    const [a, b] = [
      modelOf("a/x", { quality: 90, usd: { input: 1, output: 1 } }),
      modelOf("b/x", { quality: 90, usd: { input: 1, output: 1 } }),
    ];
    const headroom = (left: number) => (model: ModelInfo) => ({ usable: true, headroom: model.provider === "a" ? left : 1 });
    assert.deepEqual(names(decide(HELLO, [a, b], { availability: headroom(0.5) })), ["b/x", "a/x"]);
    const cheapA = modelOf("a/x", { quality: 99, usd: { input: 0.01, output: 0.01 } });
    assert.deepEqual(names(decide(HELLO, [cheapA, b], { availability: headroom(0) })), ["b/x", "a/x"]);
  });

  it("prefers a model that reasons where reasoning is asked for", () => {
    const thinker = modelOf("acme/thinker", { quality: 92, usd: { input: 1.2, output: 4.8 }, capabilities: ["reasoning"] });
    assert.equal(names(decide(CODE, [middle, thinker]))[0], "acme/middle");
    assert.equal(names(decide(CODE, [middle, thinker], { reasoning: "high" }))[0], "acme/thinker");
  });

  it("keeps shared free capacity for the policy cheap", () => {
    const free = modelOf("acme/free:free", { quality: 92, usd: { input: 0, output: 0 }, quirks: { sharedFree: true } });
    assert.deepEqual(names(decide(CODE, [free, middle])), ["acme/middle", "acme/free:free"]);
    assert.deepEqual(names(decide(CODE, [free, middle], { policy: "cheap" })), ["acme/free:free", "acme/middle"]);
  });

  it("takes a conversation that fits nowhere to the widest window, where it may be shortened", () => {
    const narrow = modelOf("acme/narrow", { contextWindowTokens: 8192 });
    const wide = modelOf("acme/wide", { contextWindowTokens: 32_000 });
    assert.equal(decide(HELLO, [narrow, wide], { tokens: 100_000 }).candidates.length, 0);
    const decision = decide(HELLO, [narrow, wide], { tokens: 100_000, mayShorten: true });
    assert.deepEqual(names(decision), ["acme/wide"]);
    assert.match(decision.because, /shortened to fit/);
  });

  it("counts the answer against the window, and prices long prompts by the tier", () => {
    const tiered = createCatalog().find("openai/gpt-5.6-luna");
    assert.ok(tiered);
    const short = plainEstimate({ messages: [] }, 271_999)(tiered).p50NanoUsd ?? 0;
    const long = plainEstimate({ messages: [] }, 272_000)(tiered).p50NanoUsd ?? 0;
    assert.ok(long > 1.9 * short);
  });
});

describe("a pinned model", () => {
  it("is honoured and explained, also when it is retired, dated, below the floor or lists no such thing", () => {
    const old = modelOf("acme/old", { status: "deprecated", quality: 60, usd: { input: 1, output: 1 }, quirks: { snapshotOf: "acme/x" } });
    const decision = decide(HARD, [old, large], { model: "acme/old" });
    assert.deepEqual([names(decision), decision.pinned], [["acme/old"], "acme/old"]);
    assert.match(decision.because, /was asked for by name/);
    assert.match(decision.candidates[0]?.notes?.join() ?? "", /retired/);
  });

  it("may be named by an alias", () => {
    const one = modelOf("acme/one", { aliases: ["acme/one-2026-01-01"] });
    assert.deepEqual(names(decide(HELLO, [one], { model: "acme/one-2026-01-01" })), ["acme/one"]);
  });

  it("is tried with stated limits when no list names it", () => {
    const decision = decide(HELLO, [small], { model: "acme/brand-new" });
    assert.deepEqual(names(decision), ["acme/brand-new"]);
    assert.match(decision.candidates[0]?.notes?.join() ?? "", /no longer lists it/);
  });

  it("is refused only for what makes an answer impossible or forbidden", () => {
    const cases: readonly (readonly [RoutingCase, string])[] = [
      [{ keys: [] }, "key"],
      [{ banned: ["acme/small"] }, "banned"],
      [{ localOnly: true }, "localOnly"],
      [{ maxCostNanoUsd: 10 }, "maxCost"],
      [{ tokens: 200_000 }, "window"],
      [{ messages: [{ role: "user", parts: [{ type: "image", data: "AA" }] }] } as RoutingCase, "vision"],
    ];
    for (const [more, rule] of cases) {
      const { candidates, excluded } = decide(HELLO, [small], { ...more, model: "acme/small" });
      assert.deepEqual([candidates.length, excluded[0]?.rule], [0, rule]);
    }
    const plain = modelOf("acme/plain", { capabilities: [] });
    assert.deepEqual(names(decide(HELLO, [plain], { model: "acme/plain", output: { schema: {} } })), ["acme/plain"]);
  });

  it("of a provider that nobody knows is refused with the names that are known", () => {
    assert.match(decide(HELLO, [small], { model: "nobody/x" }).excluded[0]?.reason ?? "", /^there is no provider nobody; known are acme$/);
    assert.match(decide(HELLO, [small], { model: "gpt-4o" }).excluded[0]?.reason ?? "", /provider\/model-id/);
  });
});

describe("the demonstration", () => {
  const demo = modelOf("demo/echo", { local: true });

  it("answers where no provider can be used, and says so", () => {
    const decision = decide(HELLO, [demo, small], { keys: ["demo"] });
    assert.deepEqual(names(decision), ["demo/echo"]);
    assert.match(decision.because, /no model is called/);
  });

  it("steps back for a local model, and for one that was refused for this prompt", () => {
    const local = modelOf("ollama/llama", { local: true, usd: { input: 0, output: 0 } });
    assert.deepEqual(names(decide(HELLO, [demo, local])), ["ollama/llama"]);
    const decision = decide(HELLO, [demo, small], { maxCostNanoUsd: 1 });
    assert.deepEqual(names(decision), []);
    assert.match(decision.excluded.find(({ model }) => model === "demo/echo")?.reason ?? "", /only where no provider can be used/);
  });

  it("can be asked for by name", () => {
    assert.deepEqual(names(decide(HELLO, [demo, small], { model: "demo/echo" })), ["demo/echo"]);
  });
});

describe("a server on this machine that states a price", () => {
  const dear = modelOf("gateway/dear", { local: true, usd: { input: 100, output: 200 }, quality: 60 });
  const low = modelOf("gateway/low", { local: true, usd: { input: 1, output: 2 }, quality: 59 });

  it("is not taken for free: the cheap policy prefers the cheaper one", () => {
    assert.equal(names(decide(HELLO, [dear, low], { policy: "cheap" }))[0], "gateway/low");
  });

  it("is held to the maximum of a prompt", () => {
    assert.deepEqual(names(decide(HELLO, [dear, low], { maxCostNanoUsd: 100_000_000 })), ["gateway/low"]);
  });
});
