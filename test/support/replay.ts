// Recorded provider traffic, read in place from the folder beside the project when it is there; asks a dialect for one answer.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ToolCallPart } from "../../shared/chat.ts";
import { type Failure, isFailure } from "../../shared/failure.ts";
import type { Dialect, ProviderConnection, ProviderEvent, ProviderRequest } from "../../server/providers/provider.ts";

const FOLDER = resolve(import.meta.dirname, "../../../shared/recordings");

/** What the material's FORMAT.md says of a case, as far as the tests look. */
export interface RecordedCase {
  readonly id: string;
  readonly provider: string;
  readonly dialect: string;
  readonly request: { readonly model?: string; readonly path: string };
  readonly response: {
    readonly kind: "json" | "sse" | "ndjson";
    readonly status: number;
    readonly body?: string;
    readonly chunks?: string[];
  };
  readonly expected: Expected;
}

export interface Expected {
  readonly outcome: "ok" | "error" | "partial-error";
  readonly text?: string;
  readonly reasoningText?: string;
  readonly refusal?: string;
  readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly arguments: string }[];
  readonly finishReasonNorm?: string | null;
  readonly usage?: Readonly<Record<string, number | null>> | null;
  readonly label?: { readonly cls: string; readonly retrySame: boolean; readonly fallback: boolean };
}

export interface Recordings {
  readonly cases: readonly RecordedCase[];
  /** The base URL of a case in the form its dialect's SDK wants, with faults such as "split=random". */
  baseUrl(recorded: RecordedCase, faults?: string): string;
  close(): Promise<void>;
}

/** Null when the folder is not beside the project. */
export async function openRecordings(): Promise<Recordings | null> {
  if (!existsSync(resolve(FOLDER, "replay-server.mjs"))) return null;
  const { createReplayServer } = await import(pathToFileURL(resolve(FOLDER, "replay-server.mjs")).href);
  const server = createReplayServer({ dir: resolve(FOLDER, "replay") });
  const port: number = await server.listen(0);
  return {
    cases: [...server.cases.values()],
    baseUrl: (recorded, faults) => {
      const version = recorded.dialect.startsWith("openai") ? "/v1" : "";
      return `http://127.0.0.1:${port}/case/${recorded.id}${faults ? `/f/${faults}` : ""}${version}`;
    },
    close: () => server.close(),
  };
}

/** Everything one answer told. */
export interface Heard {
  text: string;
  reasoning: string;
  readonly calls: ToolCallPart[];
  readonly usages: Extract<ProviderEvent, { type: "usage" }>[];
  end: Extract<ProviderEvent, { type: "end" }> | null;
  failure: Failure | null;
  readonly events: ProviderEvent[];
}

/** A bug is thrown on; only a Failure is an outcome. */
export async function hear(
  dialect: Dialect,
  request: ProviderRequest,
  connection: ProviderConnection,
  signal?: AbortSignal,
): Promise<Heard> {
  const heard: Heard = { text: "", reasoning: "", calls: [], usages: [], end: null, failure: null, events: [] };
  try {
    for await (const event of dialect.stream(request, connection, signal ?? new AbortController().signal)) {
      heard.events.push(event);
      if (event.type === "text") heard.text += event.text;
      else if (event.type === "reasoning") heard.reasoning += event.text;
      else if (event.type === "tool-call") heard.calls.push(event.call);
      else if (event.type === "usage") heard.usages.push(event);
      else if (event.type === "end") heard.end = event;
    }
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    heard.failure = thrown;
  }
  return heard;
}

export function connectionTo(baseUrl: string, given: Partial<ProviderConnection> = {}): ProviderConnection {
  return { provider: "vendor", baseUrl, secret: { reveal: () => "sk-test-0123456789abcdef" }, fetch, headers: {}, quirks: {}, ...given };
}

export function asking(text: string, given: Partial<ProviderRequest> = {}): ProviderRequest {
  return { model: "some-model", messages: [{ role: "user", parts: [{ type: "text", text }] }], capabilities: [], ...given };
}
