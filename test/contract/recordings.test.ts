// Every recorded case through the real SDK, plain, split and cut: our normalised answer equals what was recorded.
import assert from "node:assert/strict";
import { Dialect as WireDialect } from "../../shared/custom.ts";
import { FAILURES, type FailureKind } from "../../shared/failure.ts";
import type { StopReason } from "../../shared/chat.ts";
import { totalInputTokens } from "../../shared/money.ts";
import { dialectNamed } from "../../server/providers/dialects.ts";
import { kindOf } from "../../server/providers/errors.ts";
import type { DialectName } from "../../server/providers/provider.ts";
import { readRefusal } from "../../server/providers/refusal-words.ts";
import { createNetwork } from "../../server/network/network.ts";
import { asking, connectionTo, type Heard, hear, openRecordings, type RecordedCase } from "../support/replay.ts";

const DIALECTS: Readonly<Record<string, DialectName>> = {
  "openai.chat": "openai-chat",
  "openai.responses": "openai-responses",
  "anthropic.messages": "anthropic",
  "gemini.generateContent": "google",
};

/** The material's words for an ending; `pause` and `other` have no word of their own on our wire. */
const STOPS: Readonly<Record<string, StopReason>> = {
  stop: "end",
  length: "length",
  tool_calls: "toolUse",
  content_filter: "refused",
  refusal: "refused",
  pause: "end",
  other: "end",
};

/** The material's hand labels; what is too large for a minute's allowance needs, like an overflow, a smaller request. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  auth: "keyRejected",
  billing: "creditExhausted",
  context_length: "contextOverflow",
  too_large: "contextOverflow",
  content_filter: "requestRefused",
  invalid_request: "requestInvalid",
  model_not_found: "modelNotFound",
  overloaded: "providerUnavailable",
  server: "providerUnavailable",
  rate_limit: "rateLimited",
  tool_output_invalid: "outputInvalid",
};

/** Ollama is spoken to at its OpenAI-compatible address, which has all we use; its own /api/chat is no dialect of the wire. */
const NATIVE_OLLAMA = ["ollama-err-404-native", "ollama-native-stream"];

const SPLITS = [
  "split=random",
  "split=utf8",
  "split=random:41",
  "crlf=1",
  "cr=1",
  "bom=1",
  "gzip=1",
  "inject=1:comment",
  "inject=2:unknown",
];
const CUTS = ["cut=1", "cut=3", "end=1", "end=3", "cutbytes=60", "cutbytes=700"];

const recordings = await openRecordings();
const network = createNetwork({
  settings: () => ({ proxy: null, noProxy: [], strictSsl: true, caFile: null }),
  environment: {},
});

async function play(recorded: RecordedCase, faults?: string): Promise<Heard> {
  assert.ok(recordings);
  const baseUrl = recordings.baseUrl(recorded, faults);
  const dialect = dialectNamed(DIALECTS[recorded.dialect] as DialectName);
  const fetch = network.fetchFor({ origins: [new URL(baseUrl).origin] });
  return hear(
    dialect,
    asking("hi", { model: recorded.request.model ?? "m" }),
    connectionTo(baseUrl, { provider: recorded.provider, fetch }),
  );
}

function assertAnswer({ expected }: RecordedCase, heard: Heard): void {
  assert.equal(heard.text, expected.text ?? "");
  assert.equal(heard.reasoning, expected.reasoningText ?? "");
  assert.equal(heard.calls.length, expected.toolCalls?.length ?? 0);
  expected.toolCalls?.forEach((call, at) => {
    const ours = heard.calls[at];
    assert.equal(ours?.name, call.name);
    if (call.id) assert.equal(ours?.id, call.id);
    assert.deepEqual(
      ours?.rawArguments ?? ours?.arguments,
      ours?.rawArguments === undefined ? JSON.parse(call.arguments || "{}") : call.arguments,
    );
  });
  assertUsage(expected.usage ?? null, heard);
}

function assertUsage(expected: NonNullable<RecordedCase["expected"]["usage"]> | null, heard: Heard): void {
  assert.equal(heard.usages.length, expected === null ? 0 : 1);
  const usage = heard.usages[0]?.usage;
  if (expected === null || !usage) return;
  const input = expected.input ?? 0;
  const output = expected.output ?? 0;
  for (const count of Object.values(usage)) assert.ok(typeof count === "string" || count >= 0, JSON.stringify(usage));
  assert.equal(totalInputTokens(usage), input);
  assert.equal(usage.outputTokens, output);
  // Some hosts report parts above their whole (PROVIDERS quirk 6): a part is never more than the whole it is billed in.
  assert.equal(usage.reasoningTokens, Math.min(output, expected.reasoning ?? 0));
  assert.equal(usage.cacheReadTokens, Math.min(input, expected.cachedInput ?? 0));
  assert.equal(usage.cacheWrite5mTokens + usage.cacheWrite1hTokens, expected.cacheWrite ?? 0);
  assert.equal(usage.cacheWrite1hTokens, expected.cacheWrite1h ?? 0);
}

function assertOutcome(recorded: RecordedCase, heard: Heard): void {
  const { expected } = recorded;
  if (expected.outcome === "ok") {
    assert.equal(heard.failure, null);
    assert.equal(heard.end?.stopReason, STOPS[expected.finishReasonNorm ?? "stop"]);
    assert.equal(heard.end?.refusal ?? "", expected.refusal ?? "");
    return;
  }
  const kind = KINDS[expected.label?.cls ?? ""];
  assert.equal(heard.failure?.kind, kind, heard.failure?.message);
  assert.equal(heard.end, null);
}

/** The hand label's flags against the row of the kind; what one model lacks, another may have. */
function assertFlags(recorded: RecordedCase, heard: Heard): void {
  const { label } = recorded.expected;
  assert.ok(label && heard.failure);
  const row = FAILURES[heard.failure.kind];
  const again = row.retrySame === "withoutParameter" ? false : row.retrySame !== "no";
  assert.equal(again, label.retrySame, `retry: ${heard.failure.kind}`);
  const elsewhere = row.tryNext !== "no" || heard.failure.details.lacks !== undefined;
  assert.equal(elsewhere, label.fallback, `fallback: ${heard.failure.kind}`);
}

/** What was shown is never more or other than what was recorded, and a missing end is said. */
function assertCut({ expected, response }: RecordedCase, heard: Heard): void {
  assert.ok((expected.text ?? "").startsWith(heard.text), "not a prefix of the recorded text");
  assert.ok((expected.reasoningText ?? "").startsWith(heard.reasoning), "not a prefix of the recorded reasoning");
  if (expected.outcome !== "ok") assert.ok(heard.failure);
  else if (heard.failure) {
    assert.equal(heard.failure.kind, "providerUnavailable", heard.failure.message);
    assert.equal(heard.failure.details.broken, true);
  } else {
    // Gemini marks no end but a finish reason, and more may follow it (case gemini-stream-two-terminals).
    assert.ok(heard.text === expected.text || response.chunks?.some((chunk) => /"finishReason"/.test(chunk)), "complete although cut");
  }
}

describe("recorded traffic", () => {
  after(async () => {
    await recordings?.close();
    await network.close();
  });

  if (recordings === null) {
    it("is not beside the project here: test/contract/dialects.test.ts stands alone", () => assert.equal(recordings, null));
    return;
  }
  const cases = recordings.cases.filter(({ dialect }) => DIALECTS[dialect]);

  it("is played in full, but for what no dialect of the wire speaks", () => {
    const left = recordings.cases.filter(({ dialect }) => !DIALECTS[dialect]).map(({ id }) => id);
    assert.deepEqual(left, NATIVE_OLLAMA);
    assert.equal(cases.length + left.length, 124);
    for (const dialect of Object.values(WireDialect.def.entries)) assert.ok(dialectNamed(dialect));
  });

  it("ollama-err-404-native would be read right all the same", () => {
    const native = recordings.cases.find(({ id }) => id === "ollama-err-404-native");
    assert.equal(kindOf(readRefusal(404, native?.response.body ?? ""), true), "modelNotFound");
  });

  for (const recorded of cases) {
    it(`${recorded.id}: ${recorded.expected.label?.cls ?? recorded.expected.finishReasonNorm ?? "an answer"}`, async () => {
      const heard = await play(recorded);
      assertAnswer(recorded, heard);
      assertOutcome(recorded, heard);
      if (recorded.expected.label) assertFlags(recorded, heard);
    });
  }

  for (const faults of SPLITS) {
    it(`reads the same in every case under ${faults}`, async () => {
      for (const recorded of cases) {
        const heard = await play(recorded, faults);
        try {
          assertAnswer(recorded, heard);
          assertOutcome(recorded, heard);
        } catch (thrown) {
          throw new Error(`${recorded.id} under ${faults}`, { cause: thrown });
        }
      }
    }).timeout(60_000);
  }

  for (const faults of CUTS) {
    it(`loses no text and says that the end is missing under ${faults}`, async () => {
      for (const recorded of cases.filter(({ response }) => response.kind === "sse")) {
        const heard = await play(recorded, faults);
        try {
          assertCut(recorded, heard);
        } catch (thrown) {
          throw new Error(`${recorded.id} under ${faults}`, { cause: thrown });
        }
      }
    }).timeout(60_000);
  }
});
