// The sidecar's words in the reader's language: failures by their kind, all else by OwnLanguage; to English readers nothing is changed.
import * as vscode from "vscode";
import { FAILURES, type FailureKind } from "../shared/failure.ts";
import { wordsLanguage } from "./figures.ts";
import { OwnLanguage } from "./own-language.ts";
import { DEMO_SENTENCES, SIDECAR_SENTENCES } from "./sidecar-sentences.ts";

/** Undefined where nothing is translated into the reader's language, or it is the sidecar's own. */
export function readersLanguage(): OwnLanguage | undefined {
  return languageOf(SIDECAR_SENTENCES);
}

/** For the demo's answer, of which every line is the sidecar's. */
export function demoLanguage(): OwnLanguage | undefined {
  return languageOf(DEMO_SENTENCES);
}

export function failureSentence(kind: FailureKind): string {
  return vscode.l10n.t(FAILURES[kind].sentence);
}

function languageOf(sentences: readonly string[]): OwnLanguage | undefined {
  const language = wordsLanguage();
  if (language === undefined) return undefined;
  const wordings = sentences.map((english) => ({ english, own: vscode.l10n.t(english) }));
  return new OwnLanguage(wordings, language);
}
