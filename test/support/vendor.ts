// A vendor on loopback that speaks OpenAI chat completions and does what a test scripts, request by request.
import type { IncomingMessage, ServerResponse } from "node:http";
import { httpServer, type Listening } from "./servers.ts";

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  // A request body is whatever the SDK sent; tests look into it freely.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
  /** Resolves with the time at which the client hung up before the end. */
  readonly hungUp: Promise<number>;
}

export interface Answering {
  readonly response: ServerResponse;
  /** One delta; resolves once it is on its way as a chunk of its own. */
  text(text: string): Promise<void>;
  delta(delta: Record<string, unknown>): Promise<void>;
  /** One chunk with these choices, as they are. */
  chunk(choices: unknown[]): Promise<void>;
  /** Finish reason, usage and [DONE]. */
  finish(usage?: { input: number; output: number; cached?: number } | null, reason?: string): Promise<void>;
  fail(status: number, error: Record<string, unknown>, headers?: Record<string, string>): void;
  cut(): void;
}

export type Script = (answer: Answering, request: SeenRequest, index: number) => Promise<void> | void;

export interface Vendor {
  readonly baseUrl: string;
  readonly requests: SeenRequest[];
  script: Script;
  close(): Promise<void>;
}

/** Answers every request with these words until another script is set. */
export async function startVendor(script: Script = says("Hello from the vendor.")): Promise<Vendor> {
  const requests: SeenRequest[] = [];
  const vendor: { script: Script } = { script };
  const server: Listening = await httpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const hungUp = new Promise<number>((done) => {
        response.on("close", () => {
          if (!response.writableFinished) done(performance.now());
        });
      });
      if (request.method === "GET") {
        response.writeHead(200, { "content-type": "application/json" });
        // Both a list of models and what llama.cpp says of itself.
        const settings = { n_ctx: 1_000_000 };
        response.end(JSON.stringify({ object: "list", data: [{ id: "m1", object: "model" }], default_generation_settings: settings }));
        return;
      }
      const seen = { path: request.url ?? "", headers: request.headers, body: JSON.parse(text || "{}"), hungUp };
      requests.push(seen);
      void vendor.script(answering(response), seen, requests.length - 1);
    });
  });
  return Object.assign(vendor, { baseUrl: `${server.origin}/v1`, requests, close: () => server.close() });
}

export function says(text: string, usage: { input: number; output: number; cached?: number } | null = { input: 10, output: 5 }): Script {
  return async (answer) => {
    for (const word of text.match(/\S+\s*/g) ?? []) await answer.text(word);
    await answer.finish(usage);
  };
}

/** A custom provider's settings for this vendor. */
export function asProvider(vendor: Vendor, more: Record<string, unknown> = {}, model: Record<string, unknown> = {}) {
  return {
    id: "acme",
    baseUrl: vendor.baseUrl,
    dialect: "openai-chat",
    models: [
      {
        id: "m1",
        contextWindowTokens: 32_000,
        maxOutputTokens: 1000,
        usdPerMillion: { input: 1, output: 2, cacheRead: 0.1 },
        capabilities: ["tools", "vision", "structured"],
        ...model,
      },
    ],
    ...more,
  };
}

function answering(response: ServerResponse): Answering {
  let begun = false;
  const write = async (text: string) => {
    if (response.destroyed) return;
    if (!begun) response.writeHead(200, { "content-type": "text/event-stream" });
    begun = true;
    response.write(text);
    await new Promise((done) => setImmediate(done));
  };
  const chunk = (choices: unknown[], more: Record<string, unknown> = {}) =>
    write(`data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m1", choices, ...more })}\n\n`);
  const delta = (given: Record<string, unknown>) => chunk([{ index: 0, delta: given, finish_reason: null }]);
  return {
    response,
    delta,
    chunk,
    text: (text) => delta({ content: text }),
    async finish(usage = { input: 10, output: 5 }, reason = "stop") {
      await chunk([{ index: 0, delta: {}, finish_reason: reason }]);
      if (usage) {
        const { input, output, cached = 0 } = usage;
        const counts = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
        await chunk([], { usage: { ...counts, prompt_tokens_details: { cached_tokens: cached } } });
      }
      await write("data: [DONE]\n\n");
      response.end();
    },
    fail(status, error, headers = {}) {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify({ error }));
    },
    cut: () => response.socket?.destroy(),
  };
}
