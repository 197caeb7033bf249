// The other half as a typed call() and on(): starts the bundled sidecar on first use and after a crash; knows no command and no view.
import { existsSync } from "node:fs";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import {
  type InitializationOptions,
  type NotificationMethod,
  type NotificationOf,
  notifications,
  type ParamsOf,
  PROTOCOL_VERSION,
  type RequestMethod,
  requests,
  type ResultOf,
} from "../shared/protocol.ts";
import { followStderr, type Log } from "./log.ts";
import type { OwnLanguage } from "./own-language.ts";
import { tracing } from "./trace.ts";

export type SidecarState = "stopped" | "starting" | "running";

export interface SidecarParts {
  readonly serverPath: string;
  readonly version: string;
  readonly log: Log;
  /** The user's settings as the sidecar may have them. */
  readonly settings: () => Promise<Record<string, unknown>>;
  /** The sidecar's sentences in the reader's language; absent where that is its own. */
  readonly language?: OwnLanguage | undefined;
}

type Call = <Method extends RequestMethod>(
  method: Method,
  params: ParamsOf<Method>,
  token?: vscode.CancellationToken,
) => Promise<ResultOf<Method>>;

const CRASHES_MAX = 3;
const CRASH_WINDOW_MS = 180_000;

/** A class because the process behind it has a life. `prepare` runs after every start, before any other call. */
export class Sidecar implements vscode.Disposable {
  readonly #parts: SidecarParts;
  readonly #prepare: (call: Call) => Promise<void>;
  readonly #state = new vscode.EventEmitter<SidecarState>();
  readonly #notified = new vscode.EventEmitter<{ method: NotificationMethod; params: unknown }>();
  #client: LanguageClient | undefined;
  #creating: Promise<LanguageClient> | undefined;
  #ready: Promise<void> = Promise.resolve();
  #settings: Record<string, unknown> = {};
  #crashes: number[] = [];
  #methods: ReadonlySet<string> = new Set();

  readonly onState = this.#state.event;
  state: SidecarState = "stopped";

  constructor(parts: SidecarParts, prepare: (call: Call) => Promise<void>) {
    this.#parts = parts;
    this.#prepare = prepare;
  }

  /** Starts the sidecar when needed; the result is checked against the protocol. */
  readonly call: Call = async (method, params, token) => {
    const client = await this.#running();
    return this.#request(client, method, params, token);
  };

  on<Method extends NotificationMethod>(method: Method, handler: (params: NotificationOf<Method>) => void): vscode.Disposable {
    // The emitter only fires what this method's own schema has parsed.
    return this.#notified.event((given) => given.method === method && handler(given.params as NotificationOf<Method>));
  }

  /** Whether this build of the sidecar knows a method (valid once it runs). */
  knows(method: RequestMethod): boolean {
    return this.#methods.size === 0 || this.#methods.has(method);
  }

  async start(): Promise<void> {
    await this.#running();
  }

  async restart(): Promise<void> {
    this.#crashes = [];
    await this.#stop();
    await this.#running();
  }

  /** Hands changed settings to a running sidecar; a stopped one reads them when it starts. */
  async configure(): Promise<void> {
    if (this.state !== "running" || !this.#client) return;
    this.#settings = await this.#parts.settings();
    await this.#client?.sendNotification("workspace/didChangeConfiguration", { settings: this.#settings });
  }

  dispose(): void {
    void this.#stop();
    this.#state.dispose();
    this.#notified.dispose();
  }

  async #running(): Promise<LanguageClient> {
    this.#creating ??= this.#create();
    const client = await this.#creating;
    try {
      await client.start();
      await this.#ready;
    } catch (error) {
      // A client that could not start cannot be started again; the next call makes a new one.
      this.#creating = undefined;
      this.#client = undefined;
      throw error;
    }
    return client;
  }

  async #create(): Promise<LanguageClient> {
    const { LanguageClient, State } = await import("vscode-languageclient/node");
    this.#settings = await this.#parts.settings();
    if (!existsSync(this.#parts.serverPath)) throw new Error(vscode.l10n.t("The sidecar is missing: {0}", this.#parts.serverPath));
    const client = new LanguageClient("latchkey", "Latchkey", this.#server(), await this.#options());
    this.#client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.#methods = new Set(methodsOf(client));
        this.#ready = this.#prepare((method, params, token) => this.#request(client, method, params, token));
        this.#ready.catch((error) => this.#parts.log.error("Keys could not be handed to the sidecar", error));
      }
      this.#set(newState === State.Running ? "running" : newState === State.Starting ? "starting" : "stopped");
    });
    for (const method of Object.keys(notifications) as NotificationMethod[]) {
      client.onNotification(method, (given: unknown) => this.#receive(method, given));
    }
    return client;
  }

  #server() {
    // Inside VS Code's own process execPath is Electron, which is Node only when told so.
    const options = { env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } };
    return { command: process.execPath, args: [this.#parts.serverPath, "serve", "--stdio"], options };
  }

  async #options() {
    const { CloseAction, ErrorAction, RevealOutputChannelOn } = await import("vscode-languageclient/node");
    const { log } = this.#parts;
    return {
      outputChannel: log,
      traceOutputChannel: tracing(log),
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: () => this.#initialization(),
      initializationFailedHandler: () => false,
      stdioOptions: { stderr: (stream: NodeJS.ReadableStream) => followStderr(stream, log), stdout: () => undefined },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          const again = this.#mayRestart();
          log.error(again ? "The sidecar ended unexpectedly; it is started again." : "The sidecar keeps ending; it stays stopped.");
          if (!again) this.#creating = undefined;
          return { action: again ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true };
        },
      },
    };
  }

  #initialization(): InitializationOptions {
    return {
      protocolVersion: PROTOCOL_VERSION,
      client: { name: vscode.env.appName, version: this.#parts.version },
      settings: this.#settings,
      workspace: workspaceName(),
      locale: vscode.env.language,
      trusted: vscode.workspace.isTrusted,
    };
  }

  async #request<Method extends RequestMethod>(
    client: LanguageClient,
    method: Method,
    params: ParamsOf<Method>,
    token?: vscode.CancellationToken,
  ): Promise<ResultOf<Method>> {
    // An absent token, handed on as undefined, would make the client send the params as a list.
    const result: unknown = await (token ? client.sendRequest(method, params, token) : client.sendRequest(method, params));
    // Parsed by the row of this very method, whose type ResultOf is.
    const parsed = requests[method].result.parse(result) as ResultOf<Method>;
    return this.#parts.language?.within(parsed) ?? parsed;
  }

  #receive(method: NotificationMethod, given: unknown): void {
    const parsed = notifications[method].params.safeParse(given);
    if (parsed.success) this.#notified.fire({ method, params: this.#parts.language?.within(parsed.data) ?? parsed.data });
    else this.#parts.log.warn(`${method}: not understood, ignored`);
  }

  #mayRestart(): boolean {
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
    return this.#crashes.length <= CRASHES_MAX;
  }

  #set(state: SidecarState): void {
    this.state = state;
    this.#state.fire(state);
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#creating = undefined;
    if (!client) return;
    try {
      await client.dispose();
    } catch (error) {
      // A sidecar that is already gone has nothing left to stop.
      this.#parts.log.debug("Stopping the sidecar", error);
    }
  }
}

/** The name by which budgets and reports know this window's workspace. */
export function workspaceName(): string | undefined {
  return vscode.workspace.workspaceFile?.toString() ?? vscode.workspace.workspaceFolders?.[0]?.uri.toString();
}

function methodsOf(client: LanguageClient): string[] {
  const experimental: unknown = client.initializeResult?.capabilities.experimental;
  if (typeof experimental !== "object" || experimental === null || !("methods" in experimental)) return [];
  return Array.isArray(experimental.methods) ? experimental.methods.filter((name) => typeof name === "string") : [];
}
