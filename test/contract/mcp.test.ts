// The official MCP client in front of `latchkey mcp`: tools with schemas that their answers fit, progress, cancelling, roots, failures.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type CallToolResult, ListRootsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { newHome } from "../support/http-door.ts";
import { BUILT, cleanEnvironment } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("the MCP client in front of latchkey mcp", () => {
  let vendor: Vendor;
  let home: string;
  let folder: string;
  let client: Client;

  before(async () => {
    vendor = await startVendor();
    home = newHome({
      providers: { custom: [asProvider(vendor, { needsKey: false }, { maxOutputTokens: 8000 })] },
      budgets: [{ scope: "all", period: "day", limitUsd: 1, kind: "hard" }],
    });
    folder = mkdtempSync(join(tmpdir(), "latchkey-mcp-"));
    for (const name of ["here", "root", "elsewhere"]) mkdirSync(join(folder, name));
    for (const name of ["here", "root", "elsewhere"]) writeFileSync(join(folder, name, "dot.png"), Buffer.from(PNG, "base64"));
    writeFileSync(join(folder, "here", "key.txt"), "sk-secret");
    symlinkSync(join(folder, "elsewhere", "dot.png"), join(folder, "here", "way-out.png"));
    client = new Client({ name: "test-client", version: "1" }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: pathToFileURL(join(folder, "root")).href }] }));
    const environment = cleanEnvironment(home);
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [BUILT, "mcp"],
        env: environment,
        cwd: join(folder, "here"),
        stderr: "inherit",
      }),
    );
    // The client checks structured answers against the output schemas that it has seen.
    await client.listTools();
  });

  beforeEach(() => {
    vendor.requests.length = 0;
    vendor.script = says("Hello from the vendor.", { input: 1000, output: 500 });
  });

  after(async () => {
    await client.close();
    await vendor.close();
    for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
  });

  const call = async (name: string, given: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: given })) as CallToolResult & { content: { text: string }[] };

  it("lists its tools with schemas, and says which of them spend nothing", async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map((tool) => [tool.name, tool.annotations?.readOnlyHint]),
      [
        ["ask", false],
        ["estimate", true],
        ["describe_image", false],
        ["budget_status", true],
      ],
    );
    assert.deepEqual(tools[0]?.inputSchema.required, ["prompt"]);
    assert.match(client.getInstructions() ?? "", /cost nothing/);
  });

  it("asks, and says who answered and what it cost", async () => {
    const { structuredContent, content } = await call("ask", { prompt: "hi", system: "Be short." });
    assert.deepEqual(structuredContent, {
      text: "Hello from the vendor.",
      model: "acme/m1",
      stopReason: "end",
      costUsd: 0.002,
      costProvenance: "computed",
    });
    assert.equal(content[0]?.text, "Hello from the vendor.");
    assert.equal(vendor.requests[0]?.body.messages[0].content, "Be short.");
  });

  it("reports progress to a client that asks for it", async () => {
    const messages: string[] = [];
    // The SDK forgets who wants progress once the answer is there: what comes in one piece with it is told to nobody.
    vendor.script = async (answer) => {
      await answer.text("Hello");
      while (messages.length === 0) await new Promise((done) => setTimeout(done, 5));
      await answer.finish();
    };
    const given = { name: "ask", arguments: { prompt: "hi" } };
    await client.callTool(given, undefined, { onprogress: ({ message }) => messages.push(message ?? "") });
    assert.match(messages[0] ?? "", /acme\/m1 answers/);
  });

  it("stops when the call is cancelled, and closes the vendor's socket", async () => {
    let spoken = () => {};
    const speaks = new Promise<void>((done) => {
      spoken = done;
    });
    vendor.script = async (answer) => {
      await answer.text("and so ");
      spoken();
    };
    const stop = new AbortController();
    const running = client.callTool({ name: "ask", arguments: { prompt: "hi" } }, undefined, { signal: stop.signal });
    await speaks;
    stop.abort();
    await assert.rejects(running);
    await vendor.requests[0]?.hungUp;
  });

  it("quotes without asking anybody", async () => {
    const { structuredContent } = await call("estimate", { prompt: "hi", model: "acme/m1" });
    const [candidate] = (structuredContent as { candidates: { model: string; worstUsd: number; p50Usd: number }[] }).candidates;
    assert.equal(candidate?.model, "acme/m1");
    assert.ok((candidate?.worstUsd ?? 0) >= (candidate?.p50Usd ?? 1));
    assert.equal(vendor.requests.length, 0);
  });

  it("describes an image from its bytes, a root, and the working folder, once for all of them", async () => {
    const seen = { summary: "A dot.", altText: "A dot", texts: [], regions: [], objects: [], elements: [] };
    vendor.script = says(JSON.stringify(seen), { input: 1000, output: 500 });
    for (const given of [{ data: PNG }, { path: "dot.png" }, { path: join(folder, "root", "dot.png") }]) {
      const { isError, content, structuredContent } = await call("describe_image", { ...given, question: "what colour?" });
      assert.ok(!isError, content[0]?.text);
      assert.equal(content[0]?.text, "A dot.");
      assert.equal((structuredContent as { altText: string }).altText, "A dot");
    }
    assert.equal(vendor.requests.length, 1);
    const [image, text] = vendor.requests[0]?.body.messages[1].content ?? [];
    assert.equal(image.image_url.url, `data:image/png;base64,${PNG}`);
    assert.match(text.text, /what colour\?/);
  });

  const outside: readonly [string, () => string][] = [
    ["a file elsewhere", () => join(folder, "elsewhere", "dot.png")],
    ["a way up", () => "../elsewhere/dot.png"],
    ["a link that leads out", () => "way-out.png"],
    ["what is no image", () => "key.txt"],
    ["what is not there", () => "nothing.png"],
  ];
  for (const [name, path] of outside) {
    it(`does not read ${name}`, async () => {
      const { isError, content } = await call("describe_image", { path: path() });
      assert.equal(isError, true);
      assert.match(content[0]?.text ?? "", /Nothing was sent/);
      assert.equal(vendor.requests.length, 0);
    });
  }

  it("shows what is spent of each limit", async () => {
    const { structuredContent } = await call("budget_status");
    const { budgets, todayUsd } = structuredContent as {
      budgets: { scope: string; limitUsd: number; spentUsd: number }[];
      todayUsd: number;
    };
    assert.equal(budgets[0]?.limitUsd, 1);
    assert.ok((budgets[0]?.spentUsd ?? 0) > 0 && todayUsd > 0);
  });

  it("gives a failure as an answer that says so, with its kind", async () => {
    const { isError, content } = await call("ask", { prompt: "hi", maxCostUsd: 0.0000001 });
    assert.equal(isError, true);
    assert.match(content[0]?.text ?? "", /\((budgetExceeded|noCandidate)\)$/);
    assert.equal(vendor.requests.length, 0);
  });

  it("names what it does not understand", async () => {
    const { isError, content } = await call("ask", { prompt: "hi", policy: "free" });
    assert.equal(isError, true);
    assert.match(content[0]?.text ?? "", /policy must be one of cheap, balanced, best/);
    await assert.rejects(client.callTool({ name: "dance" }), /There is no tool "dance"/);
  });
});
