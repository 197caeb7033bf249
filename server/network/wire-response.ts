// What our fetch answers with: a Response in all that is asked of one, whose costly parts are made only when someone asks.

/** An answer whose bytes can be had without a ReadableStream between them and their reader. */
export interface Streamed {
  readonly pieces: AsyncIterableIterator<Uint8Array> | null;
}

interface Head {
  readonly status: number;
  readonly headers: Headers;
  readonly url: string;
}

export class WireResponse implements Response, Streamed {
  readonly status: number;
  readonly headers: Headers;
  readonly url: string;
  readonly statusText = "";
  readonly type = "basic";
  readonly redirected = false;
  readonly pieces: AsyncIterableIterator<Uint8Array> | null;
  #standard: Response | undefined;

  constructor({ status, headers, url }: Head, pieces: AsyncIterableIterator<Uint8Array> | null) {
    this.status = status;
    this.headers = headers;
    this.url = url;
    this.pieces = pieces;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get body() {
    return this.#asStandard().body;
  }

  get bodyUsed(): boolean {
    return this.#standard?.bodyUsed ?? false;
  }

  arrayBuffer() {
    return this.#asStandard().arrayBuffer();
  }

  blob() {
    return this.#asStandard().blob();
  }

  async bytes() {
    return new Uint8Array(await this.arrayBuffer());
  }

  clone(): Response {
    return this.#asStandard().clone();
  }

  formData(): ReturnType<Response["formData"]> {
    return this.#asStandard().formData();
  }

  json() {
    return this.#asStandard().json();
  }

  text() {
    return this.#asStandard().text();
  }

  #asStandard(): Response {
    this.#standard ??= new Response(this.pieces && ReadableStream.from(this.pieces), {
      status: this.status,
      headers: [...this.headers],
    });
    return this.#standard;
  }
}
