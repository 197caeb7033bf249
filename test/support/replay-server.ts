// A vendor on loopback that answers with one documented case: whole, in pieces of any size, or cut off; keeps what it was asked.
import { setImmediate as turn } from "node:timers/promises";
import type { IncomingMessage } from "node:http";
import { httpServer } from "./servers.ts";

export interface FixtureCase {
  readonly behaviour: string;
  readonly source: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Events of a stream as JSON, or text such as "[DONE]"; or one whole body. */
  readonly events?: readonly unknown[];
  readonly body?: unknown;
  readonly expected: {
    readonly text?: string;
    readonly reasoning?: string;
    readonly stopReason?: string;
    readonly refusal?: string;
    readonly calls?: readonly (readonly [string, string, unknown])[];
    readonly rawArguments?: string;
    readonly usage?: Readonly<Record<string, number>>;
    readonly failure?: string;
    readonly retryAfterMs?: number;
    readonly limitTokens?: number;
    readonly parameter?: string;
  };
}

export interface Fault {
  /** Bytes a piece; else the whole at once. */
  readonly pieceBytes?: number;
  /** Events after which the answer ends; "destroy" cuts the socket, "end" ends the response cleanly. */
  readonly after?: { readonly events: number; readonly how: "destroy" | "end" };
  readonly lineEnd?: "\n" | "\r\n" | "\r";
  /** Leaves out the `event:` lines, as some gateways do. */
  readonly unnamed?: boolean;
  readonly contentType?: string;
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  // A request body is whatever the SDK sent; tests look into it freely.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

export interface ReplayVendor {
  readonly origin: string;
  readonly asked: Asked[];
  answer: { readonly fixture: FixtureCase; readonly fault?: Fault };
  close(): Promise<void>;
}

export async function startReplay(fixture: FixtureCase): Promise<ReplayVendor> {
  const asked: Asked[] = [];
  const vendor: { answer: ReplayVendor["answer"] } = { answer: { fixture } };
  const server = await httpServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const text = Buffer.concat(pieces).toString("utf8");
    asked.push({
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: text === "" ? null : JSON.parse(text),
    });
    const { fixture: now, fault = {} } = vendor.answer;
    const streamed = now.events !== undefined;
    const bytes = Buffer.from(streamed ? rendered(now.events ?? [], fault) : JSON.stringify(now.body));
    response.writeHead(now.status ?? 200, {
      "content-type": fault.contentType ?? (streamed ? "text/event-stream" : "application/json"),
      ...now.headers,
    });
    response.flushHeaders();
    const size = fault.pieceBytes ?? bytes.length;
    for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
      response.write(bytes.subarray(at, at + size));
      // Writes of one turn leave as one piece.
      if (size < bytes.length) await turn();
    }
    if (fault.after?.how === "destroy") {
      await turn();
      response.socket?.destroy();
    } else response.end();
  });
  return Object.assign(vendor, { origin: server.origin, asked, close: () => server.close() });
}

function rendered(events: readonly unknown[], fault: Fault): string {
  const end = fault.lineEnd ?? "\n";
  return events
    .slice(0, fault.after?.events ?? events.length)
    .map((event) => {
      const type = typeof event === "object" && event !== null && "type" in event && !fault.unnamed ? `event: ${event.type}${end}` : "";
      return `${type}data: ${typeof event === "string" ? event : JSON.stringify(event)}${end}${end}`;
    })
    .join("");
}
