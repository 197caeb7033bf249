// One HTTP exchange over a connection pool, answered as a Response whose body streams; no redirects, no retries.
import { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import { isFailure } from "../../shared/failure.ts";
import { HeaderList } from "./header-list.ts";
import { IncomingBody } from "./incoming-body.ts";
import { NetworkError } from "./network-error.ts";
import { WireResponse } from "./wire-response.ts";

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
  readonly signal: AbortSignal | null;
}

const WITHOUT_BODY = new Set([101, 204, 205, 304]);

export function exchange(dispatcher: Dispatcher, request: Outgoing): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const { url, method, headers, body, signal } = request;
    const handler = new Exchange(request, resolve, reject);
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener("abort", handler.stop, { once: true });
    // The dispatcher's types ask for one of its method names; any token is a method to it.
    const options = { origin: url.origin, path: url.pathname + url.search, method: method as Dispatcher.HttpMethod, headers, body };
    dispatcher.dispatch(options, handler);
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly stop: () => void;
  readonly #request: Outgoing;
  readonly #resolve: (response: WireResponse) => void;
  readonly #reject: (reason: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #body: IncomingBody | undefined;
  #sent = false;
  #done = false;

  constructor(request: Outgoing, resolve: (response: WireResponse) => void, reject: (reason: unknown) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.stop = () => {
      this.#end(() => this.#fail(request.signal?.reason, "once"));
      this.#hangUp();
    };
  }

  /** The connection stands and the request goes out now; until here nothing was sent. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#done) this.#hangUp();
    else this.#sent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200 || this.#done) return;
    try {
      this.#resolve(this.#responseOf(controller, status, headers));
    } catch (error) {
      this.#end(() => this.#fail(new NetworkError("request", true, error), "once"));
      this.#hangUp();
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#done) this.#body?.push(chunk);
  }

  onResponseEnd(): void {
    this.#end(() => this.#body?.end());
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    // A certificate file that cannot be read is found when connecting, and is already a sentence for people.
    const reason = isFailure(error) ? error : new NetworkError(this.#body ? "body" : "request", this.#sent, error);
    this.#end(() => this.#fail(reason, "its place"));
  }

  #responseOf(controller: Dispatcher.DispatchController, status: number, raw: Record<string, string | string[] | undefined>): WireResponse {
    const headers = headersOf(raw);
    const leave = () => {
      this.#end(() => undefined);
      this.#hangUp();
    };
    const body = new IncomingBody({ pause: () => controller.pause(), resume: () => controller.resume(), leave });
    this.#body = body;
    const empty = WITHOUT_BODY.has(status) || this.#request.method === "HEAD";
    return new WireResponse({ status, headers, url: this.#request.url.href }, empty ? null : decoded(body, headers));
  }

  #fail(reason: unknown, at: "its place" | "once"): void {
    if (this.#body) this.#body.fail(reason, at);
    else this.#reject(reason);
  }

  /** Aborting a request that is not complete closes its socket, and the vendor sees it at once. */
  #hangUp(): void {
    this.#controller?.abort(new Error("hung up"));
  }

  #end(how: () => void): void {
    if (this.#done) return;
    this.#done = true;
    this.#request.signal?.removeEventListener("abort", this.stop);
    how();
  }
}

function headersOf(raw: Record<string, string | string[] | undefined>): HeaderList {
  const headers = new HeaderList();
  for (const name in raw) {
    const value = raw[name] ?? "";
    if (typeof value === "string") headers.append(name, value);
    else for (const each of value) headers.append(name, each);
  }
  return headers;
}

/** We ask for no compression, and undo it where a server compresses all the same; each piece is handed on as it comes. */
function decoded(body: IncomingBody, headers: Headers): AsyncIterableIterator<Uint8Array> {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (!ENCODINGS.includes(encoding)) return body;
  headers.delete("content-encoding");
  headers.delete("content-length");
  return through(encoding, body);
}

const ENCODINGS = ["gzip", "x-gzip", "deflate", "br"];

async function* through(encoding: string, body: IncomingBody): AsyncGenerator<Uint8Array> {
  const { createBrotliDecompress, createGunzip, createInflate, constants } = await import("node:zlib");
  const decoder =
    encoding === "br"
      ? createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH })
      : encoding === "deflate"
        ? createInflate({ flush: constants.Z_SYNC_FLUSH })
        : createGunzip({ flush: constants.Z_SYNC_FLUSH });
  // Node's own stream types and the web's describe the same pair of streams.
  const undo = Duplex.toWeb(decoder) as unknown as TransformStream<Uint8Array, Uint8Array>;
  yield* ReadableStream.from(body).pipeThrough(undo);
}
