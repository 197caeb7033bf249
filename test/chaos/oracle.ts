// What must come of a round, worked out from its plan alone: the product's own tables are not looked at.
import type { FailureKind } from "../../shared/failure.ts";
import { type Fault, HEALTHY } from "./faults.ts";

export interface Case {
  readonly faults: readonly Fault[];
  /** In the order in which they are asked. */
  readonly candidates: readonly string[];
  /** Whose address nobody listens at, or whose certificate is none. */
  readonly unreachable: ReadonlySet<string>;
  readonly onBreak: "stop" | "offer" | "continue";
  readonly maxAttempts: number;
  /** A reset may take along what the client had not read: whether anything of an attempt was shown is then seen, not foretold. */
  readonly wasShown: (attempt: number) => boolean;
}

export interface Expected {
  readonly end: "complete" | "broken" | "error";
  /** Of the failure that ended it; an error after several models is "allFailed" around it. */
  readonly kind: FailureKind | null;
  /** Who was asked, in order; unreachable ones are attempts that the provider never sees. */
  readonly attempts: readonly string[];
  /** Every fault before the last passed on all that it sent. */
  readonly lossless: boolean;
}

const UNREACHABLE: Fault = { ...HEALTHY, name: "unreachable", kind: "providerUnavailable", midway: false, retry: true, next: true };

/** A broken line or a silence says nothing against the model itself: it may go on when there is nobody else. */
const CONTINUES_ITSELF: ReadonlySet<FailureKind> = new Set<FailureKind>(["providerUnavailable", "stalled"]);

export function expect(given: Case): Expected {
  const attempts: string[] = [];
  const queue = [...given.candidates];
  const retried = new Set<string>();
  let asked = 0;
  let shown = false;
  let lossless = true;
  let candidate = queue.shift() ?? "";
  for (;;) {
    attempts.push(candidate);
    const fault = given.unreachable.has(candidate) ? UNREACHABLE : (given.faults[asked++] ?? HEALTHY);
    if (fault.kind === null) return { end: "complete", kind: null, attempts, lossless };
    const midway = fault.midway && (fault.lossless || given.wasShown(attempts.length - 1));
    lossless &&= fault.lossless;
    shown ||= midway;
    const failed: Expected = { end: shown ? "broken" : "error", kind: fault.kind, attempts, lossless };
    if (attempts.length >= given.maxAttempts) return failed;
    if (midway) {
      if (given.onBreak !== "continue") return failed;
      const next = queue.shift() ?? (CONTINUES_ITSELF.has(fault.kind) ? candidate : undefined);
      if (next === undefined) return failed;
      candidate = next;
      continue;
    }
    const mayRetry = fault.retry && (queue.length === 0 || !retried.has(candidate));
    retried.add(candidate);
    if (mayRetry) continue;
    const next = fault.next ? queue.shift() : undefined;
    if (next === undefined) return failed;
    candidate = next;
  }
}
