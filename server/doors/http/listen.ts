// The HTTP door: a server on one address in front of one house; loads its framework when it is opened.
import type { Server } from "node:http";
import { Failure } from "../../../shared/failure.ts";
import type { House } from "../../house.ts";
import type { Log } from "../../log.ts";
import type { Address } from "./address.ts";
import { originOf } from "./address.ts";
import type { GuardRules } from "./guard.ts";
import { addRoutes, type Known } from "./routes.ts";

export interface HttpOrder {
  readonly house: House;
  readonly log: Log;
  readonly address: Address;
  readonly rules: GuardRules;
}

export interface HttpDoor {
  readonly origin: string;
  /** Stops what runs, lets it settle, and closes. */
  close(): Promise<void>;
}

/** A prompt may take a while to arrive over a slow line, an answer to come; between requests a connection may rest. */
const REQUEST_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_MS = 75_000;
const LONGEST_FAREWELL_MS = 700;

export async function openHttpDoor({ house, log, address, rules }: HttpOrder): Promise<HttpDoor> {
  const [{ Hono }, { createAdaptorServer }] = await Promise.all([import("hono"), import("@hono/node-server")]);
  const closing = new AbortController();
  const app = new Hono<Known>();
  addRoutes(app, { house, log, rules, closing: closing.signal });
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
  }) as Server;
  const port = await listening(server, address);
  return {
    origin: originOf(address.host, port),
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, LONGEST_FAREWELL_MS).unref())]);
      server.closeAllConnections();
    },
  };
}

function listening(server: Server, { host, port }: Address): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "another program listens there already" : (error.code ?? error.message);
      reject(new Failure("invalidParams", `${originOf(host, port)} cannot be listened on: ${why}.`, {}, { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
