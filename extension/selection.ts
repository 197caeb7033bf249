// What the reader means by "this": the selection, else the symbol around the cursor, else the whole file.
import * as vscode from "vscode";

export interface Subject {
  readonly document: vscode.TextDocument;
  /** Absent when the whole file is meant. */
  readonly range?: vscode.Range;
  readonly diagnostics: readonly vscode.Diagnostic[];
}

/** Code actions hand in a place; a command takes the active editor's. */
export async function subjectAt(uri?: vscode.Uri, range?: vscode.Range): Promise<Subject | undefined> {
  const editor = vscode.window.activeTextEditor;
  const document = uri ? await vscode.workspace.openTextDocument(uri) : editor?.document;
  if (!document) return undefined;
  const selection = range ?? editor?.selection;
  const chosen = selection && !selection.isEmpty ? wholeLines(document, selection) : await symbolAround(document, selection?.start);
  const diagnostics = vscode.languages
    .getDiagnostics(document.uri)
    .filter((diagnostic) => !chosen || chosen.intersection(diagnostic.range) !== undefined);
  return { document, ...(chosen ? { range: chosen } : {}), diagnostics };
}

/** Half a line means little to a model and breaks an edit; selections within one line stay as they are. */
function wholeLines(document: vscode.TextDocument, selection: vscode.Range): vscode.Range {
  if (selection.isSingleLine) return selection;
  const end = selection.end.character === 0 ? selection.end.line - 1 : selection.end.line;
  return new vscode.Range(selection.start.with({ character: 0 }), document.lineAt(end).range.end);
}

async function symbolAround(document: vscode.TextDocument, position?: vscode.Position): Promise<vscode.Range | undefined> {
  if (!position) return undefined;
  const found = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
    "vscode.executeDocumentSymbolProvider",
    document.uri,
  );
  return innermost(found ?? [], position);
}

const BODIES: ReadonlySet<vscode.SymbolKind> = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Class,
  vscode.SymbolKind.Interface,
]);

function innermost(symbols: readonly vscode.DocumentSymbol[], position: vscode.Position): vscode.Range | undefined {
  for (const symbol of symbols) {
    if (!("range" in symbol) || !symbol.range.contains(position)) continue;
    return innermost(symbol.children, position) ?? (BODIES.has(symbol.kind) ? symbol.range : undefined);
  }
  return undefined;
}
