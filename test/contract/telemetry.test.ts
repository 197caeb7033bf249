// Traces and metrics at a loopback collector: GenAI names, a span a request to a vendor, no prompt text unless asked, nothing unless set.
import assert from "node:assert/strict";
import { httpServer, type Listening } from "../support/servers.ts";
import { ask, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: Value[] };
}

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceId: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Attribute[];
  readonly status: { readonly code?: number };
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly histogram?: {
    readonly dataPoints: { readonly count: number | string; readonly sum: number; readonly attributes: Attribute[] }[];
  };
  readonly sum?: { readonly dataPoints: { readonly asDouble: number }[] };
}

interface Collector extends Listening {
  readonly paths: string[];
  readonly spans: Span[];
  readonly metrics: Metric[];
  readonly bodies: string[];
}

/** Takes OTLP in its JSON form, as the exporters send it. */
async function startCollector(): Promise<Collector> {
  const seen = { paths: [] as string[], spans: [] as Span[], metrics: [] as Metric[], bodies: [] as string[] };
  const server = await httpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const body = JSON.parse(text);
      seen.paths.push(request.url ?? "");
      seen.bodies.push(text);
      for (const resource of body.resourceSpans ?? []) for (const scope of resource.scopeSpans) seen.spans.push(...scope.spans);
      for (const resource of body.resourceMetrics ?? []) for (const scope of resource.scopeMetrics) seen.metrics.push(...scope.metrics);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  return { ...server, ...seen };
}

function readValue(attributes: readonly Attribute[], key: string): unknown {
  const value = attributes.find((attribute) => attribute.key === key)?.value;
  if (value?.arrayValue) return value.arrayValue.values.map((each) => each.stringValue);
  return (
    value?.stringValue ?? value?.doubleValue ?? value?.boolValue ?? (value?.intValue === undefined ? undefined : Number(value.intValue))
  );
}

describe("traces and metrics", () => {
  let vendor: Vendor;
  let collector: Collector;

  beforeEach(async () => {
    vendor = await startVendor(says("The secret answer.", { input: 1000, output: 500, cached: 600 }));
    collector = await startCollector();
  });

  afterEach(async () => {
    await vendor.close();
    await collector.close();
  });

  /** One chat from the sidecar's start to its end, when everything has been sent. */
  async function chat(openTelemetry: Record<string, unknown>, fails = false): Promise<void> {
    const sidecar = new SidecarProcess();
    await sidecar.initialize({ providers: { custom: [asProvider(vendor, { needsKey: false })] }, openTelemetry }, "my-editor");
    const asked = sidecar.request(
      "chat/send",
      ask("one", "The secret question?", { model: "acme/m1", conversationId: "talk", temperature: 0.5 }),
    );
    await (fails ? assert.rejects(asked) : asked);
    await sidecar.stop();
  }

  it("are sent under the conventions' names, with the cost", async () => {
    await chat({ endpoint: collector.origin });
    assert.deepEqual([...new Set(collector.paths)].sort(), ["/v1/metrics", "/v1/traces"]);
    const [parent, child] = [
      collector.spans.find((span) => span.name === "latchkey.chat"),
      collector.spans.find((span) => span.name === "chat m1"),
    ];
    assert.ok(parent && child);
    assert.equal(child.parentSpanId, parent.spanId);
    assert.equal(child.traceId, parent.traceId);
    assert.ok(BigInt(child.startTimeUnixNano) >= BigInt(parent.startTimeUnixNano));
    const at = (key: string) => readValue(child.attributes, key);
    assert.deepEqual(
      [at("gen_ai.operation.name"), at("gen_ai.provider.name"), at("gen_ai.request.model"), at("gen_ai.request.temperature")],
      ["chat", "acme", "m1", 0.5],
    );
    assert.deepEqual(
      [at("gen_ai.usage.input_tokens"), at("gen_ai.usage.output_tokens"), at("gen_ai.usage.cache_read.input_tokens")],
      [1000, 500, 600],
    );
    // 400 tokens at $1, 600 cached at $0.1 and 500 out at $2 a million.
    assert.equal(at("latchkey.cost.usd"), 0.00146);
    assert.equal(readValue(parent.attributes, "latchkey.editor"), "my-editor");
    assert.equal(readValue(parent.attributes, "gen_ai.conversation.id"), "talk");
    assert.deepEqual(readValue(parent.attributes, "gen_ai.response.finish_reasons"), ["end"]);
  });

  it("count tokens, seconds and dollars", async () => {
    await chat({ endpoint: collector.origin });
    const metric = (name: string) => collector.metrics.find((each) => each.name === name) ?? assert.fail(`no ${name}`);
    const tokens = metric("gen_ai.client.token.usage").histogram?.dataPoints.map((point) => [
      readValue(point.attributes, "gen_ai.token.type"),
      point.sum,
    ]);
    assert.deepEqual(tokens, [
      ["input", 1000],
      ["output", 500],
    ]);
    assert.equal(metric("gen_ai.client.operation.duration").unit, "s");
    assert.equal(Number(metric("gen_ai.client.operation.time_to_first_chunk").histogram?.dataPoints[0]?.count), 1);
    assert.equal(metric("latchkey.cost").sum?.dataPoints[0]?.asDouble, 0.00146);
  });

  it("hold no word of the prompt or the answer", async () => {
    await chat({ endpoint: collector.origin });
    assert.ok(collector.bodies.length > 0);
    for (const body of collector.bodies) assert.ok(!/secret/.test(body));
  });

  it("hold them when asked", async () => {
    await chat({ endpoint: `${collector.origin}/`, content: true });
    const parent = collector.spans.find((span) => span.name === "latchkey.chat");
    const input = JSON.parse(String(readValue(parent?.attributes ?? [], "gen_ai.input.messages")));
    assert.deepEqual(input, [{ role: "user", parts: [{ type: "text", content: "The secret question?" }] }]);
    assert.match(String(readValue(parent?.attributes ?? [], "gen_ai.output.messages")), /The secret answer\./);
  });

  it("tell a failure by its kind", async () => {
    vendor.script = (answer) => answer.fail(401, { message: "no" });
    await chat({ endpoint: collector.origin }, true);
    const child = collector.spans.find((span) => span.name === "chat m1");
    assert.equal(readValue(child?.attributes ?? [], "error.type"), "keyMissing");
    assert.equal(child?.status.code, 2);
  });

  it("stop no chat when the collector is away", async () => {
    await collector.close();
    await chat({ endpoint: collector.origin });
    assert.equal(vendor.requests.length, 1);
  });

  it("are not sent unless an address is set, whatever the environment says", async () => {
    const sidecar = new SidecarProcess({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin } });
    await sidecar.initialize({ providers: { custom: [asProvider(vendor, { needsKey: false })] } });
    await sidecar.request("chat/send", ask("one", "hi", { model: "acme/m1" }));
    await sidecar.stop();
    assert.deepEqual(collector.paths, []);
  });
});
