// The language server on the sidecar's own connection: actions on a selection, hover, progress; for clients that know only LSP.
import type {
  CodeAction,
  CodeActionParams,
  Command,
  ExecuteCommandParams,
  HoverParams,
  InlineCompletionParams,
  MarkupContent,
  Range,
} from "vscode-languageserver-protocol";
import { Failure } from "../../../shared/failure.ts";
import type { Handler } from "../../rpc/connection.ts";
import type { SideDoor, SideDoorOrder } from "../../rpc/side-door.ts";
import { ACTIONS, type ActionId, isActionId, pathOf, type Selection, STOP } from "./actions.ts";
import { createLanguageClient, type LanguageClient } from "./client.ts";
import { Documents } from "./documents.ts";
import { Explanations } from "./explanations.ts";
import { completeInline } from "./inline-completion.ts";
import { Pages } from "./pages.ts";
import { ProgressBoard } from "./progress.ts";
import { actOn, type WorkParts } from "./work.ts";

const CAPABILITIES = {
  textDocumentSync: { openClose: true, change: 2 },
  codeActionProvider: { codeActionKinds: [...new Set(Object.values(ACTIONS).map((row) => row.kind))] },
  executeCommandProvider: { commands: [...Object.keys(ACTIONS), STOP], workDoneProgress: true },
  hoverProvider: true,
  inlineCompletionProvider: true,
} as const;

/** Not for clients of our own wire that do not ask: an editor with an extension of its own has these actions already. */
export function openLanguageDoor(order: SideDoorOrder): SideDoor {
  return new LanguageDoor(order);
}

class LanguageDoor implements SideDoor {
  readonly capabilities = CAPABILITIES;
  readonly #documents = new Documents();
  readonly #client: LanguageClient;
  readonly #work: WorkParts;
  readonly #plain: boolean;
  readonly #closing = new AbortController();
  readonly #handlers: Readonly<Record<string, Handler>>;

  constructor({ house, peer, params, plain, editor, workspace }: SideDoorOrder) {
    this.#plain = plain;
    this.#client = createLanguageClient(peer, params.capabilities);
    const board = new ProgressBoard(this.#client);
    const root = params.rootUri ? pathOf(params.rootUri) : undefined;
    this.#work = {
      ...{ house, board, editor, workspace: workspace ?? root, client: this.#client },
      pages: new Pages(this.#client),
      explanations: new Explanations(),
      refused: new Set<string>(),
    };
    // Requests are LSP's own types, sent by clients that are no part of this house: each handler checks what it reads.
    this.#handlers = {
      "textDocument/codeAction": (given) => this.#actionsFor(given as CodeActionParams),
      "textDocument/hover": (given) => this.#hover(given as HoverParams),
      "textDocument/inlineCompletion": (given, signal) => this.#complete(given as InlineCompletionParams, signal),
      "workspace/executeCommand": (given, signal) => this.#execute(given as ExecuteCommandParams, signal),
    };
  }

  handlerOf(method: string): Handler | undefined {
    return Object.hasOwn(this.#handlers, method) ? this.#handlers[method] : undefined;
  }

  notified(method: string, params: unknown): void {
    // As above: LSP's own types, from a client that speaks LSP.
    const given = params as never;
    if (method === "textDocument/didOpen") this.#documents.opened(given);
    else if (method === "textDocument/didChange") this.#documents.changed(given);
    else if (method === "textDocument/didClose") this.#documents.closed(given);
    else if (method === "window/workDoneProgress/cancel") this.#work.board.cancelled((given as { token: string }).token);
  }

  close(): Promise<void> {
    this.#closing.abort();
    return this.#work.pages.close();
  }

  #actionsFor({ textDocument, range, context }: CodeActionParams): (CodeAction | Command)[] {
    if (!this.#documents.find(textDocument.uri)) return [];
    const stop = this.#work.board.isBusy && !context.only ? [this.#action("Stop", "refactor", STOP, [])] : [];
    if (isEmpty(range)) return stop;
    const problems = context.diagnostics.map(({ range: at, message }) => `line ${at.start.line + 1}: ${firstLine(message)}`);
    const offered = Object.entries(ACTIONS).flatMap(([id, { title, kind }]) => {
      if (context.only && !context.only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`))) return [];
      return [this.#action(title, kind, id, [{ uri: textDocument.uri, range, problems }])];
    });
    return [...offered, ...stop];
  }

  #action(title: string, kind: string, id: string, given: unknown[]): CodeAction | Command {
    const command = { title: `Latchkey: ${title}`, command: id, arguments: given };
    return this.#client.can.codeActionLiterals ? { title: command.title, kind, command } : command;
  }

  #hover({ textDocument, position }: HoverParams) {
    const document = this.#documents.find(textDocument.uri);
    return document ? this.#work.explanations.at(document, position, this.#client.can.markdown) : null;
  }

  #complete(params: InlineCompletionParams, signal: AbortSignal) {
    const document = this.#documents.find(params.textDocument.uri);
    return document ? completeInline(this.#work, document, params, signal) : { items: [] };
  }

  /** Plain clients are answered at once: some wait with their hands tied, and give up after ten seconds. */
  #execute({ command, arguments: given = [], workDoneToken: token }: ExecuteCommandParams, signal: AbortSignal) {
    if (command === STOP) return this.#work.board.cancelAll();
    if (!isActionId(command)) {
      throw new Failure(
        "invalidParams",
        `There is no command "${command}". Known: ${CAPABILITIES.executeCommandProvider.commands.join(", ")}.`,
      );
    }
    const selection = this.#selectionIn(command, given[0]);
    if (!this.#plain) return actOn(this.#work, command, selection, { signal, token });
    // What fails was said to the user already.
    actOn(this.#work, command, selection, { signal: this.#closing.signal, token }).catch(() => undefined);
    return null;
  }

  #selectionIn(id: ActionId, given: unknown): Selection {
    const { uri, range, problems = [] } = (given ?? {}) as { uri?: unknown; range?: Range; problems?: readonly string[] };
    const document = typeof uri === "string" ? this.#documents.find(uri) : undefined;
    if (!document || !isRange(range)) {
      throw new Failure("invalidParams", `${id} needs one argument: { uri, range } of an open document. Nothing was sent or charged.`);
    }
    return { document, range, problems };
  }
}

function isEmpty({ start, end }: Range): boolean {
  return start.line === end.line && start.character === end.character;
}

function isRange(range: Range | undefined): range is Range {
  return Number.isInteger(range?.start?.line) && Number.isInteger(range?.end?.line);
}

function firstLine(message: string | MarkupContent): string {
  return (typeof message === "string" ? message : message.value).split("\n", 1)[0] ?? "";
}
