// What a reader does with a code block of an answer: copy, insert, propose as a change, new file; changes no file unasked.
import * as vscode from "vscode";
import type { CodeAction } from "../shared/panel.ts";
import type { Proposals } from "./proposal.ts";

export interface CodeBlock {
  readonly action: CodeAction;
  readonly text: string;
  readonly languageId: string;
}

export class CodeBlocks implements vscode.Disposable {
  readonly #proposals: Proposals;
  readonly #watching: vscode.Disposable;
  #lastEditor: vscode.TextEditor | undefined;

  constructor(proposals: Proposals) {
    this.#proposals = proposals;
    this.#lastEditor = vscode.window.activeTextEditor;
    // A click in the panel takes the focus away from the editor it is about.
    this.#watching = vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor) this.#lastEditor = editor;
    });
  }

  /** The editor the reader was last in, if it is still open. */
  get editor(): vscode.TextEditor | undefined {
    const visible = vscode.window.visibleTextEditors;
    const last = visible.find(({ document }) => document === this.#lastEditor?.document);
    return last ?? visible.find(({ document }) => document.uri.scheme === "file" || document.uri.scheme === "untitled");
  }

  async act({ action, text, languageId }: CodeBlock): Promise<void> {
    switch (action) {
      case "copy":
        return vscode.env.clipboard.writeText(text);
      case "insert":
        return this.#insert(text);
      case "apply":
        return this.#apply(text);
      case "newFile":
        return newFile(text, languageId);
    }
  }

  dispose(): void {
    this.#watching.dispose();
  }

  async #insert(text: string): Promise<void> {
    const { editor } = this;
    if (!editor) return newFile(text, "plaintext");
    await editor.edit((edit) => edit.replace(editor.selection, text));
  }

  async #apply(text: string): Promise<void> {
    const { editor } = this;
    if (!editor) throw new Error(vscode.l10n.t("Open the file that this change is for, and select what it replaces."));
    const { document, selection } = editor;
    const whole = new vscode.Range(document.lineAt(0).range.start, document.lineAt(document.lineCount - 1).range.end);
    const range = selection.isEmpty ? whole : selection;
    // Fences carry no last line end; a file or a block of whole lines that had one keeps it.
    const ended = document.getText(range).endsWith("\n") && !text.endsWith("\n");
    await this.#proposals.propose({ document, range, text: ended ? `${text}\n` : text });
  }
}

async function newFile(text: string, languageId: string): Promise<void> {
  const known = new Set(await vscode.languages.getLanguages());
  const language = known.has(languageId) ? languageId : "plaintext";
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: text, language }));
}
