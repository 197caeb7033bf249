// LSP's lifecycle on one connection: initialize first, shutdown before exit, and no life without a client.
import type { ClientCapabilities } from "vscode-languageserver-protocol";
import { Failure } from "../../shared/failure.ts";
import { InitializationOptions, PROTOCOL_VERSION } from "../../shared/initialization.ts";
import type { ServerCapabilities } from "../../shared/protocol.ts";
import { parseParams } from "./connection.ts";
import { NOTIFICATIONS, REQUESTS } from "./method-names.ts";

export type Phase = "fresh" | "initialized" | "shutdown";

export interface InitializeParams {
  readonly processId?: number | null;
  readonly initializationOptions?: unknown;
  readonly clientInfo?: { readonly name?: string; readonly version?: string };
  readonly rootUri?: string | null;
  readonly capabilities?: ClientCapabilities;
}

/** A client that says nothing of our wire knows only LSP: it gets LSP's features and none of our notifications. */
export function isPlain({ initializationOptions }: InitializeParams): boolean {
  const given = initializationOptions as { protocolVersion?: unknown } | null | undefined;
  return given?.protocolVersion === undefined;
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

export function initializeResult(
  version: string,
  more: Readonly<Record<string, unknown>> = {},
): {
  capabilities: Record<string, unknown>;
  serverInfo: { name: string; version: string };
} {
  const experimental: ServerCapabilities = {
    protocolVersion: PROTOCOL_VERSION,
    methods: [...REQUESTS],
    notifications: [...NOTIFICATIONS],
    version,
  };
  return { capabilities: { ...more, experimental }, serverInfo: { name: "latchkey", version } };
}
