// Makes the fetch that is handed to vendors' SDKs: checks the address, chooses the way out, follows only redirects that stay home.
import { isLoopback } from "../../shared/address.ts";
import { createDispatchers, type Dispatchers, extraCaFile, type Way } from "./dispatchers.ts";
import { exchange, type Outgoing } from "./exchange.ts";
import { HeaderList } from "./header-list.ts";
import type { FetchOptions, Network, NetworkSettings } from "./fetch.ts";
import { proxyFor } from "./proxy.ts";
import { isPublicAddress, publicLookup } from "./public-address.ts";
import { createPublicFetch } from "./public-fetch.ts";
import { checkAddress, redirectOf } from "./wall.ts";

export interface NetworkParts {
  /** Read at every request, so that a changed setting holds at once. */
  readonly settings: () => NetworkSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Which addresses a stranger's URL may lead to; those of the public internet unless said. */
  readonly isOpen?: (address: string) => boolean;
}

const MOST_REDIRECTS = 3;
/** Strangers' addresses of images come and go. */
const MOST_WAYS = 200;
/** An address that stands for any other where only certificates are asked for. */
const NOWHERE = new URL("https://nowhere.invalid");

export function createNetwork({ settings, environment, isOpen = isPublicAddress }: NetworkParts): Network {
  const dispatchers = createDispatchers();
  const extra = extraCaFile(environment);
  const ways = new Map<string, Way>();
  let waysOf: NetworkSettings | undefined;
  /** Worked out once for each origin, until the settings are others; the environment is what it was when this process began. */
  const wayOf = (url: URL, options: FetchOptions): Way => {
    const current = settings();
    if (waysOf !== current || ways.size > MOST_WAYS) ways.clear();
    waysOf = current;
    const name = `${url.origin} ${options.direct === true} ${options.caFile ?? ""}`;
    const known = ways.get(name);
    if (known !== undefined) return known;
    const way = newWay(url, options, current);
    ways.set(name, way);
    return way;
  };
  const newWay = (url: URL, { caFile, direct }: FetchOptions, { proxy, noProxy, strictSsl, caFile: common }: NetworkSettings): Way => {
    const files = [...extra, ...[common, caFile].flatMap((file) => (file ? [file] : []))];
    return {
      secure: url.protocol === "https:",
      proxy: direct && isLoopback(url.hostname) ? null : proxyFor(url, { proxy, noProxy, environment }),
      strictSsl,
      caFiles: files,
    };
  };
  const lookup = publicLookup(isOpen);
  return {
    fetchFor: (options) => async (input, init) => {
      const request = await outgoingOf(input, init);
      const check = (url: URL) => checkAddress(url, options.origins, settings().plainHttpHosts ?? []);
      return send(request, { check, dispatchers, wayOf: (url) => wayOf(url, options), onResponse: options.onResponse });
    },
    fetchPublic: createPublicFetch({
      isOpen,
      dispatcher: () => dispatchers.get({ ...wayOf(NOWHERE, { origins: [] }), proxy: null, lookup }),
      proxyFor: (url) => wayOf(url, { origins: [] }).proxy,
    }),
    async warm() {
      await dispatchers.get({ secure: true, proxy: null, strictSsl: settings().strictSsl, caFiles: extra });
    },
    close: () => dispatchers.close(),
  };
}

interface Sending {
  readonly check: (url: URL) => void;
  readonly wayOf: (url: URL) => Way;
  readonly dispatchers: Dispatchers;
  readonly onResponse: FetchOptions["onResponse"];
}

async function send(request: Outgoing, { check, wayOf, dispatchers, onResponse }: Sending): Promise<Response> {
  let { url } = request;
  for (let redirects = 0; ; redirects += 1) {
    check(url);
    const response = await exchange(await dispatchers.get(wayOf(url)), { ...request, url });
    const next = redirectedTo(url, request.method, response);
    if (!next || redirects >= MOST_REDIRECTS) {
      onResponse?.({ url: url.href, status: response.status, headers: response.headers });
      return response;
    }
    url = next;
  }
}

/** The body of a redirect is nobody's answer: its connection is given up, whether it is followed or refused. */
function redirectedTo(url: URL, method: string, response: Response): URL | null {
  let next: URL | null = null;
  try {
    next = redirectOf(url, method, response.status, response.headers.get("location"));
  } catch (refusal) {
    void response.body?.cancel();
    throw refusal;
  }
  if (next) void response.body?.cancel();
  return next;
}

/** What the standard allows as a request, in the few forms that are sent on. */
async function outgoingOf(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): Promise<Outgoing> {
  if (typeof input !== "string" && !(input instanceof URL)) return outgoingOfRequest(new Request(input, init), init);
  const body = init?.body ?? null;
  if (body !== null && typeof body !== "string" && !(body instanceof Uint8Array)) return outgoingOfRequest(new Request(input, init), init);
  return {
    url: new URL(input),
    method: (init?.method ?? "GET").toUpperCase(),
    headers: Object.fromEntries(init?.headers instanceof HeaderList ? init.headers : new HeaderList(init?.headers)),
    body,
    signal: init?.signal ?? null,
  };
}

async function outgoingOfRequest(request: Request, init: RequestInit | undefined): Promise<Outgoing> {
  const bytes = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  return {
    url: new URL(request.url),
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: bytes,
    signal: init?.signal ?? request.signal,
  };
}
