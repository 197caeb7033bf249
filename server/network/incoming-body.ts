// The body of an answer as it comes from the socket, piece by piece, with back pressure; one reader, who may leave at any time.

/** How much of a body may wait to be read before the socket is told to pause. */
const BUFFER_BYTES = 256 * 1024;

export interface Tap {
  pause(): void;
  resume(): void;
  /** The reader wants no more of a body that is not at its end. */
  leave(): void;
}

interface Waiting {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

const OVER = { done: true, value: undefined } as const;

export class IncomingBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #tap: Tap;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #paused = false;
  #waiting: Waiting | null = null;
  #state: "flowing" | "ended" | "failed" = "flowing";
  #reason: unknown;

  constructor(tap: Tap) {
    this.#tap = tap;
  }

  push(piece: Uint8Array): void {
    if (this.#state !== "flowing") return;
    if (this.#waiting) {
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve({ done: false, value: piece });
      return;
    }
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
    if (this.#paused || this.#bytes < BUFFER_BYTES) return;
    this.#paused = true;
    this.#tap.pause();
  }

  end(): void {
    if (this.#state !== "flowing") return;
    this.#state = "ended";
    this.#waiting?.resolve(OVER);
    this.#waiting = null;
  }

  /** What came before is still read; with `at: "once"` (a stop) it is void. */
  fail(reason: unknown, at: "its place" | "once"): void {
    if (this.#state !== "flowing") return;
    this.#state = "failed";
    this.#reason = reason;
    if (at === "once") this.#drop();
    this.#waiting?.reject(reason);
    this.#waiting = null;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const piece = this.#pieces.shift();
    if (piece) {
      this.#bytes -= piece.byteLength;
      if (this.#paused && this.#bytes < BUFFER_BYTES) {
        this.#paused = false;
        this.#tap.resume();
      }
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#state === "ended") return Promise.resolve(OVER);
    if (this.#state === "failed") return Promise.reject(this.#reason);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    const wasFlowing = this.#state === "flowing";
    this.#state = "ended";
    this.#drop();
    this.#waiting?.resolve(OVER);
    this.#waiting = null;
    if (wasFlowing) this.#tap.leave();
    return Promise.resolve(OVER);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }
}
