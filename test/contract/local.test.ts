// A local server is found by itself and preferred over the demo; it costs nothing, and that is known rather than assumed.
import assert from "node:assert/strict";
import { latchkey } from "../support/cli.ts";
import { httpServer, type Listening } from "../support/servers.ts";
import { ask, SidecarProcess } from "../support/sidecar.ts";

/** Ollama's own list and its OpenAI-compatible chat, as its documentation describes them. */
function startOllama(): Promise<Listening> {
  return httpServer((request, response) => {
    request.resume();
    const json = (value: unknown) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (request.url === "/api/tags") return json({ models: [{ name: "tiny:latest", model: "tiny:latest", details: { family: "llama" } }] });
    if (request.url === "/api/ps") return json({ models: [] });
    if (request.url === "/api/show")
      return json({ capabilities: ["completion"], model_info: { "general.architecture": "llama", "llama.context_length": 8192 } });
    if (request.url !== "/v1/chat/completions") {
      response.writeHead(404);
      return response.end();
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (value: unknown) => response.write(`data: ${JSON.stringify({ id: "c", model: "tiny:latest", ...(value as object) })}\n\n`);
    send({ choices: [{ index: 0, delta: { role: "assistant", content: "I am local." } }] });
    send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    send({ choices: [], usage: { prompt_tokens: 8, completion_tokens: 4, total_tokens: 12 } });
    response.end("data: [DONE]\n\n");
  });
}

describe("a local server", () => {
  let ollama: Listening;

  beforeEach(async () => {
    ollama = await startOllama();
  });

  afterEach(() => ollama.close());

  it("answers latchkey ask instead of the demo when there is no key", async () => {
    const { code, stdout } = await latchkey(["ask", "Who are you?", "--json"], { environment: { OLLAMA_HOST: ollama.origin } });
    const result = JSON.parse(stdout) as { text: string; model: string; cost: { nanoUsd: number } };
    assert.equal(code, 0);
    assert.equal(result.model, "ollama/tiny:latest");
    assert.equal(result.text, "I am local.");
    assert.equal(result.cost.nanoUsd, 0);
  });

  it("is listed with the window it has", async () => {
    const { stdout } = await latchkey(["models", "--json"], { environment: { OLLAMA_HOST: ollama.origin } });
    const models = JSON.parse(stdout) as { id: string; contextWindowTokens: number; local: boolean }[];
    const tiny = models.find((model) => model.id === "ollama/tiny:latest");
    assert.equal(tiny?.local, true);
    assert.ok((tiny?.contextWindowTokens ?? 0) > 0);
  });

  it("passes a hard limit of nothing, since it costs nothing", async () => {
    const sidecar = new SidecarProcess({ environment: { OLLAMA_HOST: ollama.origin } });
    await sidecar.initialize({ "local.discover": true, budgets: [{ scope: "all", period: "day", limitUsd: 0, kind: "hard" }] });
    const result = await sidecar.request("chat/send", ask("l", "hello", { model: "ollama/tiny:latest" }));
    assert.equal(result.text, "I am local.");
    await sidecar.stop();
  });
});
