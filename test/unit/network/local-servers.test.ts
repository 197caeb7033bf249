// Discovery on this machine: real sockets, answers in the form that each server documents.
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { createLocalDiscovery, localTargets } from "../../../server/network/local-servers.ts";
import { createNetwork } from "../../../server/network/network.ts";
import { ModelInfo } from "../../../shared/model.ts";
import { httpServer, type Listening } from "../../support/servers.ts";

const network = createNetwork({
  settings: () => ({ proxy: "http://127.0.0.1:1", noProxy: [], strictSsl: true, caFile: null }),
  environment: {},
});

type Answers = Readonly<Record<string, unknown>>;

/** Answers `path` with the JSON under it; /api/show by the model's name. */
function answering(answers: Answers): RequestListener {
  return async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const key = request.url === "/api/show" ? `/api/show ${JSON.parse(body).model}` : (request.url ?? "");
    response.writeHead(key in answers ? 200 : 404).end(JSON.stringify(answers[key] ?? {}));
  };
}

describe("local discovery", () => {
  const open: Listening[] = [];
  let looks = 0;
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
    looks = 0;
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = await httpServer((request, response) => {
      looks += 1;
      listener(request, response);
    });
    open.push(server);
    return `${server.origin}/v1`;
  }

  function discovery(provider: string, baseUrl: string, clock = { ms: 0 }) {
    const targets = [{ provider, baseUrl }];
    return createLocalDiscovery({
      targets: () => targets,
      fetchFor: network.fetchFor,
      now: () => new Date(clock.ms),
      limits: { connectMs: 5000, answerMs: 5000 },
    });
  }

  async function models(provider: string, answers: Answers) {
    const [server] = await discovery(provider, await serve(answering(answers))).find();
    for (const model of server?.models ?? []) ModelInfo.parse(model);
    return server?.models.map(({ id, contextWindowTokens, limitsAssumed, capabilities }) => ({
      id,
      contextWindowTokens,
      limitsAssumed,
      capabilities,
    }));
  }

  it("finds Ollama's models with the window each was loaded with or made for", async () => {
    const show = (more: object) => ({
      capabilities: ["completion"],
      model_info: { "general.architecture": "x", "x.context_length": 131072 },
      ...more,
    });
    const found = await models("ollama", {
      "/api/tags": {
        models: [
          { name: "loaded:8b" },
          { name: "made:8b" },
          { name: "idle:8b" },
          { name: "tiny:1b" },
          { name: "embed" },
          { name: "far:cloud", remote_host: "https://ollama.com" },
        ],
      },
      "/api/ps": { models: [{ name: "loaded:8b", context_length: 32768 }] },
      "/api/show loaded:8b": show({ capabilities: ["completion", "tools", "vision", "thinking"] }),
      "/api/show made:8b": show({ parameters: "temperature 0.7\nnum_ctx                        16384" }),
      "/api/show idle:8b": show({}),
      "/api/show tiny:1b": show({ model_info: { "x.context_length": 2048 } }),
      "/api/show embed": show({ capabilities: ["embedding"] }),
    });
    assert.deepEqual(found, [
      {
        id: "ollama/loaded:8b",
        contextWindowTokens: 32768,
        limitsAssumed: false,
        capabilities: ["tools", "vision", "reasoning", "structured"],
      },
      { id: "ollama/made:8b", contextWindowTokens: 16384, limitsAssumed: false, capabilities: ["structured"] },
      { id: "ollama/idle:8b", contextWindowTokens: 4096, limitsAssumed: true, capabilities: ["structured"] },
      { id: "ollama/tiny:1b", contextWindowTokens: 2048, limitsAssumed: false, capabilities: ["structured"] },
    ]);
  });

  it("finds LM Studio's models, and the window of those that are loaded", async () => {
    const found = await models("lm-studio", {
      "/api/v0/models": {
        data: [
          { id: "qwen2-vl-7b", type: "vlm", state: "not-loaded", max_context_length: 32768 },
          {
            id: "org/llama-3.1-8b",
            type: "llm",
            state: "loaded",
            max_context_length: 131072,
            loaded_context_length: 8192,
            capabilities: ["tool_use"],
          },
          { id: "nomic-embed", type: "embeddings" },
        ],
      },
    });
    assert.deepEqual(found, [
      { id: "lm-studio/qwen2-vl-7b", contextWindowTokens: 4096, limitsAssumed: true, capabilities: ["vision", "structured"] },
      { id: "lm-studio/org/llama-3.1-8b", contextWindowTokens: 8192, limitsAssumed: false, capabilities: ["tools", "structured"] },
    ]);
  });

  it("takes the OpenAI list of an LM Studio that has no other", async () => {
    const found = await models("lm-studio", { "/v1/models": { data: [{ id: "old" }] } });
    assert.deepEqual(
      found?.map(({ id }) => id),
      ["lm-studio/old"],
    );
  });

  it("finds llama.cpp's model with the window of a slot", async () => {
    const found = await models("llama.cpp", {
      "/props": {
        default_generation_settings: { n_ctx: 65536 },
        modalities: { vision: true, audio: false },
        chat_template_caps: { supports_tools: true },
      },
      "/v1/models": { data: [{ id: "org/qwen.gguf", owned_by: "llamacpp", meta: { n_ctx_train: 262144 } }] },
    });
    assert.deepEqual(found, [
      { id: "llama.cpp/org/qwen.gguf", contextWindowTokens: 65536, limitsAssumed: false, capabilities: ["vision", "tools", "structured"] },
    ]);
  });

  it("takes another web server at the port for what it is", async () => {
    for (const provider of ["ollama", "lm-studio", "llama.cpp"]) {
      assert.equal(await models(provider, {}), undefined);
      assert.equal(await models(provider, { "/v1/models": { hello: "world" }, "/api/tags": [], "/props": "x" }), undefined);
    }
    assert.equal(await models("llama.cpp", { "/v1/models": { data: [{ id: "gpt", owned_by: "somebody" }] } }), undefined);
  });

  it("costs nothing and says so, with the date", async () => {
    const [server] = await discovery("lm-studio", await serve(answering({ "/v1/models": { data: [{ id: "m" }] } }))).find();
    assert.deepEqual(server?.models[0]?.prices[0]?.rates, { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 });
    assert.equal(server?.models[0]?.local, true);
    assert.equal(server?.models[0]?.date, "1970-01-01");
  });

  it("asks once a minute at most, does not make anyone wait for the second time, and asks anew when told to forget", async () => {
    const clock = { ms: 0 };
    let names = ["one"];
    const listed: RequestListener = (_request, response) => response.end(JSON.stringify({ data: names.map((id) => ({ id })) }));
    const found = discovery("lm-studio", await serve(listed), clock);
    const ids = async () => (await found.find())[0]?.models.map(({ model }) => model);
    assert.deepEqual(await Promise.all([ids(), ids()]), [["one"], ["one"]]);
    names = ["two"];
    clock.ms = 59_999;
    assert.deepEqual(await ids(), ["one"]);
    assert.equal(looks, 1);
    clock.ms = 60_000;
    assert.deepEqual(await ids(), ["one"]);
    while (JSON.stringify(await ids()) !== '["two"]') await new Promise((next) => setTimeout(next, 5));
    assert.equal(looks, 2);
    names = ["three"];
    found.forget();
    assert.deepEqual(await ids(), ["three"]);
  });

  it("gives up on a server that says nothing within the time it has", async () => {
    const baseUrl = await serve(() => undefined);
    const quick = createLocalDiscovery({
      targets: () => [{ provider: "ollama", baseUrl }],
      fetchFor: network.fetchFor,
      now: () => new Date(),
      limits: { connectMs: 50, answerMs: 50 },
    });
    assert.deepEqual(await quick.find(), []);
  });

  it("finds nothing where nobody listens", async () => {
    const baseUrl = await serve(() => undefined);
    await open.pop()?.close();
    assert.deepEqual(await discovery("ollama", baseUrl).find(), []);
  });
});

describe("localTargets", () => {
  const at = (environment: Record<string, string>, baseUrls = {}) =>
    Object.fromEntries(localTargets(baseUrls, environment).map(({ provider, baseUrl }) => [provider, baseUrl]));

  it("are the usual ports", () => {
    assert.deepEqual(at({}), {
      ollama: "http://127.0.0.1:11434/v1",
      "lm-studio": "http://127.0.0.1:1234/v1",
      "llama.cpp": "http://127.0.0.1:8080/v1",
    });
  });

  const hosts: readonly [string, string | undefined][] = [
    ["0.0.0.0", "http://127.0.0.1:11434/v1"],
    ["0.0.0.0:9000", "http://127.0.0.1:9000/v1"],
    [":9000", "http://127.0.0.1:9000/v1"],
    ["localhost", "http://localhost:11434/v1"],
    ["http://127.0.0.1:9000/", "http://127.0.0.1:9000/v1"],
    ["gpu-box:11434", undefined],
    ["http://[::1]:9000", "http://[::1]:9000/v1"],
  ];
  for (const [host, baseUrl] of hosts) {
    it(`OLLAMA_HOST=${host} ${baseUrl ? `is ${baseUrl}` : "is not on this machine"}`, () =>
      assert.equal(at({ OLLAMA_HOST: host }).ollama, baseUrl));
  }

  it("follow llama-server's port variable and, before all, the settings", () => {
    assert.equal(at({ LLAMA_ARG_PORT: "9001" })["llama.cpp"], "http://127.0.0.1:9001/v1");
    assert.equal(at({ OLLAMA_HOST: ":9000" }, { ollama: { baseUrl: "http://localhost:7/v1/" } }).ollama, "http://localhost:7/v1");
    assert.equal(at({}, { ollama: { baseUrl: "http://gpu-box:11434/v1" } }).ollama, undefined);
  });
});
