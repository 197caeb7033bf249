// The key as a picture, for tabs and for the participant in VS Code's own chat.
import * as vscode from "vscode";

/** A tab's icon is a picture, so it cannot take the theme's own colour. */
export function tabIcon(extensionUri: vscode.Uri): { light: vscode.Uri; dark: vscode.Uri } {
  const media = vscode.Uri.joinPath(extensionUri, "extension", "media");
  return { light: vscode.Uri.joinPath(media, "key-light.svg"), dark: vscode.Uri.joinPath(media, "key-dark.svg") };
}
