// The only room that opens sockets to vendors: proxy, certificates, and the wall that keeps a key at its origin.

export interface NetworkSettings {
  readonly proxy: string | null;
  readonly noProxy: readonly string[];
  readonly strictSsl: boolean;
  readonly caFile: string | null;
}

/** What a caller may learn of a response before its body: status and headers, for health and rate limits. */
export interface ResponseSeen {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
}

export interface Network {
  /**
   * A fetch that refuses every origin but `origins`, also after redirects; with no key in play pass the
   * origins of the base URL. `onResponse` sees each response's head.
   */
  fetchFor(options: { origins: readonly string[]; caFile?: string; onResponse?: (seen: ResponseSeen) => void }): typeof fetch;
  close(): Promise<void>;
}
