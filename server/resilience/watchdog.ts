// Bounds every silence of a stream: connect, first token, between tokens, total; a stall becomes a Failure and is visible before that.
import { Failure } from "../../shared/failure.ts";

export interface WatchLimits {
  /** 0 means no limit. */
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly idleMs: number;
  /** What is left of the whole chat's time when this stream begins; absent or 0 means no limit. */
  readonly totalMs?: number;
}

export type SilencePhase = "connect" | "firstToken" | "nextToken";

export interface Watch {
  /** Called at growing intervals during a silence, so that a person sees it. */
  readonly onWaiting: (what: SilencePhase, waitedMs: number) => void;
  /** Called once when a limit is passed, before the Failure is thrown: aborts the upstream request. */
  readonly abort: (reason: Error) => void;
  /** A person's stop: the reader is released soon, however slowly the vendor's library reacts. */
  readonly signal?: AbortSignal;
  /** Resolves when the vendor's response head is there: it ends the connect phase before any event can. */
  readonly head?: Promise<unknown>;
  /** Between tokens a beat counts as an event does; the connect phase begins with its first. */
  readonly pulse?: Pulse;
}

/** Life that is no event: the request going out, a ping, or a part of something that is told as a whole later. */
export class Pulse {
  at = Number.NEGATIVE_INFINITY;

  beat(): void {
    this.at = performance.now();
  }
}

/** How an event counts: "head" ends the connect phase, "content" the first-token phase, "other" only shows life. */
export type Progress = "head" | "content" | "other";

/** A silence is announced after these; the last interval repeats. Source: our choice, 2026-11-23. */
const NOTICE_AFTER_MS: readonly number[] = [2_000, 5_000, 10_000, 20_000];

/** A timer may be this late on a busy machine. */
const LATE_MS = 200;

/** After a stop or a stall the library's own end is waited for this long: it may still tell the usage so far. */
const GRACE_MS = 150;

/**
 * The events of `stream`, or Failure "stalled" with `details.phase` and `details.waitedMs`. Only time spent waiting
 * for the vendor counts: while the reader is busy with an event, no clock runs. A ping ends no phase: it shows life
 * between tokens, but neither a first token nor an answer ever comes of pings alone.
 */
export function watchdog<Event>(
  stream: AsyncIterable<Event>,
  classify: (event: Event) => Progress,
  limits: WatchLimits,
  watch: Watch,
): AsyncIterable<Event> {
  return { [Symbol.asyncIterator]: () => new WatchedStream(stream[Symbol.asyncIterator](), classify, limits, watch) };
}

/** The reader who asked for the next event. */
interface Waiting<Event> {
  readonly resolve: (result: IteratorResult<Event>) => void;
  readonly reject: (reason: unknown) => void;
}

/** One timer a stream, set again only when it fires or a silence ends late; an event costs one reading of the clock. */
class WatchedStream<Event> implements AsyncIterator<Event> {
  readonly #source: AsyncIterator<Event>;
  readonly #classify: (event: Event) => Progress;
  readonly #limits: WatchLimits;
  readonly #watch: Watch;
  readonly #startedAt = performance.now();
  #phase: SilencePhase = "connect";
  /** When the silence that is being measured began. */
  #silentSince = this.#startedAt;
  #notices = 0;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = 0;
  /** The reader who waits, if one does. */
  #waiting: Waiting<Event> | null = null;
  /** Why the stream must end; the source's own last words are still passed on until its time is up. */
  #failure: Failure | null = null;
  #closed = false;

  constructor(source: AsyncIterator<Event>, classify: (event: Event) => Progress, limits: WatchLimits, watch: Watch) {
    this.#source = source;
    this.#classify = classify;
    this.#limits = limits;
    this.#watch = watch;
    watch.signal?.addEventListener("abort", this.#onStop, { once: true });
    watch.head?.then(
      () => this.#phase === "connect" && !this.#closed && !this.#failure && this.#enter("firstToken"),
      () => undefined,
    );
    if (watch.signal?.aborted) this.#onStop();
    else this.#arm();
  }

  next(): Promise<IteratorResult<Event>> {
    if (this.#closed) return this.#failure ? Promise.reject(this.#failure) : Promise.resolve({ done: true, value: undefined });
    if (this.#phase === "nextToken") this.#silentSince = performance.now();
    return new Promise(this.#ask);
  }

  readonly #ask = (resolve: Waiting<Event>["resolve"], reject: Waiting<Event>["reject"]): void => {
    this.#waiting = { resolve, reject };
    this.#source.next().then(this.#onResult, this.#onThrown);
  };

  /** Nobody waits any more once the grace is over, and nobody can ask again. */
  readonly #onResult = (result: IteratorResult<Event>): void => {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    if (result.done) this.#close();
    else this.#saw(this.#classify(result.value));
    if (result.done && this.#failure) waiting.reject(this.#failure);
    else waiting.resolve(result);
  };

  readonly #onThrown = (error: unknown): void => {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    this.#close();
    waiting.reject(this.#failure ?? error);
  };

  /** The reader has what it wants: how the source takes that is no longer its concern. */
  async return(): Promise<IteratorResult<Event>> {
    this.#close();
    const ending = this.#source.return?.().then(undefined, () => undefined);
    const patience = new Promise((resolve) => {
      this.#timer = setTimeout(resolve, GRACE_MS);
    });
    await Promise.race([ending, patience]);
    clearTimeout(this.#timer);
    return { done: true, value: undefined };
  }

  #saw(progress: Progress): void {
    if (this.#failure) return;
    if (this.#phase !== "nextToken") {
      if (progress === "content") this.#enter("nextToken");
      else if (this.#phase === "connect") this.#enter("firstToken");
    } else if (this.#notices > 0) {
      this.#enter("nextToken");
    }
  }

  #enter(phase: SilencePhase): void {
    this.#phase = phase;
    this.#silentSince = performance.now();
    this.#notices = 0;
    // A timer that fires too early looks at the clock and is set again; setting it at every phase costs more than that.
    if (this.#timer === undefined || this.#dueAt > this.#nextDueAt()) this.#arm();
  }

  #limitMs(): number {
    const { connectMs, firstTokenMs, idleMs } = this.#limits;
    return bounded({ connect: connectMs, firstToken: firstTokenMs, nextToken: idleMs }[this.#phase]);
  }

  #nextDueAt(): number {
    const dueAt = this.#silentSince + Math.min(this.#limitMs(), noticeAfterMs(this.#notices));
    return Math.min(dueAt, this.#startedAt + bounded(this.#limits.totalMs));
  }

  #arm(): void {
    const now = performance.now();
    this.#dueAt = Math.max(now, this.#nextDueAt());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onTimer, Math.max(1, Math.ceil(this.#dueAt - now)));
  }

  readonly #onTimer = (): void => {
    const now = performance.now();
    if (!this.#waiting) this.#silentSince = now;
    this.#feelPulse();
    // A timer this late means that this process did not run: what the vendor sent meanwhile is still to be read.
    if (now - this.#dueAt > LATE_MS) this.#silentSince = Math.min(now, this.#silentSince + now - this.#dueAt);
    const waitedMs = Math.round(now - this.#silentSince);
    const totalMs = Math.round(now - this.#startedAt);
    if (totalMs >= bounded(this.#limits.totalMs)) this.#stall(stalled("total", totalMs));
    else if (waitedMs >= this.#limitMs()) this.#stall(stalled(this.#phase, waitedMs));
    else {
      this.#announce(waitedMs);
      this.#arm();
    }
  };

  #feelPulse(): void {
    const { pulse } = this.#watch;
    if (!pulse || this.#phase === "firstToken") return;
    // Before the first beat nothing was sent: loading a library is not the vendor's silence.
    const isUnsent = this.#phase === "connect" && pulse.at === Number.NEGATIVE_INFINITY;
    const aliveAt = isUnsent ? performance.now() : pulse.at;
    if (aliveAt <= this.#silentSince) return;
    this.#silentSince = aliveAt;
    this.#notices = 0;
  }

  #announce(waitedMs: number): void {
    if (waitedMs < noticeAfterMs(this.#notices)) return;
    this.#notices += 1;
    this.#watch.onWaiting(this.#phase, waitedMs);
  }

  readonly #onStop = (): void => this.#fail(new Failure("cancelled", undefined, {}, { cause: this.#watch.signal?.reason }));

  #stall(failure: Failure): void {
    this.#watch.abort(failure);
    this.#fail(failure);
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onGraceOver, GRACE_MS);
  }

  /** Releases whoever waits, or the next who asks; the source is told to end but never waited for. */
  readonly #onGraceOver = (): void => {
    this.#close();
    this.#source.return?.().then(undefined, () => undefined);
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  };

  #close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watch.signal?.removeEventListener("abort", this.#onStop);
  }
}

function bounded(ms: number | undefined): number {
  return ms ? ms : Number.POSITIVE_INFINITY;
}

function noticeAfterMs(notices: number): number {
  const last = NOTICE_AFTER_MS.length - 1;
  const longest = NOTICE_AFTER_MS[last] ?? 0;
  return (NOTICE_AFTER_MS[Math.min(notices, last)] ?? longest) + Math.max(0, notices - last) * longest;
}

const SENTENCES: Record<SilencePhase | "total", (seconds: string) => string> = {
  connect: (seconds) => `The provider did not begin to answer within ${seconds} s.`,
  firstToken: (seconds) => `The provider sent no token within ${seconds} s.`,
  nextToken: (seconds) => `The provider stopped sending in the middle of the answer; nothing came for ${seconds} s.`,
  total: (seconds) => `The answer was not complete after ${seconds} s, the longest time allowed for one answer.`,
};

function stalled(phase: SilencePhase | "total", waitedMs: number): Failure {
  const seconds = (waitedMs / 1000).toFixed(waitedMs < 10_000 ? 1 : 0);
  return new Failure("stalled", SENTENCES[phase](seconds), { phase, waitedMs });
}
