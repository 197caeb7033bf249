// Live lists over real sockets: what is taken, what is kept when a list fails or makes no sense, and what survives a restart.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createCatalog } from "../../../server/catalog/catalog.ts";
import { MOST_BODY_CHARACTERS } from "../../../server/catalog/conditional.ts";
import type { Listed } from "../../../server/catalog/listed.ts";
import { createRefresher, type RefreshParts } from "../../../server/catalog/refresh.ts";
import { httpServer, type Listening } from "../../support/servers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const row = (id: string, prompt: string, completion: string, more: Record<string, unknown> = {}) => ({
  id,
  name: id,
  context_length: 200_000,
  architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
  pricing: { prompt, completion },
  supported_parameters: ["tools", "structured_outputs"],
  ...more,
});

describe("refresh", () => {
  let server: Listening;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let seen: IncomingMessage[];
  const folder = temporaryFolder();

  beforeEach(async () => {
    seen = [];
    answer = (_request, response) => response.writeHead(500).end("broken");
    server = await httpServer((request, response) => {
      seen.push(request);
      answer(request, response);
    });
  });
  afterEach(() => server.close());

  const json = (body: unknown, headers: Record<string, string> = {}) => {
    answer = (_request, response) => response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };

  function open(more: Partial<RefreshParts> = {}) {
    const catalog = createCatalog();
    const refresher = createRefresher({
      catalog,
      folder: folder.path,
      now: () => new Date("2026-11-23T12:00:00Z"),
      providers: () => [{ id: "openrouter", statesModels: false }],
      list: async () => [],
      openRouter: { url: `${server.origin}/api/v1/models`, fetch },
      log: () => undefined,
      ...more,
    });
    return { catalog, refresher, refresh: () => refresher.refresh(AbortSignal.timeout(10_000)) };
  }

  const inputRate = (house: ReturnType<typeof open>, id: string) => house.catalog.find(id)?.prices.at(-1)?.rates.input;

  it("takes a new model with its price, window, capabilities and tiers", async () => {
    const overrides = [{ min_prompt_tokens: 100_000, prompt: "0.000006", completion: "0.00001" }];
    json({
      data: [row("maker/new-model", "0.000003", "0.000009", { pricing: { prompt: "0.000003", completion: "0.000009", overrides } })],
    });
    const house = open();
    const result = await house.refresh();
    const model = house.catalog.find("openrouter/maker/new-model");
    assert.equal(result.added, 1);
    assert.equal(model?.status, "discovered");
    assert.deepEqual(model?.capabilities, ["tools", "vision", "structured"]);
    assert.equal(model?.contextWindowTokens, 200_000);
    assert.equal(model?.prices[0]?.rates.output, 9_000_000_000);
    assert.deepEqual(model?.prices[0]?.tiers?.[0]?.aboveInputTokens, 99_999);
    assert.equal(model?.prices[0]?.date, "2026-11-23");
  });

  it("keeps a model that the list no longer names, as a ghost", async () => {
    json({ data: [row("openai/gpt-4o", "0.0000025", "0.00001")] });
    const house = open();
    const result = await house.refresh();
    assert.ok(result.ghosts > 100);
    assert.equal(house.catalog.find("openrouter/openai/gpt-4o-mini")?.status, "ghost");
    assert.equal(house.catalog.find("openrouter/openai/gpt-4o")?.status, "active");
  });

  it("moves a price that moved a little, and says when it is from", async () => {
    json({ data: [row("openai/gpt-4o", "0.000002", "0.000008")] });
    const house = open();
    await house.refresh();
    const price = house.catalog.find("openrouter/openai/gpt-4o")?.prices.at(-1);
    assert.equal(price?.rates.input, 2_000_000_000);
    assert.match(price?.version ?? "", /^openrouter\.ai\/api\/v1\/models@2026-11-23#[0-9a-f]{8}$/);
  });

  for (const [name, prompt] of [
    ["more than tenfold up", "0.00003"],
    ["more than tenfold down", "0.0000001"],
    ["to nothing", "0"],
  ] as const) {
    it(`rejects a price that moved ${name} and keeps the old one`, async () => {
      json({ data: [row("openai/gpt-4o", prompt, "0.00001")] });
      const house = open();
      const before = inputRate(house, "openrouter/openai/gpt-4o");
      const { rejected } = await house.refresh();
      assert.equal(inputRate(house, "openrouter/openai/gpt-4o"), before);
      assert.equal(rejected[0]?.model, "openrouter/openai/gpt-4o");
      assert.match(rejected[0]?.reason ?? "", /input price went from .* the old price is kept/);
    });
  }

  const rubbish: readonly (readonly [string, (request: IncomingMessage, response: ServerResponse) => void])[] = [
    ["an error", (_, response) => response.writeHead(503).end()],
    ["a page instead of JSON", (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>maintenance</html>")],
    ["JSON of another shape", (_, response) => response.writeHead(200).end('{"models":7}')],
    ["an empty list", (_, response) => response.writeHead(200).end('{"data":[]}')],
    ["rows that make no sense", (_, response) => response.writeHead(200).end('{"data":[1,null,{"id":7}]}')],
    ["a connection that is cut", (request) => request.socket.destroy()],
    ["an endless body", (_, response) => response.writeHead(200).end(`{"data":["${"x".repeat(MOST_BODY_CHARACTERS)}"]}`)],
  ];
  for (const [name, behaviour] of rubbish) {
    it(`keeps what is known on ${name} and says so`, async () => {
      answer = behaviour;
      const house = open();
      const before = house.catalog.ofProvider("openrouter");
      const result = await house.refresh();
      assert.deepEqual(house.catalog.ofProvider("openrouter"), before);
      assert.match(result.sources[0]?.outcome ?? "", /^kept the shipped list: ./);
      assert.deepEqual([result.added, result.changed, result.ghosts], [0, 0, 0]);
    });
  }

  it("keeps yesterday's list when today's lost most of its models", async () => {
    json({ data: Array.from({ length: 40 }, (_, index) => row(`maker/m${index}`, "0.000001", "0.000002")) });
    const house = open();
    await house.refresh();
    json({ data: [row("maker/m0", "0.000001", "0.000002")] });
    const result = await house.refresh();
    assert.equal(result.sources[0]?.outcome, "kept the list of 2026-11-23: the list went from 40 models to 1");
    assert.equal(house.catalog.find("openrouter/maker/m39")?.status, "discovered");
  });

  it("asks whether the list has changed, and takes 304 for no", async () => {
    json({ data: [row("maker/new-model", "0.000003", "0.000009")] }, { etag: '"v1"' });
    await open().refresh();
    answer = (request, response) => response.writeHead(request.headers["if-none-match"] === '"v1"' ? 304 : 500).end();
    const again = open();
    const result = await again.refresh();
    assert.equal(seen[1]?.headers["if-none-match"], '"v1"');
    assert.match(result.sources[0]?.outcome ?? "", /^1 models/);
    assert.equal(again.catalog.find("openrouter/maker/new-model")?.status, "discovered");
  });

  it("has the fetched list again after a restart, without asking", async () => {
    json({ data: [row("maker/new-model", "0.000003", "0.000009")] });
    await open().refresh();
    const again = open();
    await again.refresher.load();
    assert.equal(inputRate(again, "openrouter/maker/new-model"), 3_000_000_000);
    assert.equal(seen.length, 1);
  });

  it("writes a cache that makes no sense anew", async () => {
    await writeFile(folder.file("catalogue.json"), '{"version":99}');
    json({ data: [row("maker/new-model", "0.000003", "0.000009")] });
    const house = open();
    await house.refresher.load();
    await house.refresh();
    assert.equal(JSON.parse(await readFile(folder.file("catalogue.json"), "utf8")).version, 1);
  });

  describe("of a provider's own list", () => {
    const listing = (models: readonly Listed[]): Partial<RefreshParts> => ({
      providers: () => [{ id: "openai", statesModels: false }],
      list: async (_provider, signal, wrap) => {
        await (await wrap(fetch)(`${server.origin}/v1/models`, { signal })).json();
        return models;
      },
    });
    beforeEach(() => json({ data: [] }));

    it("shows what is new, revives what a list had missed, and asks for nothing of an unproven model", async () => {
      const house = open(listing([{ id: "gpt-4o" }, { id: "gpt-3.5-turbo" }, { id: "gpt-9" }, { id: "gpt-5-codex" }]));
      await house.refresh();
      assert.equal(house.catalog.find("openai/gpt-9")?.status, "discovered");
      assert.equal(house.catalog.find("openai/gpt-9")?.quirks?.unproven, true);
      assert.equal(house.catalog.find("openai/gpt-5-codex")?.status, "active");
      assert.equal(house.catalog.find("openai/o3")?.status, "ghost");
    });

    it("takes a stated window, but not one that moved more than tenfold", async () => {
      const house = open(
        listing([
          { id: "gpt-4o", contextWindowTokens: 64_000 },
          { id: "gpt-4.1", contextWindowTokens: 4096 },
        ]),
      );
      const { rejected } = await house.refresh();
      assert.equal(house.catalog.find("openai/gpt-4o")?.contextWindowTokens, 64_000);
      assert.equal(house.catalog.find("openai/gpt-4.1")?.contextWindowTokens, 1_047_576);
      assert.deepEqual(
        rejected.map(({ model }) => model),
        ["openai/gpt-4.1"],
      );
    });

    it("trusts a gateway of one's own to list what chats, apart from what its name says", async () => {
      const house = open({
        ...listing([{ id: "house-model" }, { id: "house-embedding" }]),
        providers: () => [{ id: "acme", statesModels: false }],
      });
      await house.refresh();
      assert.equal(house.catalog.find("acme/house-model")?.quirks?.unproven, undefined);
      assert.equal(house.catalog.find("acme/house-embedding")?.quirks?.unproven, true);
    });
  });

  it("quietly asks what is older than a day, once, and leaves a provider alone whose models are stated", async () => {
    const asked: string[] = [];
    json({ data: [row("maker/new-model", "0.000003", "0.000009")] });
    const providers = () => [
      { id: "openai", statesModels: false },
      { id: "acme", statesModels: true },
    ];
    const list = async (provider: string) => {
      asked.push(provider);
      return [{ id: "gpt-4o" }];
    };
    const { refresher } = open({ providers, list, pace: { firstMs: 1, everyMs: 20 } });
    const changed = new Promise<unknown>((resolve) => refresher.onChange(resolve));
    const stop = refresher.startDaily(() => true);
    await changed;
    await new Promise((resolve) => setTimeout(resolve, 120));
    stop();
    assert.deepEqual([asked, seen.length], [["openai"], 1]);
  });
});
