// The price under the prompt box: likely, at most, how much comes from the cache; or what stands in the way.
import type { QuoteView } from "../../shared/panel.ts";
import { usd } from "./figures.ts";
import { t } from "./words.ts";

export function QuoteLine({ quote }: { quote: QuoteView | null }) {
  return (
    <p class={`quote ${quote?.problem ? "problem" : ""}`}>
      {quote ? (quote.problem ?? sentenceFor(quote)) : t("The price shows here while you type.")}
    </p>
  );
}

function sentenceFor({ model, p50NanoUsd, worstNanoUsd, cachedShare, inputTokens }: QuoteView): string {
  const tokens = t("{0} tokens to {1}", inputTokens, model);
  if (worstNanoUsd === null) return t("{0}: price unknown", tokens);
  if (worstNanoUsd === 0) return t("{0}: free", tokens);
  const cached = cachedShare ? [t("{0} % cached", Math.round(cachedShare * 100))] : [];
  return [t("about {0}", usd(p50NanoUsd)), t("at most {0}", usd(worstNanoUsd)), ...cached, tokens].join(" · ");
}
