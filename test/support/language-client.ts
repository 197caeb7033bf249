// A language client on the official protocol library that starts the built sidecar and remembers what it was asked and told.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  ApplyWorkspaceEditRequest,
  type ApplyWorkspaceEditParams,
  type ClientCapabilities,
  createProtocolConnection,
  type InitializeResult,
  type MessageConnection,
  type ProtocolConnection,
  ShowDocumentRequest,
  ShowMessageNotification,
  StreamMessageReader,
  StreamMessageWriter,
  WorkDoneProgressCreateRequest,
} from "vscode-languageserver-protocol/node";
import { BUILT, cleanEnvironment } from "./sidecar.ts";

export interface Told {
  readonly method: string;
  // What a server sends is whatever it sent; tests look into it freely.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly params: any;
}

export const EVERYTHING: ClientCapabilities = {
  window: { workDoneProgress: true, showDocument: { support: true } },
  workspace: { applyEdit: true, workspaceEdit: { documentChanges: true } },
  textDocument: {
    hover: { contentFormat: ["markdown", "plaintext"] },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } },
  },
};

export interface LanguageClient {
  readonly connection: ProtocolConnection;
  readonly answer: InitializeResult;
  readonly told: Told[];
  /** Pages shown, as their text. */
  readonly pages: string[];
  readonly edits: ApplyWorkspaceEditParams[];
  /** The next notification that fits, from those that came or will come. */
  waitFor(fits: (told: Told) => boolean): Promise<Told>;
  open(uri: string, languageId: string, text: string): Promise<void>;
  stop(): Promise<number | null>;
}

export async function startLanguageClient(
  home: string,
  options: { capabilities?: ClientCapabilities; initializationOptions?: unknown; rootUri?: string } = {},
): Promise<LanguageClient> {
  const child = spawn(process.execPath, [BUILT, "serve", "--stdio"], { env: cleanEnvironment(home), stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const told: Told[] = [];
  const pages: string[] = [];
  const edits: ApplyWorkspaceEditParams[] = [];
  const watchers = new Set<(one: Told) => void>();
  const note = (one: Told) => {
    told.push(one);
    for (const watch of watchers) watch(one);
  };
  // The same object; its narrower type leaves out the ears for whatever else comes.
  const ears = connection as unknown as MessageConnection;
  ears.onNotification((method, params) => note({ method, params }));
  ears.onUnhandledProgress(({ token, value }) => note({ method: "$/progress", params: { token, value } }));
  connection.onNotification(ShowMessageNotification.type, (params) => note({ method: "window/showMessage", params }));
  connection.onRequest(WorkDoneProgressCreateRequest.type, (params) => note({ method: "window/workDoneProgress/create", params }));
  connection.onRequest(ShowDocumentRequest.type, ({ uri }) => {
    pages.push(readFileSync(fileURLToPath(uri), "utf8"));
    return { success: true };
  });
  connection.onRequest(ApplyWorkspaceEditRequest.type, (params) => {
    edits.push(params);
    return { applied: true };
  });
  connection.listen();
  const { capabilities = EVERYTHING, initializationOptions, rootUri = null } = options;
  const answer = (await connection.sendRequest("initialize", {
    processId: process.pid,
    ...{ capabilities, rootUri, initializationOptions },
  })) as InitializeResult;
  await connection.sendNotification("initialized", {});
  return {
    ...{ connection, answer, told, pages, edits },
    waitFor(fits) {
      const found = told.find(fits);
      if (found) return Promise.resolve(found);
      return new Promise((done) => {
        const watch = (one: Told) => {
          if (!fits(one)) return;
          watchers.delete(watch);
          done(one);
        };
        watchers.add(watch);
      });
    },
    open: (uri, languageId, text) =>
      connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } }),
    async stop() {
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      const code = await exited;
      connection.dispose();
      return code;
    },
  };
}
