// The sidecar over stdio: one client, from its initialize to its end; a client that is gone ends the process.
import { ErrorCodes, ResponseError } from "vscode-jsonrpc/node";
import { Failure } from "../../shared/failure.ts";
import type { InitializationOptions } from "../../shared/protocol.ts";
import type { Caller } from "../chat/parts.ts";
import type { Edge } from "../edge.ts";
import type { House } from "../house.ts";
import type { Log } from "../log.ts";
import { type Handler, openConnection, type Peer } from "./connection.ts";
import { createEventStream, type Urgency } from "./event-stream.ts";
import type * as Handlers from "./handlers.ts";
import { type InitializeParams, initializeResult, isPlain, type Phase, readInitialize } from "./lifecycle.ts";
import { REQUESTS } from "./method-names.ts";
import type { SideDoor, SideDoorOrder } from "./side-door.ts";

export interface ServeParts {
  readonly edge: Edge;
  readonly version: string;
  readonly log: Log;
  /** Builds the house once the client has said who it is and what its settings are. */
  readonly openHouse: (options: InitializationOptions) => Promise<House>;
  /** LSP's own features on the same connection, for clients that want them. */
  readonly openSideDoor?: (order: SideDoorOrder) => Promise<SideDoor>;
}

/** How often a client's process is looked for; well under the second in which an orphan must end. */
const LOOK_FOR_CLIENT_MS = 400;
const MOST_CHATS = 256;

/** Resolves with the exit code when the client is gone. */
export function serveStdio(parts: ServeParts): Promise<number> {
  return new Promise((resolve) => new Session(parts, resolve));
}

class Session {
  readonly #parts: ServeParts;
  readonly #end: (code: number) => void;
  /** The chatIds of what runs. */
  readonly #chats = new Set<string>();
  readonly #peer: Peer;
  readonly #looking: NodeJS.Timeout;
  readonly #forgetInterrupt: () => void;
  readonly #parentPid: number;
  #phase: Phase = "fresh";
  #house: Promise<House> | null = null;
  /** Settles after initialize is answered: the methods' schemas take as long to build as all else that it waits for. */
  #handlers: Promise<(method: string) => Handler | undefined> | null = null;
  #sideDoor: SideDoor | undefined;
  #plain = false;
  #editor = "unknown";
  #clientPid: number | null = null;
  #ended = false;

  constructor(parts: ServeParts, end: (code: number) => void) {
    this.#parts = parts;
    this.#end = end;
    this.#parentPid = parts.edge.parentPid();
    this.#peer = openConnection({
      source: parts.edge.stdin,
      sink: parts.edge.stdout,
      log: parts.log,
      handlerOf: (method) => this.#handlerOf(method),
      onNotification: (method, params) => this.#notified(method, params),
      onClose: () => void this.#close(this.#phase === "shutdown" ? 0 : 1),
    });
    this.#forgetInterrupt = parts.edge.onInterrupt(() => void this.#close(0));
    this.#looking = setInterval(() => this.#lookForClient(), LOOK_FOR_CLIENT_MS);
  }

  #handlerOf(method: string): Handler | undefined {
    if (method === "initialize") return (params) => this.#initialize((params ?? {}) as InitializeParams);
    if (this.#phase === "fresh") throw new ResponseError(-32002, "Send initialize first.", { kind: "notInitialized" });
    if (this.#phase === "shutdown")
      throw new ResponseError(ErrorCodes.InvalidRequest, "The sidecar is shutting down.", { kind: "notInitialized" });
    if (method === "shutdown") return () => this.#shutdown();
    if (!REQUESTS.includes(method)) return this.#sideDoor?.handlerOf(method);
    return async (params, signal) => (await this.#handlers)?.(method)?.(params, signal);
  }

  async #initialize(params: InitializeParams): Promise<unknown> {
    if (this.#phase !== "fresh") throw new Failure("invalidParams", "initialize was sent already.");
    const options = readInitialize(params);
    this.#phase = "initialized";
    this.#editor = options.client.name;
    this.#clientPid = typeof params.processId === "number" ? params.processId : null;
    let open: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      open = resolve;
    });
    const house = answered.then(() => this.#parts.openHouse(options));
    this.#house = house;
    this.#handlers = answered.then(() => this.#openHandlers(house));
    this.#plain = isPlain(params);
    house.then(
      (opened) => this.#plain || opened.onNotification((method, body) => this.#peer.notifyRaw(method, body)),
      (error: unknown) => this.#parts.log.error("the sidecar could not open its state", { error }),
    );
    const { workspace, languageServer = this.#plain } = options;
    const order = { house, params, workspace, plain: this.#plain, peer: this.#peer, editor: this.#editor };
    if (languageServer) this.#sideDoor = await this.#parts.openSideDoor?.(order);
    // The answer leaves first, at the end of this turn: opening the house takes longer than all that the client waits for here.
    setImmediate(() => setImmediate(open));
    return initializeResult(this.#parts.version, this.#sideDoor?.capabilities);
  }

  async #openHandlers(house: Promise<House>): Promise<(method: string) => Handler | undefined> {
    const { createHandlers, handlerIn }: typeof Handlers = await import("./handlers.ts");
    const handlers = createHandlers(
      house,
      (chatId, signal) => this.#callerFor(chatId, signal),
      () => this.#editor,
    );
    return (method) => handlerIn(handlers, method);
  }

  #callerFor(chatId: string, signal: AbortSignal): Caller & { done(): void } {
    if (this.#chats.has(chatId))
      throw new Failure("invalidParams", `A chat with chatId "${chatId}" is running. Give each chat its own name.`);
    if (this.#chats.size >= MOST_CHATS) {
      throw new Failure("providerUnavailable", `${MOST_CHATS} chats are running already. Wait for one to end; nothing was sent.`, {
        overloaded: true,
      });
    }
    this.#chats.add(chatId);
    const sink = {
      send: (body: unknown, urgency: Urgency) => this.#peer.notifyRaw("chat/event", body, urgency),
      ready: () => this.#peer.ready(),
    };
    const stream = createEventStream(chatId, sink, () => performance.now());
    return {
      editor: this.#editor,
      signal,
      emit: (event) => stream.emit(event),
      done: () => {
        stream.close();
        this.#chats.delete(chatId);
      },
    };
  }

  #notified(method: string, params: unknown): void {
    if (method === "exit") void this.#close(this.#phase === "shutdown" ? 0 : 1);
    if (method === "workspace/didChangeConfiguration") this.#configure(params);
    this.#sideDoor?.notified(method, params);
  }

  #configure(params: unknown): void {
    const settings = (params as { settings?: unknown } | null)?.settings;
    const ours = (settings as { latchkey?: unknown } | null | undefined)?.latchkey;
    // A plain client sends every server's settings, or none: only what is under our name is meant for us.
    if (ours === undefined && this.#plain) return;
    void this.#house?.then((house) => house.configure(ours ?? settings)).catch(() => undefined);
  }

  async #shutdown(): Promise<null> {
    this.#phase = "shutdown";
    this.#stopAll();
    return null;
  }

  #stopAll(): void {
    this.#peer.stopAll();
  }

  #lookForClient(): void {
    const { edge } = this.#parts;
    const parentGone = edge.parentPid() !== this.#parentPid;
    const clientGone = this.#clientPid !== null && !edge.isAlive(this.#clientPid);
    if (parentGone || clientGone) void this.#close(1);
  }

  /** Aborts what runs, gives the ledger its moment to settle, and ends; a second call changes nothing. */
  async #close(code: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#looking);
    this.#forgetInterrupt();
    this.#stopAll();
    void this.#sideDoor?.close();
    const closed = this.#house?.then((house) => house.close()).catch(() => undefined);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 700).unref())]);
    this.#peer.flush();
    this.#end(code);
  }
}
