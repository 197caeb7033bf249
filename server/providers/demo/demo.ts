// The dialect that needs no key and no network: it streams the demo's answer and costs nothing, honestly.
import { Failure } from "../../../shared/failure.ts";
import { NO_USAGE } from "../../../shared/money.ts";
import type { Dialect, ProviderEvent, ProviderRequest } from "../provider.ts";
import { demoAnswer } from "./answer.ts";

async function* stream(request: ProviderRequest, _connection: unknown, signal: AbortSignal): AsyncIterable<ProviderEvent> {
  yield { type: "start", model: request.model };
  for (const piece of pieces(demoAnswer(request.messages))) {
    await pace(signal);
    yield { type: "text", text: piece };
  }
  yield { type: "usage", usage: NO_USAGE, raw: null, reportedNanoUsd: 0 };
  yield { type: "end", stopReason: "end", rawStopReason: null };
}

/** Slow enough to be seen and stopped as a stream, fast enough not to be waited for. */
const PACE_MS = 6;

async function pace(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  if (signal.aborted) throw new Failure("cancelled");
}

/** Words with the white space that follows them, so that the stream looks like one. */
function pieces(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

export const demo: Dialect = {
  name: "demo",
  stream,
  listModels: async () => [{ id: "echo", name: "Demo (no model)" }],
};
