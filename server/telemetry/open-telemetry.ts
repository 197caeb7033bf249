// Traces and metrics to a collector by OpenTelemetry's own SDK, loaded only when an address is set; no prompt text unless asked.
import type { Attributes as OtelAttributes, Context, Histogram, Meter } from "@opentelemetry/api";
import type { Attempt } from "../../shared/chat.ts";
import { totalInputTokens } from "../../shared/money.ts";
import type { Log } from "../log.ts";
import { attemptAttributes, messagesJson, METRIC, SECOND_BUCKETS, TOKEN_BUCKETS, vendorAttributes } from "./conventions.ts";
import type { Observed, Recorder } from "./observe.ts";

export interface TelemetryOrder {
  /** The collector's OTLP/HTTP address, without the signal's path. */
  readonly endpoint: string;
  /** Whether prompts and answers go into the traces. */
  readonly content: boolean;
  readonly version: string;
  readonly log: Log;
}

const EXPORT_EVERY_MS = 10_000;
const LONGEST_FAREWELL_MS = 500;

type Api = typeof import("@opentelemetry/api");

export async function openTelemetry(order: TelemetryOrder): Promise<Recorder> {
  const [api, traces, metrics, resources, { OTLPTraceExporter }, { OTLPMetricExporter }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/sdk-metrics"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/exporter-metrics-otlp-http"),
  ]);
  const base = order.endpoint.replace(/\/+$/, "");
  const resource = resources.resourceFromAttributes({ "service.name": "latchkey", "service.version": order.version });
  const tracing = new traces.TracerProvider({
    resource,
    spanProcessors: [new traces.BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${base}/v1/traces` }) })],
  });
  const exporter = new OTLPMetricExporter({ url: `${base}/v1/metrics` });
  const reader = new metrics.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: EXPORT_EVERY_MS });
  const metering = new metrics.MeterProvider({ resource, readers: [reader] });
  const gauges = createInstruments(metering.getMeter("latchkey", order.version));
  const spans = new ChatSpans(api, tracing.getTracer("latchkey", order.version), order.content);
  return {
    record(chat) {
      spans.record(chat);
      for (const attempt of chat.attempts) gauges.record(attempt);
    },
    async close() {
      const sent = Promise.allSettled([tracing.shutdown(), metering.shutdown()]);
      await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, LONGEST_FAREWELL_MS).unref())]);
    },
  };
}

/** One span a chat, and below it one a request to a vendor; times are those that the spine took. */
class ChatSpans {
  readonly #api: Api;
  readonly #tracer: ReturnType<import("@opentelemetry/sdk-trace").TracerProvider["getTracer"]>;
  readonly #content: boolean;

  constructor(api: Api, tracer: ReturnType<import("@opentelemetry/sdk-trace").TracerProvider["getTracer"]>, content: boolean) {
    this.#api = api;
    this.#tracer = tracer;
    this.#content = content;
  }

  record(chat: Observed): void {
    const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = this.#api;
    const span = this.#tracer.startSpan(
      "latchkey.chat",
      { startTime: chat.startedAt, kind: SpanKind.INTERNAL, attributes: this.#chatAttributes(chat) },
      ROOT_CONTEXT,
    );
    const trouble = chat.failure ?? chat.result?.failure;
    if (trouble) span.setStatus({ code: SpanStatusCode.ERROR, message: trouble.kind });
    const context = trace.setSpan(ROOT_CONTEXT, span);
    for (const attempt of chat.attempts) this.#attempt(chat, attempt, context);
    span.end(chat.endedAt);
  }

  #attempt(chat: Observed, attempt: Attempt, context: Context): void {
    const { SpanKind, SpanStatusCode } = this.#api;
    const startTime = new Date(attempt.startedAt);
    const name = `chat ${attempt.model.slice(attempt.provider.length + 1)}`;
    const span = this.#tracer.startSpan(
      name,
      { startTime, kind: SpanKind.CLIENT, attributes: attemptAttributes(chat.request, attempt) },
      context,
    );
    if (attempt.failure) span.setStatus({ code: SpanStatusCode.ERROR, message: attempt.failure.kind });
    span.end(new Date(startTime.getTime() + attempt.ms));
  }

  #chatAttributes({ request, editor, result, failure }: Observed): OtelAttributes {
    const asked = { "latchkey.chat.id": request.chatId, "latchkey.editor": editor, "latchkey.model.asked": request.model ?? "auto" };
    const conversation = request.conversationId ? { "gen_ai.conversation.id": request.conversationId } : {};
    const how = result
      ? {
          "gen_ai.response.finish_reasons": [result.stopReason],
          "latchkey.model": result.model,
          "latchkey.route.tier": result.route.tier,
          "latchkey.route.policy": result.route.policy,
          ...(result.cost.nanoUsd === null ? {} : { "latchkey.cost.usd": result.cost.nanoUsd / 1e9 }),
        }
      : { "error.type": failure?.kind ?? "internal" };
    return { ...asked, ...conversation, ...how, ...(this.#content ? contentOf(request.messages, result) : {}) };
  }
}

function contentOf(messages: Observed["request"]["messages"], result: Observed["result"]): OtelAttributes {
  const said = result ? [{ role: "assistant" as const, parts: result.parts }] : [];
  return { "gen_ai.input.messages": messagesJson(messages), "gen_ai.output.messages": messagesJson(said, result?.stopReason) };
}

function createInstruments(meter: Meter) {
  const histogram = (name: string, unit: string, boundaries: number[]): Histogram =>
    meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries: boundaries } });
  const tokens = histogram(METRIC.tokens, "{token}", TOKEN_BUCKETS);
  const duration = histogram(METRIC.duration, "s", SECOND_BUCKETS);
  const firstChunk = histogram(METRIC.firstChunk, "s", SECOND_BUCKETS);
  const cost = meter.createCounter(METRIC.cost, { unit: "{USD}", description: "What attempts cost, where the price is known" });
  return {
    record(attempt: Attempt) {
      const vendor = vendorAttributes(attempt);
      const { usage, failure, firstTokenMs } = attempt;
      duration.record(attempt.ms / 1000, failure ? { ...vendor, "error.type": failure.kind } : vendor);
      if (firstTokenMs !== null) firstChunk.record(firstTokenMs / 1000, vendor);
      tokens.record(totalInputTokens(usage), { ...vendor, "gen_ai.token.type": "input" });
      tokens.record(usage.outputTokens, { ...vendor, "gen_ai.token.type": "output" });
      if (attempt.cost.nanoUsd !== null) cost.add(attempt.cost.nanoUsd / 1e9, vendor);
    },
  };
}
