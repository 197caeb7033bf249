// What one attempt's stream tells, taken in event by event: shown, counted, and joined to what was shown before.
import type { StopReason } from "../../shared/chat.ts";
import type { Usage } from "../../shared/money.ts";
import type { ProviderEvent } from "../providers/provider.ts";
import type { AttemptJob } from "./attempt.ts";
import { createSeam, type Seam } from "./seam.ts";

/** What one stream has told so far. */
export interface Told {
  usage: Usage | null;
  raw: unknown;
  reportedNanoUsd?: number;
  serviceTier?: string;
  meanLogprob?: number;
  stopReason: StopReason | null;
  firstTokenMs: number | null;
  /** The request was on its way: from here on the vendor may have taken it. */
  sent: boolean;
  responded: boolean;
  /** Characters that the vendor produced, also those that were shown before and are left out: they are billed too. */
  producedLength: number;
  /** Something of the answer itself was shown: text or a call, not only reasoning. */
  hadContent: boolean;
}

export function nothingTold(): Told {
  return {
    usage: null,
    raw: null,
    stopReason: null,
    firstTokenMs: null,
    sent: false,
    responded: false,
    producedLength: 0,
    hadContent: false,
  };
}

export interface IntakeParts {
  readonly job: AttemptJob;
  readonly told: Told;
  readonly attemptId: string;
  readonly msSinceStart: () => number;
  readonly trimmed: boolean;
}

/** `start` and `seam` are held until something can be shown: an attempt that fails before that leaves no trace to take back. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #seam: Seam | null;
  #opened = false;
  /** Characters of a form that were counted as they came. */
  #formed = 0;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    const text = parts.job.continuation?.text ?? "";
    this.#seam = text === "" ? null : createSeam(text, { trimmed: parts.trimmed });
  }

  /** A promise only when the reader is slow. */
  take(event: ProviderEvent): Promise<void> | undefined {
    const { told } = this.#parts;
    switch (event.type) {
      case "text":
        this.#produced(event.text.length);
        return this.#showText(this.#seam ? this.#seam.push(event.text) : event.text);
      case "reasoning":
        return this.#takeReasoning(event);
      case "tool-call":
        return this.#takeToolCall(event);
      case "form-piece":
        return this.#takePiece(event.text);
      case "usage":
        told.usage = event.usage;
        told.raw = event.raw;
        told.reportedNanoUsd = event.reportedNanoUsd;
        told.serviceTier = event.serviceTier;
        return undefined;
      case "end":
        told.stopReason = event.stopReason;
        told.meanLogprob = event.meanLogprob;
        return this.#finish();
      case "start":
        return undefined;
    }
  }

  #takeReasoning(event: Extract<ProviderEvent, { type: "reasoning" }>): Promise<void> | undefined {
    const { job } = this.#parts;
    this.#produced(event.text.length);
    this.#open();
    job.answer.addReasoning(event.text, event.origin);
    return event.text === "" ? undefined : job.caller.emit({ type: "reasoning-delta", text: event.text });
  }

  #takeToolCall(event: Extract<ProviderEvent, { type: "tool-call" }>): Promise<void> | undefined {
    const { job, told } = this.#parts;
    this.#produced(Math.max(0, event.call.name.length + JSON.stringify(event.call.arguments).length - this.#formed));
    this.#formed = 0;
    void this.#showText(this.#seam?.finish() ?? "");
    this.#open();
    told.hadContent = true;
    job.answer.addToolCall(event.call);
    return job.caller.emit({ type: "tool-call", call: event.call });
  }

  /** Shown as a preview, never as the answer: an attempt that breaks off in a form has given nothing. */
  #takePiece(text: string): Promise<void> | undefined {
    const { job, attemptId } = this.#parts;
    this.#produced(text.length);
    this.#formed += text.length;
    this.#open();
    return job.caller.formPiece?.(text, attemptId);
  }

  #finish(): Promise<void> | undefined {
    const slow = this.#showText(this.#seam?.finish() ?? "");
    if (this.#parts.job.continuation) this.#open();
    return slow;
  }

  #showText(text: string): Promise<void> | undefined {
    if (text === "") return undefined;
    const { job, told } = this.#parts;
    this.#open();
    told.hadContent = true;
    job.answer.addText(text);
    return job.caller.emit({ type: "text-delta", text });
  }

  #produced(length: number): void {
    const { told } = this.#parts;
    told.producedLength += length;
    told.firstTokenMs ??= this.#parts.msSinceStart();
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    const { job, attemptId } = this.#parts;
    void job.caller.emit({ type: "start", model: job.model.id, attemptId });
    const { continuation } = job;
    if (!continuation) return;
    if (continuation.restarted) job.answer.restart(continuation.text);
    const { from, text, restarted } = continuation;
    void job.caller.emit({ type: "seam", from, to: job.model.id, at: text.length, ...(restarted ? { restarted } : {}) });
  }
}
