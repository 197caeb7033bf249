// Latchkey as an agent for ACP editors: sessions with memory, streamed answers and their cost; no tools; passing a soft limit is all that needs a permission.
import type {
  AgentContext,
  AgentApp,
  AnyMessage,
  ClientCapabilities,
  InitializeRequest,
  InitializeResponse,
  NewSessionResponse,
  RequestError,
  SetSessionConfigOptionRequest,
} from "@agentclientprotocol/sdk";
import { randomUUID } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { Failure, failureToWire, isFailure } from "../../../shared/failure.ts";
import type { Edge } from "../../edge.ts";
import type { House } from "../../house.ts";
import type { Log } from "../../log.ts";
import type { ReadFile } from "./content.ts";
import { chosen, configOptions } from "./options.ts";
import { loadSession, newSession, Session, type SessionParts } from "./session.ts";

export interface AgentOrder {
  readonly house: House;
  readonly edge: Edge;
  readonly log: Log;
  readonly version: string;
}

const CAPABILITIES = {
  loadSession: true,
  promptCapabilities: { image: true, embeddedContext: true, audio: false },
  sessionCapabilities: { list: {}, resume: {}, close: {}, delete: {} },
} as const;

type Sdk = typeof import("@agentclientprotocol/sdk");

/** Resolves when the client has gone. */
export async function serveAgent(order: AgentOrder): Promise<void> {
  const sdk = await import("@agentclientprotocol/sdk");
  const { edge } = order;
  const app = new Desk(order, sdk).register(sdk.agent({ name: "latchkey" }));
  const stream = sdk.ndJsonStream(Writable.toWeb(edge.stdout), Readable.toWeb(edge.stdin) as ReadableStream<Uint8Array>);
  const connection = app.connect(stream as { writable: WritableStream<AnyMessage>; readable: ReadableStream<AnyMessage> });
  const forget = edge.onInterrupt(() => connection.close());
  await connection.closed;
  forget();
}

/** Who knows the sessions of one client; each handler is one method of ACP. */
class Desk {
  readonly #order: AgentOrder;
  readonly #sdk: Sdk;
  readonly #sessions = new Map<string, Session>();
  #client: ClientCapabilities = {};
  #parts: SessionParts;

  constructor(order: AgentOrder, sdk: Sdk) {
    this.#order = order;
    this.#sdk = sdk;
    this.#parts = { house: order.house, editor: "acp" };
  }

  register(app: AgentApp): AgentApp {
    const { agent } = this.#sdk.methods;
    return app
      .onRequest(agent.initialize, ({ params }) => this.#initialize(params))
      .onRequest(agent.authenticate, () => ({}))
      .onRequest(agent.session.new, ({ params }) => this.#answering(() => this.#new(params.cwd)))
      .onRequest(agent.session.load, ({ params, client }) =>
        this.#answering(async () => {
          const session = await this.#open(params.sessionId);
          await session.replay(client);
          return { configOptions: await this.#options(session) };
        }),
      )
      .onRequest(agent.session.resume, ({ params }) =>
        this.#answering(async () => ({ configOptions: await this.#options(await this.#open(params.sessionId)) })),
      )
      .onRequest(agent.session.list, ({ params }) => this.#answering(() => this.#list(params.cwd)))
      .onRequest(agent.session.close, ({ params }) => this.#close(params.sessionId))
      .onRequest(agent.session.delete, async ({ params }) => {
        this.#close(params.sessionId);
        await this.#order.house.conversations.delete(params.sessionId);
      })
      .onRequest(agent.session.setConfigOption, ({ params }) => this.#answering(() => this.#choose(params)))
      .onRequest(agent.session.prompt, ({ params, client, signal }) =>
        this.#answering(async () => {
          const session = await this.#open(params.sessionId);
          return session.prompt(params.prompt, client, this.#reader(client, params.sessionId), signal);
        }),
      )
      .onNotification(agent.session.cancel, ({ params }) => this.#sessions.get(params.sessionId)?.cancel());
  }

  #initialize({ clientCapabilities, clientInfo }: InitializeRequest): InitializeResponse {
    this.#client = clientCapabilities ?? {};
    this.#parts = { ...this.#parts, editor: `acp:${clientInfo?.name ?? "unknown"}` };
    const agentInfo = { name: "latchkey", title: "Latchkey", version: this.#order.version };
    return { protocolVersion: this.#sdk.PROTOCOL_VERSION, agentCapabilities: CAPABILITIES, agentInfo, authMethods: [] };
  }

  async #new(cwd: string): Promise<NewSessionResponse> {
    const { model, policy } = this.#order.house.settings();
    const id = randomUUID();
    const session = new Session(this.#parts, newSession(id, cwd, { model, policy }));
    this.#sessions.set(id, session);
    return { sessionId: id, configOptions: await this.#options(session) };
  }

  /** One that runs, else one that was kept. */
  async #open(id: string): Promise<Session> {
    const running = this.#sessions.get(id);
    if (running) return running;
    const state = await loadSession(this.#order.house, id);
    if (!state) throw this.#sdk.RequestError.resourceNotFound(id);
    const session = new Session(this.#parts, state);
    this.#sessions.set(id, session);
    return session;
  }

  #close(id: string): void {
    this.#sessions.get(id)?.cancel();
    this.#sessions.delete(id);
  }

  async #list(cwd: string | null | undefined) {
    const { conversations } = await this.#order.house.conversations.list(cwd ? { workspace: cwd } : {});
    // ACP wants a folder for each: one that another client began without any is at home anywhere.
    const sessions = conversations.map(({ id, title, updatedAt, workspace }) => ({
      sessionId: id,
      cwd: workspace ?? "/",
      title,
      updatedAt,
    }));
    return { sessions };
  }

  async #choose({ sessionId, configId, value }: SetSessionConfigOptionRequest) {
    const session = await this.#open(sessionId);
    const { models } = await this.#order.house.listModels({});
    const choice = chosen(session.choice, configId, value, models);
    if (!choice) throw new Failure("invalidParams", `"${String(value)}" is no value for ${configId}.`);
    session.choose({ model: choice.model, policy: choice.policy });
    return { configOptions: configOptions(choice, models) };
  }

  async #options(session: Session) {
    const { models } = await this.#order.house.listModels({});
    return configOptions(session.choice, models);
  }

  #reader(client: AgentContext, sessionId: string): ReadFile {
    return async (path) => {
      if (!this.#client.fs?.readTextFile) return null;
      const answer = await client.request("fs/read_text_file", { sessionId, path }).catch(() => null);
      return answer?.content ?? null;
    };
  }

  /** A Failure keeps its code and kind; a bug gets a fixed sentence, and the log the rest. */
  async #answering<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      throw this.#asRequestError(error);
    }
  }

  #asRequestError(error: unknown): RequestError {
    if (error instanceof this.#sdk.RequestError) return error;
    if (!isFailure(error)) this.#order.log.error("unexpected error", { error });
    const { code, message, data } = failureToWire(isFailure(error) ? error : new Failure("internal"));
    return new this.#sdk.RequestError(code, message, data);
  }
}
