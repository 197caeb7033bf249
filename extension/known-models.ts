// The models as VS Code's own chat was last told of them: remembered, so that they are there before anything was started.
import * as vscode from "vscode";
import type { ListedModel } from "./models.ts";

export type Information = vscode.LanguageModelChatInformation;

const REMEMBERED = "latchkey.languageModels";
/** What "auto" promises until the list is known; the router chooses among models with at least this. */
const AUTO_WINDOW_TOKENS = 128_000;
const AUTO_OUTPUT_TOKENS = 16_000;

export function knownModels(memory: vscode.Memento): Information[] {
  return memory.get<Information[]>(REMEMBERED) ?? [autoModel([])];
}

/** True when the list is another one than before. */
export async function rememberModels(memory: vscode.Memento, list: readonly Information[]): Promise<boolean> {
  if (JSON.stringify(list) === JSON.stringify(memory.get(REMEMBERED))) return false;
  await memory.update(REMEMBERED, list);
  return true;
}

/** As large as the largest model it may choose; the router excludes what does not fit the prompt at hand. */
export function autoModel(models: readonly ListedModel[]): Information {
  const usable = models.filter(({ available }) => available);
  const windowTokens = Math.max(AUTO_WINDOW_TOKENS, ...usable.map((model) => model.contextWindowTokens));
  return {
    id: "auto",
    name: vscode.l10n.t("Latchkey Auto"),
    family: "auto",
    version: "1",
    detail: vscode.l10n.t("routed within your budget"),
    tooltip: vscode.l10n.t("The router chooses for each prompt and says why"),
    maxInputTokens: windowTokens - AUTO_OUTPUT_TOKENS,
    maxOutputTokens: AUTO_OUTPUT_TOKENS,
    capabilities: { imageInput: true, toolCalling: true },
  };
}
