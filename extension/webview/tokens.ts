// Under an answer: how much was sent, what of it the vendor's prompt cache spared, and how much came.
import { cachedPercent, totalInputTokens, type Usage } from "../../shared/money.ts";
import { t } from "./words.ts";

export function tokensFor(usage: Usage): string {
  const percent = cachedPercent(usage);
  const total = totalInputTokens(usage);
  return percent === null
    ? t("{0} in, {1} out", total, usage.outputTokens)
    : t("{0} in ({1} % cached), {2} out", total, percent, usage.outputTokens);
}
