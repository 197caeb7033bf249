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

export async function* pump<Chunk>(
  source: AsyncIterable<Chunk>,
  reader: AnswerReader<Chunk>,
  context: FailureContext,
): AsyncGenerator<ProviderEvent> {
  const chunks = source[Symbol.asyncIterator]();
  const out: ProviderEvent[] = [];
  let ended = false;
  try {
    while (!ended) {
      const failed = await step(chunks, reader, out, context);
      ended = failed !== undefined;
      if (!ended && out.length === 0) context.connection.onAlive?.();
      for (const event of out) yield event;
      out.length = 0;
      if (failed && "reason" in failed) throw failed.reason;
    }
  } finally {
    await chunks.return?.();
  }
}

/** Undefined: there may be more. An empty object: the answer is complete. A reason: it failed. */
async function step<Chunk>(
  chunks: AsyncIterator<Chunk>,
  reader: AnswerReader<Chunk>,
  out: ProviderEvent[],
  context: FailureContext,
): Promise<{ reason?: unknown } | undefined> {
  let next: IteratorResult<Chunk, unknown>;
  try {
    next = await chunks.next();
    if (context.signal.aborted) throw cancelled(context.signal);
  } catch (thrown) {
    if (!reader.complete || context.signal.aborted) {
      reader.abandon(out);
      return { reason: failureOf(thrown, context) };
    }
    next = { done: true, value: undefined };
  }
  try {
    if (!next.done) {
      reader.read(next.value, out);
      return undefined;
    }
    reader.finish(out);
    return {};
  } catch (reason) {
    // A reader throws Failures; anything else is a bug of ours and stays one.
    reader.abandon(out);
    return { reason };
  }
}
