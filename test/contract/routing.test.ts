// Routing as a client sees it: the built sidecar, the shipped catalogue, keys for six providers or one or none, and a policy on the disk.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RouteDecision } from "../../shared/route.ts";
import { latchkey } from "../support/cli.ts";
import { ask, RpcError, SidecarProcess } from "../support/sidecar.ts";
import { httpServer, type Listening } from "../support/servers.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const KEY = "sk-routing-test-0123456789abcdef";
const SIX = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "DEEPSEEK_API_KEY", "GROQ_API_KEY", "MISTRAL_API_KEY"];
const keysFor = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, KEY]));

const TEN = [
  "hello",
  "Translate to French: good morning, how did you sleep?",
  "Explain how photosynthesis works",
  "Write a function that sorts an array of dates",
  "Prove that there are infinitely many primes",
  "Calculate the integral of x^2 e^x and solve for its zeros with this function",
  "Design the architecture of a distributed queue with exactly-once delivery",
  "Why does this deadlock?\n```ts\nawait a.lock(); await b.lock();\n```\n```ts\nawait b.lock(); await a.lock();\n```",
  "解释这段代码的作用，并比较两种算法的优缺点",
  "Write a short poem about the sea",
];

async function kindOf(promise: Promise<unknown>): Promise<{ kind?: string; message: string; data?: Record<string, unknown> }> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RpcError);
  return { ...(error.kind ? { kind: error.kind } : {}), message: error.message, ...(error.data ? { data: { ...error.data } } : {}) };
}

describe("route/preview with keys for six providers", () => {
  let sidecar: SidecarProcess;
  before(async () => {
    sidecar = new SidecarProcess({ environment: keysFor(SIX) });
    await sidecar.initialize();
  });
  after(() => sidecar.stop());

  const preview = (text: string, more: Record<string, unknown> = {}) => sidecar.request("route/preview", { ...ask("p", text), ...more });
  const first = (decision: RouteDecision) => decision.candidates[0]?.model ?? "";

  it("chooses differently for ten prompts of different kinds, and explains each", async () => {
    const decisions = await Promise.all(TEN.map((text) => preview(text)));
    for (const decision of decisions) {
      RouteDecision.parse(decision);
      assert.ok(decision.because.includes(first(decision)));
      assert.ok(decision.candidates.every(({ parts }) => Object.keys(parts).length >= 2));
    }
    assert.ok(new Set(decisions.map(first)).size >= 4, decisions.map(first).join(", "));
    assert.deepEqual(new Set(decisions.map(({ tier }) => tier)), new Set(["simple", "moderate", "complex", "advanced"]));
  });

  it("spends more where more is asked for", async () => {
    const p50 = async (text: string, policy: "cheap" | "balanced" | "best") =>
      (await preview(text, { policy })).candidates[0]?.estimate.p50NanoUsd ?? 0;
    const hard = TEN[6] ?? "";
    const [cheap, balanced, best] = [await p50(hard, "cheap"), await p50(hard, "balanced"), await p50(hard, "best")];
    assert.ok(cheap < balanced && balanced < best, `${cheap} ${balanced} ${best}`);
  });

  it("takes a picture to models that see, and says of the others that they do not", async () => {
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const parts = [
      { type: "text" as const, text: "What is this?" },
      { type: "image" as const, data: png },
    ];
    const decision = await sidecar.request("route/preview", { messages: [{ role: "user", parts }] });
    const { models } = await sidecar.request("model/list", { capability: "vision" });
    const seeing = new Set(models.map(({ id }) => id));
    assert.ok(decision.candidates.length > 10);
    for (const { model } of decision.candidates) assert.ok(seeing.has(model), model);
    const blind = decision.excluded.find(({ model }) => model === "deepseek/deepseek-v4-pro");
    assert.equal(blind?.reason, "needs vision; deepseek-v4-pro takes text only");
  });

  it("takes a schema to models with a way to keep to it", async () => {
    const decision = await preview("Who wrote this?", { output: { schema: { type: "object" } } });
    const { models } = await sidecar.request("model/list", {});
    const able = new Set(models.filter(({ capabilities: can }) => can.includes("structured") || can.includes("tools")).map(({ id }) => id));
    for (const { model } of decision.candidates) assert.ok(able.has(model), model);
  });

  it("takes 300,000 tokens of context to windows that hold them, and names the others' windows", async () => {
    const decision = await preview(Array.from({ length: 230_000 }, (_, index) => `w${index % 9973}`).join(" "));
    const { models } = await sidecar.request("model/list", {});
    const windows = new Map(models.map((model) => [model.id, model.contextWindowTokens]));
    assert.ok(decision.candidates.length > 5);
    for (const { model, estimate } of decision.candidates) assert.ok((windows.get(model) ?? 0) > (estimate.inputTokens ?? 0), model);
    assert.match(
      decision.excluded.find(({ model }) => model === "openai/gpt-4o")?.reason ?? "",
      /^needs a window of [\d,]+ tokens .* has 128,000$/,
    );
  });

  it("honours a pin, and refuses only a model that no provider has", async () => {
    assert.deepEqual(
      (await preview("hello", { model: "openai/gpt-4o" })).candidates.map(({ model }) => model),
      ["openai/gpt-4o"],
    );
    const wrong = await preview("hello", { model: "nobody/gpt-4o" });
    assert.match(wrong.excluded[0]?.reason ?? "", /^there is no provider nobody; known are /);
  });

  it("keeps to a maximum price and to what is not banned", async () => {
    const capped = await preview(TEN[6] ?? "", { maxCostUsd: 0.002 });
    for (const { estimate } of capped.candidates) assert.ok((estimate.worstNanoUsd ?? 1e12) <= 2_000_000);
    assert.match(capped.excluded.find(({ rule }) => rule === "maxCost")?.reason ?? "", /more than the maximum of \$0\.0020/);
  });

  it("names a provider without a key once, and sends nothing", async () => {
    const { excluded } = await preview("hello");
    assert.match(excluded.find(({ model }) => model === "openrouter/*")?.reason ?? "", /no key is set for/);
  });
});

describe("route/preview with one key or none", () => {
  it("goes to the one provider there is, whatever the prompt", async () => {
    const sidecar = new SidecarProcess({ environment: keysFor(["MISTRAL_API_KEY"]) });
    await sidecar.initialize();
    for (const text of TEN) {
      const { candidates } = await sidecar.request("route/preview", ask("p", text));
      assert.ok(candidates.length > 0 && candidates.every(({ model }) => model.startsWith("mistral/")));
    }
    await sidecar.stop();
  });

  it("says that nothing can be used, and answers with the demonstration", async () => {
    const sidecar = new SidecarProcess();
    await sidecar.initialize();
    const decision = await sidecar.request("route/preview", ask("p", "hello"));
    assert.deepEqual(
      decision.candidates.map(({ model }) => model),
      ["demo/echo"],
    );
    assert.match(decision.because, /no model is called/);
    await sidecar.stop();
  });

  it("prints the decision as a table in a shell", async () => {
    const { stdout, code } = await latchkey(["route", TEN[3] ?? ""], { environment: keysFor(SIX) });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^prompt: +complex \(versatile\); code words \+3.*\npolicy: +balanced; one more point of quality may cost \d+ % more\nchoice: +\S+ has the most quality for its price/,
    );
    assert.match(stdout, /\nmodel +quality +about +at most +score\n\S+ +\d+(\.\d)? +\$0\.\d+ +\$0\.\d+ +\d/);
    assert.match(stdout, /\nexcluded: cerebras\/\S+: no key is set for Cerebras; likewise .* and \d+ more/);
  });
});

describe("latchkey route", () => {
  const folder = temporaryFolder();
  const route = (...words: string[]) => latchkey(["route", ...words], { environment: keysFor(SIX), folder: folder.path });
  const decisionOf = async (...words: string[]) => RouteDecision.parse(JSON.parse((await route(...words, "--json")).stdout));

  it("counts what is asked for as the chat would: policy, task, ceiling, schema, tools, a pin", async () => {
    const plain = await decisionOf(TEN[6] ?? "");
    const best = await decisionOf(TEN[6] ?? "", "--policy", "best", "--task", "analysis");
    assert.deepEqual([best.policy, best.taskType, plain.policy], ["best", "analysis", "balanced"]);
    assert.notEqual(best.candidates[0]?.model, plain.candidates[0]?.model);
    const narrow = await decisionOf("hello", "--max-cost", "0.002", "--schema", "--tools");
    assert.deepEqual(new Set(narrow.excluded.map(({ rule }) => rule)).has("maxCost"), true);
    for (const { estimate } of narrow.candidates) assert.ok((estimate.worstNanoUsd ?? 1e12) <= 2_000_000);
    assert.equal((await decisionOf("hello", "--model", "openai/gpt-4o")).pinned, "openai/gpt-4o");
  });

  it("reads files and the conversation so far, and a note in a file is not taken for code", async () => {
    writeFileSync(folder.file("note.txt"), "The meeting is on Tuesday; bring the figures.\n".repeat(30));
    writeFileSync(folder.file("sort.py"), "def sort(list):\n    return sorted(list)\n");
    const earlier = [{ role: "user", parts: [{ type: "text", text: "w ".repeat(4000) }] }];
    writeFileSync(folder.file("talk.json"), JSON.stringify(earlier));
    const [note, source] = [await decisionOf("Summarize", "--file", "note.txt"), await decisionOf("Summarize", "--file", "sort.py")];
    assert.ok(!note.signals.some(({ name }) => name === "code block"));
    assert.ok(source.signals.some(({ name }) => name === "code block"));
    const tokens = async (...words: string[]) => (await decisionOf("hello", ...words)).candidates[0]?.estimate.inputTokens ?? 0;
    assert.ok((await tokens("--messages", "talk.json")) > (await tokens()) + 3000);
  });

  const mistakes: readonly (readonly [name: string, words: readonly string[], says: RegExp])[] = [
    ["nothing to route", [], /what should be routed/],
    ["a policy that there is not", ["hi", "--policy", "fast"], /--policy must be one of cheap, balanced, best/],
    ["a task that there is not", ["hi", "--task", "song"], /--task must be one of code, analysis/],
    ["a maximum that is no amount", ["hi", "--max-cost", "much"], /--max-cost must be a number/],
    ["a conversation that is not there", ["hi", "--messages", "none.json"], /there is no file none\.json/],
    ["a conversation that is none", ["hi", "--messages", "rubbish.json"], /rubbish\.json is no JSON list of messages/],
  ];
  for (const [name, words, says] of mistakes) {
    it(`refuses ${name}, in words`, async () => {
      writeFileSync(folder.file("rubbish.json"), '[{"role":"nobody"}]');
      const { code, stderr, stdout } = await route(...words);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, says);
    });
  }
});

describe("latchkey models", () => {
  const models = async (...words: string[]) => (await latchkey(["models", "--all", ...words], { environment: keysFor(SIX) })).stdout;

  it("holds providers side by side, each price with its date", async () => {
    const table = await models("--compare");
    assert.match(table, /^A usual prompt: 1,000 tokens in, 500 out\.\nprovider +least +median +most/);
    assert.match(table, /\nopenai +\$0\.\d+ +\$0\.\d+ +\$\d.* 2026-\d\d-\d\d/);
    const rows: { provider: string; models: number }[] = JSON.parse(await models("--compare", "--json"));
    assert.ok(rows.length >= 15 && rows.every((row) => row.models > 0));
  });

  it("lists the cheapest, as many as asked for, and refuses what is no number", async () => {
    assert.equal((await models("--cheapest", "3")).trim().split("\n").length, 4);
    assert.equal((await latchkey(["models", "--cheapest", "few"])).code, 2);
  });

  it("fetches lists when told to, and says what was kept", async () => {
    const settings = { providers: { openrouter: { baseUrl: "http://127.0.0.1:9/api/v1" } } };
    const home = mkdtempSync(join(tmpdir(), "latchkey-models-"));
    writeFileSync(join(home, "settings.json"), JSON.stringify(settings));
    const { stderr, code } = await latchkey(["models", "--refresh"], { home });
    assert.equal(code, 0);
    assert.match(stderr, /-- openrouter\.ai\/api\/v1\/models: kept the shipped list: /);
    rmSync(home, { recursive: true, force: true });
  });
});

describe("latchkey score", () => {
  it("answers one number a prompt, in order, and ends with an error at what is no prompt", async () => {
    const lines = ["hello", "What is 2 + 2?\n\nA. 3\nB. 4", "Explain entropy."].map((prompt, id) => JSON.stringify({ id, prompt }));
    const { stdout, code } = await latchkey(["score"], { stdin: `${lines.join("\n")}\n` });
    const numbers = stdout.trim().split("\n").map(Number);
    assert.deepEqual([code, numbers.length], [0, 3]);
    for (const number of numbers) assert.ok(number > 0 && number < 1);
    assert.notEqual((await latchkey(["score"], { stdin: '{"id":1}\n' })).code, 0);
  });
});

describe("what is previewed is what happens", () => {
  it("sends a chat to the first candidate of the preview, and fails over to the second", async () => {
    const [near, far] = [await startVendor(says("near")), await startVendor(says("far"))];
    const sidecar = new SidecarProcess();
    const priced = (input: number, quality: number) => ({ usdPerMillion: { input, output: input }, quality });
    await sidecar.initialize({
      providers: { custom: [asProvider(near, { id: "near" }, priced(1, 95)), asProvider(far, { id: "far" }, priced(2, 96))] },
    });
    for (const text of ["hello", TEN[6] ?? ""]) {
      const decision = await sidecar.request("route/preview", ask("x", text));
      const result = await sidecar.request("chat/send", ask(`c${text.length}`, text));
      assert.equal(result.model, decision.candidates[0]?.model);
      assert.deepEqual(result.route.candidates, decision.candidates);
    }
    near.script = (answer) => answer.fail(503, { message: "down" });
    const result = await sidecar.request("chat/send", ask("again", "hello"));
    assert.deepEqual([result.model, result.text.trim()], ["far/m1", "far"]);
    await sidecar.stop();
    await Promise.all([near.close(), far.close()]);
  });
});

describe("an organisation's policy", () => {
  let vendor: Vendor;
  let home: string;
  let sidecar: SidecarProcess;
  beforeEach(async () => {
    vendor = await startVendor();
    home = mkdtempSync(join(tmpdir(), "latchkey-policy-"));
  });
  afterEach(async () => {
    await sidecar.stop();
    await vendor.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function under(policy: unknown, more: { environment?: Record<string, string>; file?: string } = {}) {
    const path = join(home, more.file ?? "policy.json");
    writeFileSync(path, typeof policy === "string" ? policy : JSON.stringify(policy));
    sidecar = new SidecarProcess({ home, environment: { ...(more.file ? { LATCHKEY_POLICY: path } : {}), ...more.environment } });
    await sidecar.initialize({ providers: { custom: [asProvider(vendor)] } });
    await sidecar.request("key/set", { provider: "acme", secret: KEY });
  }

  const plan = (terms: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
    version: 1,
    plan: "free",
    plans: { free: terms },
    ...more,
  });

  it("stops every kind of chat when a trial has ended, before anything is sent", async () => {
    await under(plan({}, { expiresAt: "2020-01-01T00:00:00Z" }));
    const image = [
      { type: "text" as const, text: "see" },
      { type: "image" as const, url: "https://example.test/a.png" },
    ];
    const requests = [
      sidecar.request("chat/send", ask("a", "hello")),
      sidecar.request("chat/send", ask("b", "hello", { output: { schema: { type: "object" } } })),
      sidecar.request("chat/send", { chatId: "c", messages: [{ role: "user", parts: image }] }),
      sidecar.request("chat/estimate", ask("d", "hello")),
      sidecar.request("route/preview", ask("e", "hello")),
    ];
    for (const request of requests) {
      const { kind, data, message } = await kindOf(request);
      assert.deepEqual([kind, data?.rule], ["planForbidden", "trialExpired"]);
      assert.match(message, /ended on 2020-01-01/);
    }
    assert.equal(vendor.requests.length, 0);
  });

  it("refuses a plan without the organisation's keys to a person without a key of their own", async () => {
    await under(plan({}, { managed: ["acme"] }));
    const { kind, data } = await kindOf(sidecar.request("chat/send", ask("a", "hello")));
    assert.deepEqual([kind, data?.rule], ["planForbidden", "noAccess"]);
    assert.equal(vendor.requests.length, 0);
  });

  it("holds the organisation's key to its list and leaves one's own key alone", async () => {
    await under(plan({ managed: true, models: ["acme/other"] }, { managed: ["acme"] }), {
      file: "rules.json",
      environment: keysFor(["OPENAI_API_KEY"]),
    });
    const { candidates, excluded } = await sidecar.request("route/preview", ask("a", "hello"));
    assert.match(excluded.find(({ model }) => model === "acme/m1")?.reason ?? "", /not in the list of the plan "free"/);
    assert.ok(candidates.every(({ model }) => model.startsWith("openai/")));
    assert.equal((await kindOf(sidecar.request("chat/send", ask("b", "hello", { model: "acme/m1" })))).kind, "planForbidden");
    assert.equal(vendor.requests.length, 0);
  });

  it("brings a maximum price of its own", async () => {
    await under(plan({}, { maxCostUsd: 0.0000001 }));
    const { kind } = await kindOf(sidecar.request("chat/send", ask("a", "hello")));
    assert.equal(kind, "noCandidate");
    assert.equal(vendor.requests.length, 0);
  });

  it("closes rather than opens when its file cannot be understood", async () => {
    await under('{"version":1,"plan":"free","plans":{"free":{"modles":[]}}}');
    const { kind, data, message } = await kindOf(sidecar.request("chat/send", ask("a", "hello")));
    assert.deepEqual([kind, data?.rule], ["planForbidden", "unreadable"]);
    assert.match(message, /modles/);
    assert.equal(vendor.requests.length, 0);
  });
});

describe("model/refresh", () => {
  let vendor: Vendor;
  let reseller: Listening;
  let list: unknown;
  beforeEach(async () => {
    vendor = await startVendor();
    reseller = await httpServer(
      (_, response) => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(list)),
    );
  });
  afterEach(() => Promise.all([vendor.close(), reseller.close()]));

  it("shows new models and ghosts, tells clients, and knows them again after a restart", async () => {
    const home = mkdtempSync(join(tmpdir(), "latchkey-refresh-"));
    const settings = { providers: { openrouter: { baseUrl: `${reseller.origin}/api/v1` }, custom: [asProvider(vendor, { models: [] })] } };
    list = {
      data: [
        {
          id: "maker/new",
          context_length: 64_000,
          pricing: { prompt: "0.000001", completion: "0.000002" },
          supported_parameters: ["tools"],
        },
      ],
    };
    const sidecar = new SidecarProcess({ home, environment: { OPENROUTER_API_KEY: KEY } });
    await sidecar.initialize(settings);
    const result = await sidecar.request("model/refresh", {});
    assert.deepEqual(
      result.sources.map(({ source }) => source),
      ["openrouter.ai/api/v1/models", "acme model list"],
    );
    assert.equal(result.added, 2);
    await sidecar.waitFor(({ method }) => method === "catalog/changed");
    const { models } = await sidecar.request("model/list", { provider: "openrouter" });
    assert.equal(models.find(({ id }) => id === "openrouter/maker/new")?.price?.rates.output, 2_000_000_000);
    assert.equal(models.find(({ id }) => id === "openrouter/openai/gpt-4o")?.status, "ghost");
    const chat = await sidecar.request("chat/send", ask("a", "hello", { model: "acme/m1" }));
    assert.equal(chat.model, "acme/m1");
    await sidecar.stop();
    const again = new SidecarProcess({ home, environment: { OPENROUTER_API_KEY: KEY } });
    await again.initialize(settings);
    const known = await again.request("model/list", { provider: "openrouter" });
    assert.ok(known.models.some(({ id }) => id === "openrouter/maker/new"));
    await again.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("keeps what is known when a list fails, and says so in its answer", async () => {
    list = { nothing: true };
    const sidecar = new SidecarProcess();
    await sidecar.initialize({ providers: { openrouter: { baseUrl: `${reseller.origin}/api/v1` } } });
    const { sources, added, ghosts } = await sidecar.request("model/refresh", {});
    assert.deepEqual([added, ghosts], [0, 0]);
    assert.match(sources[0]?.outcome ?? "", /^kept the shipped list: /);
    await sidecar.stop();
  });
});

describe("models of a provider in the settings", () => {
  it("are told to who listens when the settings change", async () => {
    const vendor = await startVendor();
    const sidecar = new SidecarProcess();
    try {
      await sidecar.initialize({});
      await sidecar.request("model/list", {});
      const told = sidecar.waitFor((frame) => frame.method === "catalog/changed");
      const settings = { "local.discover": false, providers: { custom: [asProvider(vendor, { needsKey: false })] } };
      sidecar.notify("workspace/didChangeConfiguration", { settings });
      assert.deepEqual((await told).params, { added: 1, changed: 0, ghosts: 0, source: "settings" });
      const { models } = await sidecar.request("model/list", {});
      assert.ok(models.some(({ id }) => id === "acme/m1"));
    } finally {
      await sidecar.stop();
      await vendor.close();
    }
  });
});
