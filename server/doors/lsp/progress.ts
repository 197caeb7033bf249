// One piece of work as the client's progress: begins, says how far it is, can be cancelled from there, and ends.
import { randomUUID } from "node:crypto";
import type { LanguageClient } from "./client.ts";

export interface Progress {
  /** Aborted when the user cancels there. */
  readonly signal: AbortSignal;
  report(message: string): void;
  end(message: string): void;
}

/** Deltas come by the hundred; a person reads a few a second. */
const REPORT_EVERY_MS = 200;

export class ProgressBoard {
  readonly #client: LanguageClient;
  readonly #running = new Map<string | number, AbortController>();
  readonly #all = new Set<AbortController>();

  constructor(client: LanguageClient) {
    this.#client = client;
  }

  /** `token` is the client's own for this request, if it sent one; else the server asks it to make one. */
  async begin(title: string, token: string | number | undefined): Promise<Progress> {
    const controller = new AbortController();
    this.#all.add(controller);
    const shown = token ?? (await this.#created());
    if (shown === null) return { signal: controller.signal, report: () => undefined, end: () => this.#all.delete(controller) };
    this.#running.set(shown, controller);
    this.#client.progress(shown, { kind: "begin", title, cancellable: true });
    let lastMs = 0;
    return {
      signal: controller.signal,
      report: (message) => {
        const now = performance.now();
        if (now - lastMs < REPORT_EVERY_MS) return;
        lastMs = now;
        this.#client.progress(shown, { kind: "report", message, cancellable: true });
      },
      end: (message) => {
        this.#all.delete(controller);
        this.#running.delete(shown);
        this.#client.progress(shown, { kind: "end", message });
      },
    };
  }

  get isBusy(): boolean {
    return this.#all.size > 0;
  }

  cancelAll(): void {
    for (const controller of this.#all) controller.abort();
  }

  cancelled(token: string | number): void {
    this.#running.get(token)?.abort();
  }

  async #created(): Promise<string | null> {
    if (!this.#client.can.progress) return null;
    const token = `latchkey-${randomUUID()}`;
    return (await this.#client.createProgress(token)) ? token : null;
  }
}
