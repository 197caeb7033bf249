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

/** The only generator between an SDK's iteration and the reader of the events: each further one costs a turn per chunk. */
export async function* pump<Chunk>(context: FailureContext, open: () => Promise<Opened<Chunk>>): AsyncGenerator<ProviderEvent> {
  const { signal, connection } = context;
  const { source, parse, reader } = await open();
  const chunks = source[Symbol.asyncIterator]();
  const out: ProviderEvent[] = [];
  let ending: Ending | undefined;
  try {
    while (ending === undefined) {
      try {
        const next = await chunks.next();
        if (signal.aborted) ending = failed(reader, out, cancelled(signal));
        else ending = understand(reader, next.done ? OVER : takenIn(next.value, parse), out);
      } catch (thrown) {
        ending = !reader.complete || signal.aborted ? failed(reader, out, failureOf(thrown, context)) : understand(reader, OVER, out);
      }
      if (out.length === 0) {
        if (ending === undefined) connection.onAlive?.();
        continue;
      }
      for (const event of out) yield event;
      out.length = 0;
    }
    if ("reason" in ending) throw ending.reason;
  } finally {
    await chunks.return?.();
  }
}

/** An empty object: the answer is complete. A reason: it failed. */
type Ending = { readonly reason?: unknown };

const OVER = { isOver: true } as const;

function takenIn<Chunk>(chunk: Chunk, parse: Opened<Chunk>["parse"]): { readonly chunk: Chunk } | typeof OVER {
  const parsed = parse ? parse(chunk) : chunk;
  return parsed === null ? OVER : { chunk: parsed };
}

function understand<Chunk>(
  reader: AnswerReader<Chunk>,
  next: { readonly chunk: Chunk } | typeof OVER,
  out: ProviderEvent[],
): Ending | undefined {
  try {
    if ("chunk" in next) {
      reader.read(next.chunk, out);
      return undefined;
    }
    reader.finish(out);
    return {};
  } catch (reason) {
    // A reader throws Failures; anything else is a bug of ours and stays one.
    return failed(reader, out, reason);
  }
}

function failed<Chunk>(reader: AnswerReader<Chunk>, out: ProviderEvent[], reason: unknown): Ending {
  reader.abandon(out);
  return { reason };
}
