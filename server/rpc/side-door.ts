// What another protocol may add to the sidecar's connection: capabilities, methods, an ear for notifications; nothing of ours changes.
import type { House } from "../house.ts";
import type { Handler, Peer } from "./connection.ts";
import type { InitializeParams } from "./lifecycle.ts";

export interface SideDoorOrder {
  /** Settles after initialize is answered: nothing may wait for it there. */
  readonly house: Promise<House>;
  readonly peer: Peer;
  readonly params: InitializeParams;
  /** A client that knows only LSP, and does with an answer what LSP says. */
  readonly plain: boolean;
  readonly editor: string;
  readonly workspace: string | undefined;
}

export interface SideDoor {
  readonly capabilities: Readonly<Record<string, unknown>>;
  handlerOf(method: string): Handler | undefined;
  notified(method: string, params: unknown): void;
  close(): Promise<void>;
}
