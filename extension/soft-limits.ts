// A soft limit in an editor: asked about once a limit and period, then passed or not as the answer was; draws nothing itself.
import type { BudgetState } from "../shared/spending.ts";

export interface SoftRefusal extends Pick<BudgetState, "scope" | "id" | "period" | "limitNanoUsd" | "spentNanoUsd" | "resetsAt"> {
  readonly neededNanoUsd: number;
  /** A model that would fit what is left. */
  readonly cheaper?: { readonly model: string; readonly worstNanoUsd: number };
}

/** "raised": the limit was changed, so the chat is tried again as it is. */
export type SoftAnswer = "proceed" | "raised" | "cancel";

/** The refusal in a rejected chat/send, when it is one that a person may answer. */
export function softRefusalIn(error: unknown): SoftRefusal | undefined {
  const data = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
  return isAskedAbout(data) ? data : undefined;
}

/** The sidecar writes these figures beside `ask`; nobody else sets that word. */
function isAskedAbout(data: unknown): data is SoftRefusal {
  return typeof data === "object" && data !== null && "ask" in data && data.ask === true && "limitNanoUsd" in data;
}

export class SoftLimits {
  readonly #ask: (refusal: SoftRefusal) => Promise<SoftAnswer>;
  /** Limits that may be passed until they begin anew, or this window is closed. */
  readonly #passed = new Set<string>();
  #asking: Promise<unknown> = Promise.resolve();

  constructor(ask: (refusal: SoftRefusal) => Promise<SoftAnswer>) {
    this.#ask = ask;
  }

  /** Sends; a no leaves the sidecar's own refusal as the outcome. */
  async send<Result>(send: (overSoftLimit: "ask" | "proceed") => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await send("ask");
      } catch (error) {
        const refusal = softRefusalIn(error);
        const answer = refusal === undefined ? "cancel" : await this.#answerTo(refusal);
        if (answer === "cancel") throw error;
        if (answer === "proceed") return send("proceed");
      }
    }
  }

  /** One question at a time: what the first answer allows, the second need not ask. */
  #answerTo(refusal: SoftRefusal): Promise<SoftAnswer> {
    const { scope, id, period, limitNanoUsd, resetsAt } = refusal;
    const name = [scope, id, period, limitNanoUsd, resetsAt].join("|");
    const answered = this.#asking.then(async (): Promise<SoftAnswer> => {
      if (this.#passed.has(name)) return "proceed";
      const answer = await this.#ask(refusal);
      if (answer === "proceed") this.#passed.add(name);
      return answer;
    });
    this.#asking = answered.catch(() => undefined);
    return answered;
  }
}
