// One HTTP exchange over a connection pool, answered as a standard Response whose body streams; no redirects, no retries.
import { createBrotliDecompress, createGunzip, createInflate, constants as zlib } from "node:zlib";
import { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import { isFailure } from "../../shared/failure.ts";
import { NetworkError } from "./network-error.ts";

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
  readonly signal: AbortSignal | null;
}

/** How much of a body may wait to be read before the socket is told to pause. */
const BUFFER_BYTES = 256 * 1024;
const WITHOUT_BODY = new Set([101, 204, 205, 304]);

export function exchange(dispatcher: Dispatcher, request: Outgoing): Promise<Response> {
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
  readonly #resolve: (response: Response) => void;
  readonly #reject: (reason: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;
  #sent = false;
  #done = false;

  constructor(request: Outgoing, resolve: (response: Response) => void, reject: (reason: unknown) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.stop = () => {
      this.#end(() => this.#fail(request.signal?.reason));
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
      this.#end(() => this.#fail(new NetworkError("request", true, error)));
      this.#hangUp();
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done || !this.#body) return;
    this.#body.enqueue(chunk);
    if ((this.#body.desiredSize ?? 1) <= 0) controller.pause();
  }

  onResponseEnd(): void {
    this.#end(() => this.#body?.close());
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    // A certificate file that cannot be read is found when connecting, and is already a sentence for people.
    this.#end(() => this.#fail(isFailure(error) ? error : new NetworkError(this.#body ? "body" : "request", this.#sent, error)));
  }

  #responseOf(controller: Dispatcher.DispatchController, status: number, raw: Record<string, string | string[] | undefined>): Response {
    const headers = headersOf(raw);
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (body) => {
          this.#body = body;
        },
        pull: () => controller.resume(),
        cancel: () => {
          this.#end(() => undefined);
          this.#hangUp();
        },
      },
      { highWaterMark: BUFFER_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
    );
    const empty = WITHOUT_BODY.has(status) || this.#request.method === "HEAD";
    const response = new Response(empty ? null : decoded(stream, headers), { status, headers });
    Object.defineProperty(response, "url", { value: this.#request.url.href });
    return response;
  }

  #fail(reason: unknown): void {
    if (this.#body) this.#body.error(reason);
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

function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const each of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, each);
  }
  return headers;
}

/** We ask for no compression, and undo it where a server compresses all the same; each piece is handed on as it comes. */
function decoded(stream: ReadableStream<Uint8Array>, headers: Headers): ReadableStream<Uint8Array> {
  const decoder = decoderOf(headers.get("content-encoding")?.trim().toLowerCase() ?? "");
  if (!decoder) return stream;
  headers.delete("content-encoding");
  headers.delete("content-length");
  // Node's own stream types and the web's describe the same pair of streams.
  return stream.pipeThrough(Duplex.toWeb(decoder) as unknown as TransformStream<Uint8Array, Uint8Array>);
}

function decoderOf(encoding: string): Duplex | null {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return createGunzip({ flush: zlib.Z_SYNC_FLUSH });
    case "deflate":
      return createInflate({ flush: zlib.Z_SYNC_FLUSH });
    case "br":
      return createBrotliDecompress({ flush: zlib.BROTLI_OPERATION_FLUSH });
    default:
      return null;
  }
}
