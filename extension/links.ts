// A link of an answer that a person clicked: VS Code shows where it leads and asks, unless its user trusts that domain.
import * as vscode from "vscode";

const SCHEMES: ReadonlySet<string> = new Set(["http", "https", "mailto"]);

/** Through the same door as any extension's link: a link clicked in a webview would be followed unasked in a trusted workspace. */
export async function followLink(url: string): Promise<void> {
  const uri = vscode.Uri.parse(url, true);
  if (SCHEMES.has(uri.scheme)) await vscode.env.openExternal(uri);
}
