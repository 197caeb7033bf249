// The language client as the door sees it: what it can do, and the few things that are asked of it.
import type { MessageConnection } from "vscode-jsonrpc/node";
import type {
  ApplyWorkspaceEditResult,
  ClientCapabilities,
  MessageType,
  ShowDocumentResult,
  WorkspaceEdit,
} from "vscode-languageserver-protocol";

export interface LanguageClient {
  readonly can: {
    readonly showDocument: boolean;
    readonly progress: boolean;
    readonly documentChanges: boolean;
    readonly applyEdit: boolean;
    readonly codeActionLiterals: boolean;
    readonly markdown: boolean;
  };
  showDocument(uri: string): Promise<boolean>;
  applyEdit(label: string, edit: WorkspaceEdit): Promise<{ applied: boolean; reason?: string }>;
  createProgress(token: string): Promise<boolean>;
  progress(token: string | number, value: unknown): void;
  showMessage(type: MessageType, message: string): void;
}

/** LSP's own numbers; `showMessageRequest` is never used, since headless clients stop at it. */
export const MESSAGE = { error: 1, warning: 2, info: 3 } as const;

export interface Wire {
  readonly connection: MessageConnection;
  notifyRaw(method: string, params: unknown): void;
}

export function createLanguageClient(wire: Wire, given: ClientCapabilities | undefined): LanguageClient {
  const capabilities = given ?? {};
  const { connection } = wire;
  const ask = async <Result>(method: string, params: unknown): Promise<Result | null> => {
    try {
      return await connection.sendRequest<Result>(method, params);
    } catch {
      // A client that announces what it cannot do is not worth failing an answer for.
      return null;
    }
  };
  const hover = capabilities.textDocument?.hover?.contentFormat;
  return {
    can: {
      showDocument: capabilities.window?.showDocument?.support === true,
      progress: capabilities.window?.workDoneProgress === true,
      documentChanges: capabilities.workspace?.workspaceEdit?.documentChanges === true,
      applyEdit: capabilities.workspace?.applyEdit === true,
      codeActionLiterals: capabilities.textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
      markdown: hover === undefined || hover.includes("markdown"),
    },
    async showDocument(uri) {
      const shown = await ask<ShowDocumentResult>("window/showDocument", { uri, takeFocus: false });
      return shown?.success === true;
    },
    async applyEdit(label, edit) {
      const result = await ask<ApplyWorkspaceEditResult>("workspace/applyEdit", { label, edit });
      return { applied: result?.applied === true, ...(result?.failureReason ? { reason: result.failureReason } : {}) };
    },
    createProgress: async (token) => (await ask("window/workDoneProgress/create", { token })) !== undefined,
    progress: (token, value) => wire.notifyRaw("$/progress", { token, value }),
    showMessage: (type, message) => wire.notifyRaw("window/showMessage", { type, message }),
  };
}
