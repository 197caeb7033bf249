// The status bar item as it stands before anything was asked; what it shows afterwards is status-bar.ts's.
import * as vscode from "vscode";
import { commandId } from "./commands.ts";

export function createStatusItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem("latchkey.status", vscode.StatusBarAlignment.Right, 100);
  item.name = "Latchkey";
  item.command = commandId("showStatus");
  item.text = "$(key) Latchkey";
  item.tooltip = nothingAsked();
  item.accessibilityInformation = { label: "Latchkey", role: "button" };
  item.show();
  return item;
}

export function nothingAsked(): string {
  return vscode.l10n.t("Latchkey: models on your own keys. Nothing was asked yet.");
}
