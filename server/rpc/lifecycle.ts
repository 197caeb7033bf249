// LSP's lifecycle on one connection: initialize first, shutdown before exit, and no life without a client.
import { Failure } from "../../shared/failure.ts";
import { InitializationOptions, notifications, PROTOCOL_VERSION, requests, type ServerCapabilities } from "../../shared/protocol.ts";
import { parseParams } from "./connection.ts";

export type Phase = "fresh" | "initialized" | "shutdown";

export interface InitializeParams {
  readonly processId?: number | null;
  readonly initializationOptions?: unknown;
  readonly clientInfo?: { readonly name?: string; readonly version?: string };
  readonly rootUri?: string | null;
  readonly capabilities?: unknown;
}

/** Any LSP client may start the sidecar: without initializationOptions the defaults hold. */
export function readInitialize(params: InitializeParams): InitializationOptions {
  const client = { name: params.clientInfo?.name ?? "unknown", version: params.clientInfo?.version ?? "" };
  const given = params.initializationOptions ?? {};
  const options = parseParams(InitializationOptions, { protocolVersion: PROTOCOL_VERSION, client, ...(given as object) });
  if (options.protocolVersion !== PROTOCOL_VERSION) {
    const message = `This sidecar speaks protocol version ${PROTOCOL_VERSION}, the client asked for ${options.protocolVersion}. Update the older of the two.`;
    throw new Failure("invalidParams", message, { supported: [PROTOCOL_VERSION] });
  }
  return options;
}

export function initializeResult(version: string): {
  capabilities: Record<string, unknown>;
  serverInfo: { name: string; version: string };
} {
  const experimental: ServerCapabilities = {
    protocolVersion: PROTOCOL_VERSION,
    methods: Object.keys(requests),
    notifications: Object.keys(notifications),
    version,
  };
  return { capabilities: { experimental }, serverInfo: { name: "latchkey", version } };
}
