// Money, counts and dates inside a webview, in the language of the words beside them.
import { dayIn, figureIn, momentIn, shortDayIn, usdIn } from "../../shared/figures.ts";
import type { NanoUsd } from "../../shared/money.ts";
import { language, t } from "./words.ts";

export function usd(nanoUsd: NanoUsd | null): string {
  return nanoUsd === null ? t("unpriced") : usdIn(language, nanoUsd);
}

export function count(value: number): string {
  return value.toLocaleString(language);
}

/** Three digits that count. */
export function rounded(value: number): string {
  return figureIn(language, Number(value.toPrecision(3)).toString());
}

export function moment(at: string | number): string {
  return momentIn(language, at);
}

export function day(date: string): string {
  return dayIn(language, date);
}

export function shortDay(date: string): string {
  return shortDayIn(language, date);
}
