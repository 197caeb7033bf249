// How sure a model was of what it wrote: the mean of its tokens' log probabilities, where a vendor gives them; one an answer.
import { listOf, objectOf } from "./vendor-json.ts";

export class Likelihood {
  #sum = 0;
  #tokens = 0;

  /** A vendor's list of tokens, each with its `logprob`; anything else counts for nothing. */
  add(tokens: unknown): void {
    for (const token of listOf(tokens)) {
      const { logprob } = objectOf(token);
      if (typeof logprob !== "number" || !Number.isFinite(logprob)) continue;
      this.#sum += Math.min(0, logprob);
      this.#tokens += 1;
    }
  }

  /** For the event that ends an answer. */
  get told(): { readonly meanLogprob?: number } {
    return this.#tokens === 0 ? {} : { meanLogprob: this.#sum / this.#tokens };
  }
}
