// Connection pools, one for each way out (proxy, certificates); loads undici when the first is needed.
import { readFileSync } from "node:fs";
import type { LookupFunction } from "node:net";
import type { SecureContext } from "node:tls";
import type { buildConnector, Dispatcher } from "undici";
import type * as Certificates from "./certificates.ts";

export interface Way {
  /** Over TLS, whose half of Node is loaded only then. */
  readonly secure: boolean;
  readonly proxy: URL | null;
  readonly strictSsl: boolean;
  readonly caFiles: readonly string[];
  /** Resolves names in place of the system; such ways have a pool of their own and no proxy. */
  readonly lookup?: LookupFunction;
}

/** Watchdogs of the house bound every silence; a pool that did so too would only hide which one it was. */
const LIMITS = { headersTimeout: 0, bodyTimeout: 0 };
/** Below the 60 s after which common load balancers hang up, so that a prompt a minute still finds its connection. */
const KEEP_ALIVE_MS = 50_000;
/**
 * How long before a server's own stated end of an idle connection ours comes: a request on its way to a connection that closes is lost, and
 * may not be sent again. undici counts such ends in whole seconds, and a busy machine is late.
 */
const KEEP_ALIVE_MARGIN_MS = 4_000;
const KEEP_ALIVE = { keepAliveTimeout: KEEP_ALIVE_MS, keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS };
const CONNECT_MS = 10_000;

export interface Dispatchers {
  /** The pool for this way; made once. */
  get(way: Way): Promise<Dispatcher>;
  close(): Promise<void>;
}

export function createDispatchers(): Dispatchers {
  const made = new Map<string, Promise<Dispatcher>>();
  return {
    get(way) {
      const id = JSON.stringify([way.secure, way.proxy?.href ?? null, way.strictSsl, way.caFiles, way.lookup !== undefined]);
      const known = made.get(id);
      if (known) return known;
      const dispatcher = way.proxy ? throughProxy(way, way.proxy) : straight(way);
      made.set(id, dispatcher);
      dispatcher.catch(() => made.delete(id));
      return dispatcher;
    },
    async close() {
      const all = await Promise.allSettled(made.values());
      made.clear();
      await Promise.all(all.map((dispatcher) => (dispatcher.status === "fulfilled" ? dispatcher.value.destroy() : undefined)));
    },
  };
}

/** Loaded when first needed; the build ships only the three parts that are used, which load in a third of the time (measured 2026-11-23). */
async function undici(): Promise<Pick<typeof import("undici"), "Agent" | "ProxyAgent" | "buildConnector">> {
  return (await import("undici")).default;
}

async function straight(way: Way): Promise<Dispatcher> {
  const { Agent, buildConnector } = await undici();
  const plain = buildConnector({ timeout: CONNECT_MS, ...(way.lookup ? { lookup: way.lookup } : {}) });
  const secured = way.secure ? trusting(buildConnector, await import("./certificates.ts"), way) : plain;
  const connect: buildConnector.connector = (options, callback) => (options.protocol === "https:" ? secured : plain)(options, callback);
  return new Agent({ ...LIMITS, ...KEEP_ALIVE, connect });
}

/** Connects with what is quick to load; reads the system's certificates only when the server's signer is not among those. */
function trusting(
  make: typeof buildConnector,
  { isUnknownSigner, trustOf }: typeof Certificates,
  { strictSsl, caFiles, lookup }: Way,
): buildConnector.connector {
  const trust = trustOf(caFiles);
  const connectorWith = (context: SecureContext | undefined) => {
    const secured = context ? { secureContext: context } : {};
    return make({ timeout: CONNECT_MS, rejectUnauthorized: strictSsl, ...secured, ...(lookup ? { lookup } : {}) });
  };
  let quick: buildConnector.connector | undefined;
  let thorough: buildConnector.connector | undefined;
  return (options, callback) => {
    try {
      quick ??= connectorWith(trust.quick());
    } catch (error) {
      return callback(error instanceof Error ? error : new Error(String(error)), null);
    }
    quick(options, (...answer) => {
      if (!isUnknownSigner(answer[0])) return callback(...answer);
      thorough ??= connectorWith(trust.thorough());
      thorough(options, callback);
    });
  };
}

async function throughProxy({ strictSsl, caFiles }: Way, proxy: URL): Promise<Dispatcher> {
  const { ProxyAgent } = await undici();
  const { trustOf } = await import("./certificates.ts");
  const tls = { secureContext: trustOf(caFiles).thorough(), rejectUnauthorized: strictSsl, timeout: CONNECT_MS };
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const bare = new URL(proxy);
  bare.username = "";
  bare.password = "";
  return new ProxyAgent({
    ...LIMITS,
    uri: bare.href,
    ...(credentials === ":" ? {} : { token: `Basic ${Buffer.from(credentials).toString("base64")}` }),
    ...KEEP_ALIVE,
    // What is not encrypted is sent in the proxy's own form: many refuse to tunnel it.
    proxyTunnel: false,
    requestTls: tls,
    proxyTls: tls,
  });
}

/** NODE_EXTRA_CA_CERTS as Node treats it: a file that cannot be read is passed over. */
export function extraCaFile(environment: Readonly<Record<string, string | undefined>>): string[] {
  const file = environment.NODE_EXTRA_CA_CERTS?.trim();
  if (!file) return [];
  try {
    return readFileSync(file, "utf8").includes("-----BEGIN CERTIFICATE-----") ? [file] : [];
  } catch {
    return [];
  }
}
