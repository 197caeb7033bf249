// The only room that opens sockets to vendors: proxy, certificates, and the wall that keeps a key at its origin.
import type { PublicFetch } from "./public-fetch.ts";

export interface NetworkSettings {
  /** URL of a proxy; null uses the environment's (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY). */
  readonly proxy: string | null;
  readonly noProxy: readonly string[];
  readonly strictSsl: boolean;
  readonly caFile: string | null;
  /** Hosts other than this machine that may be spoken to without encryption. */
  readonly plainHttpHosts?: readonly string[];
}

/** What a caller may learn of a response before its body: status and headers, for health and rate limits. */
export interface ResponseSeen {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
}

export interface FetchOptions {
  readonly origins: readonly string[];
  /** A PEM file with certificates that this provider alone may be trusted by, besides the usual ones. */
  readonly caFile?: string | undefined;
  /** Never through a proxy: for servers found on this machine, which no proxy could reach. */
  readonly direct?: boolean | undefined;
  readonly onResponse?: ((seen: ResponseSeen) => void) | undefined;
}

export interface Network {
  /**
   * A fetch that refuses every origin but `origins`, also after redirects; with no key in play pass the
   * origins of the base URL. `onResponse` sees each response's head. What it throws: a Failure when the wall refuses,
   * the signal's reason after an abort, else a NetworkError.
   */
  fetchFor(options: FetchOptions): typeof fetch;
  /** What a stranger's address names, fetched without any key from the public internet alone. */
  readonly fetchPublic: PublicFetch;
  /** Loads what the first request needs, so that it need not wait for it. */
  warm(): Promise<void>;
  close(): Promise<void>;
}
