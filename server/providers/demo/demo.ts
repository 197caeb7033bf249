// The dialect that needs no key and no network: it streams the demo's answer and costs nothing, honestly.
import { Failure } from "../../../shared/failure.ts";
import { NO_USAGE } from "../../../shared/money.ts";
import type { Dialect, ProviderEvent, ProviderRequest } from "../provider.ts";
import { demoAnswer } from "./answer.ts";

async function* stream(request: ProviderRequest, _connection: unknown, signal: AbortSignal): AsyncIterable<ProviderEvent> {
  yield { type: "start", model: request.model };
  for (const piece of pieces(demoAnswer(request.messages))) {
    if (signal.aborted) throw new Failure("cancelled");
    yield { type: "text", text: piece };
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield { type: "usage", usage: NO_USAGE, raw: null, reportedNanoUsd: 0 };
  yield { type: "end", stopReason: "end", rawStopReason: null };
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
