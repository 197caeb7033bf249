// The judge of failed attempts, row by row, and the two limits it keeps.
import assert from "node:assert/strict";
import fc from "fast-check";
import { FAILURES, Failure, type FailureDetails, type FailureKind } from "../../../shared/failure.ts";
import { type AttemptRules, createAttemptBudget, type FailedAttempt, type Verdict } from "../../../server/resilience/attempts.ts";

const RULES: AttemptRules = { maxAttempts: 4, totalMs: 60_000, patienceMs: 20_000 };

function attempt(kind: FailureKind, more: Partial<FailedAttempt> & { details?: FailureDetails } = {}): FailedAttempt {
  const { details, ...rest } = more;
  return {
    failure: new Failure(kind, undefined, details),
    model: "a/x",
    hadContent: false,
    mayHaveBeenAccepted: false,
    moreCandidates: true,
    ...rest,
  };
}

function budget(rules: Partial<AttemptRules> = {}, clock = { ms: 0 }) {
  return createAttemptBudget(
    { ...RULES, ...rules },
    () => clock.ms,
    () => 0.5,
  );
}

const CASES: readonly { name: string; given: FailedAttempt; verdict: Verdict["action"] }[] = [
  { name: "a 500 is asked again", given: attempt("providerUnavailable", { details: { status: 500 } }), verdict: "retry" },
  {
    name: "a connection that broke after the request was sent is not asked again",
    given: attempt("providerUnavailable", { mayHaveBeenAccepted: true }),
    verdict: "next",
  },
  {
    name: "nor is it when nobody else could answer",
    given: attempt("providerUnavailable", { mayHaveBeenAccepted: true, moreCandidates: false }),
    verdict: "stop",
  },
  {
    name: "a rate limit within patience is waited for",
    given: attempt("rateLimited", { details: { retryAfterMs: 3_000 } }),
    verdict: "retry",
  },
  {
    name: "a rate limit beyond patience goes on to the next",
    given: attempt("rateLimited", { details: { retryAfterMs: 21_000 } }),
    verdict: "next",
  },
  {
    name: "a rate limit beyond patience ends the chat when nobody else could answer",
    given: attempt("rateLimited", { details: { retryAfterMs: 21_000 }, moreCandidates: false }),
    verdict: "stop",
  },
  { name: "a refused key goes on to the next", given: attempt("keyRejected"), verdict: "next" },
  { name: "a refused prompt is not shopped around", given: attempt("requestRefused"), verdict: "stop" },
  { name: "an empty account goes on to the next", given: attempt("creditExhausted"), verdict: "next" },
  { name: "an unknown model goes on to the next", given: attempt("modelNotFound"), verdict: "next" },
  { name: "a stall before content goes on to the next", given: attempt("stalled", { mayHaveBeenAccepted: true }), verdict: "next" },
  {
    name: "a stall after content is resumed",
    given: attempt("stalled", { hadContent: true, mayHaveBeenAccepted: true }),
    verdict: "resume",
  },
  {
    name: "a break after content is resumed even by the same model",
    given: attempt("providerUnavailable", { hadContent: true, moreCandidates: false }),
    verdict: "resume",
  },
  { name: "a refusal after content ends the chat", given: attempt("requestRefused", { hadContent: true }), verdict: "stop" },
  { name: "a bug ends the chat", given: attempt("internal"), verdict: "stop" },
  { name: "a stop ends the chat", given: attempt("cancelled"), verdict: "stop" },
  { name: "an invalid request without a named parameter ends the chat", given: attempt("requestInvalid"), verdict: "stop" },
  {
    name: "a vendor that refuses the messages themselves gets no second try",
    given: attempt("requestInvalid", { details: { parameter: "messages[0].content" } }),
    verdict: "stop",
  },
  { name: "a too large prompt goes on to a larger window", given: attempt("contextOverflow"), verdict: "next" },
];

describe("attempt budget", () => {
  for (const { name, given, verdict } of CASES) it(name, () => assert.equal(budget().judge(given).action, verdict));

  it("asks once more without the parameter the vendor named, and only once", () => {
    const attempts = budget();
    const refused = attempt("requestInvalid", { details: { parameter: "temperature" } });
    assert.deepEqual(attempts.judge(refused), { action: "retry", waitMs: 0, omitParameter: "temperature" });
    assert.deepEqual(attempts.judge(refused), { action: "stop" });
  });

  it("answers a rate limit with another key at once", () => {
    const limited = attempt("rateLimited", { details: { retryAfterMs: 3_600_000 }, moreKeys: true });
    assert.deepEqual(budget().judge(limited), { action: "retry", waitMs: 0 });
  });

  it("never rotates keys on a refused one", () => {
    assert.deepEqual(budget().judge(attempt("keyRejected", { moreKeys: true, moreCandidates: false })), { action: "stop" });
  });

  it("gives a model one second chance while others could answer, and all of them when none could", () => {
    const failing = attempt("providerUnavailable", { details: { status: 503 } });
    const attempts = budget();
    assert.deepEqual([attempts.judge(failing).action, attempts.judge(failing).action], ["retry", "next"]);
    const alone = budget();
    const verdicts = [1, 2, 3].map(() => alone.judge({ ...failing, moreCandidates: false }).action);
    assert.deepEqual(verdicts, ["retry", "retry", "retry"]);
  });

  it("waits at least as long as the vendor asks and no longer than the backoff on top", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (retryAfterMs, random) => {
        const attempts = createAttemptBudget(
          RULES,
          () => 0,
          () => random,
        );
        const verdict = attempts.judge(attempt("rateLimited", { details: { retryAfterMs }, moreCandidates: false }));
        assert.equal(verdict.action, "retry");
        const waitMs = verdict.action === "retry" ? verdict.waitMs : -1;
        assert.ok(waitMs >= retryAfterMs && waitMs <= retryAfterMs + 400);
      }),
    );
  });

  it("starts no attempt beyond the count", () => {
    const attempts = budget({ maxAttempts: 2 });
    attempts.started();
    assert.equal(attempts.mayStart(), true);
    attempts.started();
    assert.equal(attempts.mayStart(), false);
    assert.equal(attempts.used, 2);
    assert.deepEqual(attempts.judge(attempt("providerUnavailable", { details: { status: 500 } })), { action: "stop" });
  });

  it("starts no attempt and no wait beyond the time", () => {
    const clock = { ms: 1_000 };
    const attempts = budget({ totalMs: 10_000 }, clock);
    assert.equal(attempts.deadline?.getTime(), 11_000);
    assert.equal(attempts.judge(attempt("rateLimited", { details: { retryAfterMs: 10_500 } })).action, "next");
    clock.ms = 11_000;
    assert.equal(attempts.mayStart(), false);
    assert.equal(attempts.judge(attempt("keyRejected")).action, "stop");
  });

  it("has no deadline when none is set", () => assert.equal(budget({ totalMs: 0 }).deadline, null));

  it("never repeats a request silently after something was shown, whatever failed", () => {
    for (const kind of Object.keys(FAILURES) as FailureKind[]) {
      const verdict = budget().judge(attempt(kind, { hadContent: true, details: { parameter: "temperature" } }));
      assert.ok(verdict.action === "resume" || verdict.action === "stop", kind);
      if (FAILURES[kind].tryNext !== "yes") assert.equal(verdict.action, "stop", kind);
    }
  });
});
