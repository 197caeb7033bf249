// The body of a streamed answer: text in, bytes out, with a word when the reader is slow and when it has gone.
export interface EventBody {
  readonly readable: ReadableStream<Uint8Array>;
  write(text: string): void;
  /** Resolves at once while the reader keeps up, else when it has caught up or gone. */
  ready(): Promise<void> | undefined;
  close(): void;
}

/** Some thousand deltas; past it the spine waits, so that memory stays bounded. */
const HIGH_WATER_BYTES = 256 * 1024;

export function createEventBody(onGone: () => void): EventBody {
  const encoder = new TextEncoder();
  let pending = "";
  let over = false;
  let scheduled = false;
  let waiting: (() => void)[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  const release = () => {
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve();
  };
  const flush = () => {
    scheduled = false;
    if (over || pending === "") return;
    controller?.enqueue(encoder.encode(pending));
    pending = "";
  };
  const readable = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      pull: release,
      cancel() {
        over = true;
        release();
        onGone();
      },
    },
    { highWaterMark: HIGH_WATER_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  return {
    readable,
    write(text) {
      if (over || text === "") return;
      pending += text;
      if (scheduled) return;
      scheduled = true;
      // What is told within one turn of the loop leaves as one chunk.
      setImmediate(flush);
    },
    ready() {
      if (over || (controller?.desiredSize ?? 1) > pending.length) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    },
    close() {
      flush();
      if (!over) controller?.close();
      over = true;
      release();
    },
  };
}
