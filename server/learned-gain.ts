// The learned scorer for routing, loaded on demand: its weights are read only where there is a choice that they can move.
import type { Catalog } from "./catalog/catalog.ts";
import type { Learned } from "./routing/gain.ts";

export interface LearnedGainParts {
  readonly catalog: Catalog;
  readonly providersWithKey: () => readonly string[];
  /** Grows with every change of the keys. */
  readonly keysRevision: () => number;
}

export interface LearnedGain {
  /** Loads the weights where a provider can be used whose models are measured; nothing otherwise. */
  ready(): Promise<void>;
  /** Undefined before it is loaded: then every prompt counts as average. */
  of(prompt: string): Learned | undefined;
}

export function createLearnedGain({ catalog, providersWithKey, keysRevision }: LearnedGainParts): LearnedGain {
  let scorePrompt: ((prompt: string) => Learned) | undefined;
  const isWanted = () => {
    const own = catalog.overlaid("settings");
    return providersWithKey().some((provider) => !own.includes(provider));
  };
  const load = async () => {
    ({ scorePrompt } = await import("./routing/scorer/score.ts"));
  };
  let judgedAt = "";
  let loading: Promise<void> | undefined;
  return {
    async ready() {
      if (scorePrompt) return;
      const at = `${catalog.revision} ${keysRevision()}`;
      if (at !== judgedAt) loading = isWanted() ? load() : undefined;
      judgedAt = at;
      await loading;
    },
    of: (prompt) => scorePrompt?.(prompt),
  };
}
