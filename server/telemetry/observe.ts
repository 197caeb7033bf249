// Watches every chat that goes through the spine and hands what it was to a recorder; adds nothing to its way, and its trouble stops nobody.
import type { Attempt, ChatResult } from "../../shared/chat.ts";
import { type Failure, isFailure } from "../../shared/failure.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { Send } from "../chat/send.ts";

/** One chat as it went, whichever way it ended. */
export interface Observed {
  readonly request: ChatRequest;
  readonly editor: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly attempts: readonly Attempt[];
  readonly result: ChatResult | null;
  readonly failure: Failure | null;
}

export interface Recorder {
  record(chat: Observed): void;
  /** Sends what is left; bounded in time. */
  close(): Promise<void>;
}

export function observing(send: Send, recorder: Recorder, now: () => Date, onTrouble: (error: unknown) => void): Send {
  return async (request, caller) => {
    const startedAt = now();
    const record = (result: ChatResult | null, failure: Failure | null) => {
      const attempts = result?.attempts ?? attemptsOf(failure);
      try {
        recorder.record({ request, editor: caller.editor, startedAt, endedAt: now(), attempts, result, failure });
      } catch (error) {
        onTrouble(error);
      }
    };
    try {
      const result = await send(request, caller);
      record(result, null);
      return result;
    } catch (error) {
      if (isFailure(error)) record(null, error);
      throw error;
    }
  };
}

/** The spine puts the attempts of a failed chat into the failure's details. */
function attemptsOf(failure: Failure | null): readonly Attempt[] {
  return (failure?.details.attempts ?? []) as readonly Attempt[];
}
