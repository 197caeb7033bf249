// A change as a diff that the user accepts or discards: shows it beside the original, writes only on accept.
import * as vscode from "vscode";

export interface Change {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
  readonly text: string;
}

interface Pending {
  readonly change: Change;
  readonly version: number;
  readonly content: string;
}

const SCHEME = "latchkey-proposal";

export class Proposals implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #pending = new Map<string, Pending>();
  readonly #disposables: vscode.Disposable[];
  #count = 0;

  constructor() {
    this.#disposables = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => uri.scheme === SCHEME && this.#pending.delete(uri.toString())),
    ];
  }

  async propose(change: Change): Promise<void> {
    const { document } = change;
    this.#count += 1;
    const uri = document.uri.with({ scheme: SCHEME, query: String(this.#count) });
    this.#pending.set(uri.toString(), { change, version: document.version, content: contentAfter(change) });
    const title = vscode.l10n.t("{0}: proposed change", vscode.workspace.asRelativePath(document.uri));
    await vscode.commands.executeCommand("vscode.diff", document.uri, uri, title, { preview: false });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#pending.get(uri.toString())?.content ?? "";
  }

  async accept(): Promise<void> {
    const shown = shownProposal();
    const pending = shown && this.#pending.get(shown.uri.toString());
    if (!shown || !pending) return;
    const { document, range, text } = pending.change;
    if (document.isClosed || document.version !== pending.version) {
      throw new Error(vscode.l10n.t("The file has changed since; ask for the change again."));
    }
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, range, text);
    if (!(await vscode.workspace.applyEdit(edit))) throw new Error(vscode.l10n.t("VS Code refused the change."));
    await vscode.window.tabGroups.close(shown.tab);
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(range.start, range.start) });
  }

  async discard(): Promise<void> {
    const shown = shownProposal();
    if (shown) await vscode.window.tabGroups.close(shown.tab);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

/** A replacement keeps the document's own line ends, or every line would look changed. */
function contentAfter({ document, range, text }: Change): string {
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), range.start));
  const after = document.getText(new vscode.Range(range.end, document.lineAt(document.lineCount - 1).range.end));
  const ends = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  return before + text.replace(/\r?\n/g, ends) + after;
}

function shownProposal(): { tab: vscode.Tab; uri: vscode.Uri } | undefined {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  if (!tab || !(tab.input instanceof vscode.TabInputTextDiff) || tab.input.modified.scheme !== SCHEME) return undefined;
  return { tab, uri: tab.input.modified };
}
