// Drives one answer: pulls what an SDK yields, hands each chunk to a dialect's reader, passes the events on.
import { cancelled, type FailureContext, failureOf } from "./errors.ts";
import type { ProviderEvent } from "./provider.ts";

/** One event of a stream with the name its vendor gave it, or a whole answer without one. */
export interface NamedEvent {
  readonly event: string | null;
  readonly data: unknown;
}

/** A dialect's state for one answer. */
export interface AnswerReader<Chunk> {
  read(chunk: Chunk, out: ProviderEvent[]): void;
  /** At the end of the stream; throws when no terminal event came. */
  finish(out: ProviderEvent[]): void;
  /** True once the terminal event was seen: a connection that breaks after it takes nothing away. */
  readonly complete: boolean;
  /** When the answer fails or is stopped: the usage known so far, which was billed all the same. */
  abandon(out: ProviderEvent[]): void;
}

export interface Opened<Chunk> {
  readonly source: AsyncIterable<Chunk>;
  /** Makes of what the source yields what the reader takes; null for a vendor's own mark of the end. */
  readonly parse?: ((chunk: Chunk) => Chunk | null) | undefined;
  readonly reader: AnswerReader<Chunk>;
}

/** Between an SDK's iteration and whoever takes the events; by hand, as a generator costs a chunk three turns more of the microtask queue. */
export function pump<Chunk>(context: FailureContext, open: () => Promise<Opened<Chunk>>): AsyncIterableIterator<ProviderEvent> {
  return new Pump(context, open);
}

/** An empty object: the answer is complete. A reason: it failed. */
type Ending = { readonly reason?: unknown };
type Turn = IteratorResult<ProviderEvent>;

class Pump<Chunk> implements AsyncIterableIterator<ProviderEvent> {
  readonly #context: FailureContext;
  readonly #open: () => Promise<Opened<Chunk>>;
  #opened: Opened<Chunk> | undefined;
  #chunks: AsyncIterator<Chunk> | undefined;
  /** Understood and not taken yet, from `#at` on. */
  readonly #out: ProviderEvent[] = [];
  #at = 0;
  #ending: Ending | undefined;
  #isOver = false;

  constructor(context: FailureContext, open: () => Promise<Opened<Chunk>>) {
    this.#context = context;
    this.#open = open;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ProviderEvent> {
    return this;
  }

  /** One at a time: the next is asked for when the one before it has come. */
  next(): Promise<Turn> {
    return this.#at < this.#out.length ? Promise.resolve(this.#take()) : this.#pull();
  }

  async return(): Promise<Turn> {
    if (!this.#isOver) {
      this.#isOver = true;
      await this.#chunks?.return?.();
    }
    return { done: true, value: undefined };
  }

  #take(): Turn {
    const event = this.#out[this.#at];
    this.#at += 1;
    if (this.#at === this.#out.length) {
      this.#out.length = 0;
      this.#at = 0;
    }
    // `#at` was within the list.
    return { done: false, value: event as ProviderEvent };
  }

  #pull(): Promise<Turn> {
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    if (this.#ending !== undefined) return this.#end(this.#ending);
    if (this.#chunks === undefined) return this.#begin();
    return this.#chunks.next().then(this.#onChunk, this.#onThrown);
  }

  async #begin(): Promise<Turn> {
    try {
      this.#opened = await this.#open();
    } catch (thrown) {
      this.#isOver = true;
      throw thrown;
    }
    this.#chunks = this.#opened.source[Symbol.asyncIterator]();
    // Whoever left while the answer was being opened left before there was anything to close.
    if (this.#isOver) await this.#chunks.return?.();
    return this.#pull();
  }

  async #end(ending: Ending): Promise<Turn> {
    await this.return();
    if ("reason" in ending) throw ending.reason;
    return { done: true, value: undefined };
  }

  readonly #onChunk = (result: IteratorResult<Chunk>): Turn | Promise<Turn> => {
    const { signal } = this.#context;
    try {
      if (signal.aborted) this.#fail(cancelled(signal));
      else this.#understand(result);
    } catch (thrown) {
      this.#broke(thrown);
    }
    return this.#next();
  };

  readonly #onThrown = (thrown: unknown): Turn | Promise<Turn> => {
    this.#broke(thrown);
    return this.#next();
  };

  #next(): Turn | Promise<Turn> {
    if (this.#out.length > 0) return this.#take();
    if (this.#ending === undefined) this.#context.connection.onAlive?.();
    return this.#pull();
  }

  /** Throws what the chunk's own form is to blame for. */
  #understand(result: IteratorResult<Chunk>): void {
    const parse = this.#opened?.parse;
    const chunk = result.done ? null : parse ? parse(result.value) : result.value;
    if (chunk === null) this.#finish();
    else this.#read(chunk);
  }

  #read(chunk: Chunk): void {
    try {
      this.#opened?.reader.read(chunk, this.#out);
    } catch (reason) {
      // A reader throws Failures; anything else is a bug of ours and stays one.
      this.#fail(reason);
    }
  }

  #finish(): void {
    try {
      this.#opened?.reader.finish(this.#out);
      this.#ending = {};
    } catch (reason) {
      this.#fail(reason);
    }
  }

  /** The connection broke: after the terminal event that takes nothing away. */
  #broke(thrown: unknown): void {
    const { signal } = this.#context;
    if (this.#opened?.reader.complete && !signal.aborted) this.#finish();
    else this.#fail(failureOf(thrown, this.#context));
  }

  #fail(reason: unknown): void {
    this.#opened?.reader.abandon(this.#out);
    this.#ending = { reason };
  }
}
