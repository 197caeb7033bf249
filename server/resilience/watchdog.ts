// Bounds every silence of a stream: connect, first token, between tokens; a stall becomes a Failure and is visible before that.

export interface WatchLimits {
  /** 0 means no limit. */
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly idleMs: number;
}

export interface Watch {
  /** Called at growing intervals during a silence, so that a person sees it. */
  readonly onWaiting: (what: "connect" | "firstToken" | "nextToken", waitedMs: number) => void;
  /** Called once when a limit is passed, before the Failure is thrown: aborts the upstream request. */
  readonly abort: (reason: Error) => void;
}

/** How an event counts: "head" ends the connect phase, "content" the first-token phase, "other" only shows life. */
export type Progress = "head" | "content" | "other";
