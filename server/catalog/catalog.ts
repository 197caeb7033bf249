// The models that are known, by exact id or stated alias; a lookup never guesses from a part of a name.
import type { ModelId, ModelInfo } from "../../shared/model.ts";

export interface Catalog {
  /** Every model of every provider, stable order. */
  all(): readonly ModelInfo[];
  /** Exact id ("provider/model"), or an alias that the snapshot states. */
  find(id: ModelId): ModelInfo | undefined;
  ofProvider(provider: string): readonly ModelInfo[];
  /** Replaces the models of one provider that came from `source` (settings, a local server, a live list). */
  overlay(provider: string, source: "settings" | "local" | "live", models: readonly ModelInfo[]): void;
  /** Grows with every overlay: whoever caches an index compares it. */
  readonly revision: number;
}
