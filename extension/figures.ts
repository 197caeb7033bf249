// Money and dates in the language of the words beside them.
import * as vscode from "vscode";
import { type FigureLanguage, figureIn, momentIn, usdIn } from "../shared/figures.ts";
import type { NanoUsd } from "../shared/money.ts";

/** The display language where our words are translated into it; undefined where they are English and figures stay the machine's own. */
export function wordsLanguage(): FigureLanguage {
  return vscode.l10n.bundle === undefined ? undefined : vscode.env.language;
}

export function usd(nanoUsd: NanoUsd | null): string {
  return nanoUsd === null ? vscode.l10n.t("unpriced") : usdIn(wordsLanguage(), nanoUsd);
}

/** As a person would type it. */
export function decimal(value: number): string {
  return figureIn(wordsLanguage(), String(value));
}

export function moment(at: string | number): string {
  return momentIn(wordsLanguage(), at);
}

export function timeOfDay(at: string): string {
  return new Date(at).toLocaleTimeString(wordsLanguage());
}
