// The wire's edge: parses what comes in, turns tokens into AbortSignals and Failures into ResponseErrors; never decides anything.
import { type CancellationToken, createMessageConnection, ErrorCodes, type MessageConnection, ResponseError } from "vscode-jsonrpc/node";
import type * as z from "zod/mini";
import { Failure, failureToWire, isFailure } from "../../shared/failure.ts";
import type { NotificationMethod, NotificationOf } from "../../shared/protocol.ts";
import type { Log } from "../log.ts";
import { type BadFrame, type ByteSource, FrameReader } from "./frame-reader.ts";
import type { Urgency } from "./event-stream.ts";
import { type ByteSink, FrameWriter } from "./frame-writer.ts";

export interface Peer {
  notify<Method extends NotificationMethod>(method: Method, params: NotificationOf<Method>): void;
  /** For LSP's own notifications and for events that are serialised here once. */
  notifyRaw(method: string, params: unknown, urgency?: Urgency): void;
  ready(): Promise<void> | undefined;
  readonly connection: MessageConnection;
  /** Cancels every request that runs, and each that comes later as it comes. */
  stopAll(): void;
  flush(): void;
}

export type Handler = (params: unknown, signal: AbortSignal) => unknown;

export interface ConnectionParts {
  readonly source: ByteSource;
  readonly sink: ByteSink;
  readonly log: Log;
  /** The handler of a method, or undefined when there is none; throws Failure notInitialized before its time. */
  readonly handlerOf: (method: string) => Handler | undefined;
  readonly onNotification: (method: string, params: unknown) => void;
  readonly onClose: () => void;
}

export function openConnection(parts: ConnectionParts): Peer {
  const writer = new FrameWriter(parts.sink);
  const answerBadFrame = (bad: BadFrame) => {
    parts.log.warn("a frame could not be read", { code: bad.code, message: bad.message });
    const error = { code: bad.code, message: bad.message, data: { kind: "invalidParams" } };
    writer.writeText(JSON.stringify({ jsonrpc: "2.0", id: bad.id, error }));
  };
  const reader = new FrameReader(parts.source, answerBadFrame);
  const connection = createMessageConnection(reader, writer, quietLogger(parts.log));
  const running = new Running();
  connection.onRequest(async (method: string, params: unknown, token: CancellationToken) => {
    const handler = parts.handlerOf(method);
    if (!handler) throw new ResponseError(ErrorCodes.MethodNotFound, `There is no method "${method}".`, { kind: "invalidParams" });
    return call(handler, params, token, { running, log: parts.log });
  });
  connection.onNotification((method: string, params: unknown) => parts.onNotification(method, params));
  connection.onClose(parts.onClose);
  connection.onError(([error]) => parts.log.debug("connection error", { error }));
  connection.listen();
  const notifyRaw = (method: string, params: unknown, urgency?: Urgency) =>
    writer.writeText(JSON.stringify({ jsonrpc: "2.0", method, params }), urgency);
  return {
    connection,
    notifyRaw,
    notify: notifyRaw,
    ready: () => writer.ready(),
    stopAll: () => running.stopAll(),
    flush: () => writer.flush(),
  };
}

/** One signal a request: whoever runs joins none of them, which would cost as much as routing. */
class Running {
  readonly #controllers = new Set<AbortController>();
  #isStopped = false;

  begin(): AbortController {
    const controller = new AbortController();
    if (this.#isStopped) controller.abort();
    this.#controllers.add(controller);
    return controller;
  }

  end(controller: AbortController): void {
    this.#controllers.delete(controller);
  }

  stopAll(): void {
    this.#isStopped = true;
    for (const controller of this.#controllers) controller.abort();
  }
}

async function call(
  handler: Handler,
  params: unknown,
  token: CancellationToken,
  { running, log }: { running: Running; log: Log },
): Promise<unknown> {
  const controller = running.begin();
  const listening = token.onCancellationRequested(() => controller.abort());
  // A cancel that overtook its request comes as a token that is cancelled already and never fires.
  if (token.isCancellationRequested) controller.abort();
  try {
    return (await handler(params, controller.signal)) ?? null;
  } catch (error) {
    throw toResponseError(error, log);
  } finally {
    listening.dispose();
    running.end(controller);
  }
}

/** A Failure keeps its kind; anything else is a bug: its stack goes to the log, a fixed sentence to the caller. */
export function toResponseError(error: unknown, log: Log): ResponseError<unknown> {
  if (error instanceof ResponseError) return error;
  if (!isFailure(error)) log.error("unexpected error", { error });
  const wire = failureToWire(isFailure(error) ? error : new Failure("internal"));
  return new ResponseError(wire.code, wire.message, wire.data);
}

/** Parses params against the method's schema; the failure names each field and never a value. */
export function parseParams<Schema extends z.ZodMiniType>(schema: Schema, params: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(params ?? {});
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 5).map((issue) => describeIssue(issue));
  throw new Failure("invalidParams", `Not understood: ${fields.join("; ")}. Nothing was sent or charged.`, { fields });
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".") || "params";
  if (issue.code === "invalid_type") return `${path} must be ${issue.expected}`;
  if (issue.code === "invalid_value") return `${path} must be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small") return `${path} is too short or too small`;
  if (issue.code === "too_big") return `${path} is too long or too large`;
  return `${path} is not valid (${issue.code.replaceAll("_", " ")})`;
}

function quietLogger(log: Log) {
  return {
    error: (message: string) => log.warn("json-rpc", { message }),
    warn: (message: string) => log.warn("json-rpc", { message }),
    info: (message: string) => log.debug("json-rpc", { message }),
    log: (message: string) => log.debug("json-rpc", { message }),
  };
}
