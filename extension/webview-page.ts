// The HTML around a webview bundle: a strict content security policy with a nonce; no inline script, no inline style, no remote anything.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { wordsLanguage } from "./figures.ts";

export interface Page {
  readonly webview: vscode.Webview;
  readonly extensionUri: vscode.Uri;
  /** The bundle's name in dist/webview, without its ending. */
  readonly bundle: "chat" | "dashboard" | "image";
  readonly title: string;
  /** What the page shows before anything is said to it: it is drawn without a journey to the extension and back. */
  readonly state?: unknown;
}

export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, enableForms: false, localResourceRoots: [vscode.Uri.joinPath(extensionUri, "dist", "webview")] };
}

export function pageHtml({ webview, extensionUri, bundle, title, state }: Page): string {
  const nonce = randomBytes(18).toString("base64");
  const asset = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, "dist", "webview", name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escapeHtml(wordsLanguage() ?? "en")}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${asset(`${bundle}.css`)}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<div id="root"></div>
<script type="application/json" id="words">${json(vscode.l10n.bundle ?? {})}</script>
<script type="application/json" id="state">${json(state ?? null)}</script>
<script nonce="${nonce}" src="${asset(`${bundle}.js`)}"></script>
</body>
</html>`;
}

/** Data for the page, such as the editor's translations, which a webview cannot reach by itself; `<` is escaped so that no text ends the element. */
function json(data: unknown): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
