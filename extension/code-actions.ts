// The light bulb's entries: explain, fix and test what is selected or reported; each only starts a command.
import * as vscode from "vscode";
import { type CommandName, commandId } from "./commands.ts";

export class CodeActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.Refactor],
  };

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext): vscode.CodeAction[] {
    const { t } = vscode.l10n;
    const refactor = vscode.CodeActionKind.Refactor;
    const found: vscode.CodeAction[] = [];
    if (context.diagnostics.length > 0) {
      found.push(
        action(t("Fix with Latchkey"), vscode.CodeActionKind.QuickFix, "fixSelection", document, reportedLines(document, context)),
      );
    }
    if (!range.isEmpty) {
      found.push(action(t("Explain with Latchkey"), refactor, "explainSelection", document, range));
      found.push(action(t("Write tests with Latchkey"), refactor, "writeTests", document, range));
    }
    return found;
  }
}

function action(
  title: string,
  kind: vscode.CodeActionKind,
  name: CommandName,
  document: vscode.TextDocument,
  range: vscode.Range,
): vscode.CodeAction {
  const made = new vscode.CodeAction(title, kind);
  made.command = { title, command: commandId(name), arguments: [document.uri, range] };
  return made;
}

function reportedLines(document: vscode.TextDocument, { diagnostics }: vscode.CodeActionContext): vscode.Range {
  const all = diagnostics.map(({ range }) => range).reduce((one, other) => one.union(other));
  return document.lineAt(all.start.line).range.union(document.lineAt(all.end.line).range);
}
