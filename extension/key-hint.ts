// One message, once ever: the first answer came from the demo, and a key would bring a model; never on install.
import * as vscode from "vscode";
import type { ChatResult } from "../shared/chat.ts";
import { providerOf } from "../shared/model.ts";
import { commandId } from "./commands.ts";

const SHOWN = "latchkey.keyHintShown";

export async function hintAtKeys(memory: vscode.Memento, result: ChatResult): Promise<void> {
  if (providerOf(result.model) !== "demo" || memory.get(SHOWN)) return;
  await memory.update(SHOWN, true);
  const setKey = vscode.l10n.t("Set Key");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("The demo answered: no model was called and nothing was charged. Set a key to ask a real one."),
    setKey,
  );
  if (chosen === setKey) await vscode.commands.executeCommand(commandId("setKey"));
}
