// One HTTP exchange with a vendor: the `fetch` an SDK is given, which lets only known headers out and keeps what came back.
import { Failure } from "../../shared/failure.ts";
import { HeaderList } from "../network/header-list.ts";
import type { ProviderConnection } from "./provider.ts";

/** What stands in for the key inside an SDK: the real one is written into the header here and nowhere else. */
export const PLACEHOLDER_KEY = "placeholder";

/** A vendor's refusal as it came over the wire, before any SDK made something of it. */
export interface VendorRefusal {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Exchange {
  readonly fetch: typeof fetch;
  /** Set when the vendor answered with an error status. */
  refusal: VendorRefusal | null;
  /** Set when no answer came: what `fetch` threw. */
  unreachable: unknown;
  /** The head of the last response. */
  head: { readonly status: number; readonly headers: Headers } | null;
}

export interface HeaderPolicy {
  /** The header the vendor reads the key from, unless the connection's quirks name another. */
  readonly keyHeader: { readonly name: string; readonly scheme?: "Bearer" };
  /** Headers of the SDK that may pass. */
  readonly pass: readonly string[];
}

/**
 * Only these headers of an SDK leave the machine: SDKs add whatever OPENAI_CUSTOM_HEADERS, OPENAI_ORG_ID and the like
 * hold to requests to any host (measured 2026-11-23), and the machine's system, processor and runtime versions.
 */
const COMMON_HEADERS = ["content-type", "accept"];

/** Vendors' error bodies are small; a gateway's error page need not be read to its end. */
const MAX_ERROR_BYTES = 256 * 1024;

export function openExchange(connection: ProviderConnection, policy: HeaderPolicy): Exchange {
  const exchange: Exchange = {
    refusal: null,
    unreachable: undefined,
    head: null,
    fetch: async (input, init) => {
      const response = await send(exchange, connection, policy, input, init);
      exchange.head = { status: response.status, headers: response.headers };
      if (response.ok) return response;
      const text = await readUpTo(response, MAX_ERROR_BYTES);
      exchange.refusal = { status: response.status, headers: response.headers, text };
      // The SDK gets a small body of its own: what it would make of the vendor's is not used.
      return new Response("{}", { status: response.status, headers: { "content-type": "application/json" } });
    },
  };
  return exchange;
}

async function send(
  exchange: Exchange,
  connection: ProviderConnection,
  policy: HeaderPolicy,
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): Promise<Response> {
  try {
    return await connection.fetch(input, { ...init, headers: headersFor(connection, policy, init?.headers) });
  } catch (thrown) {
    exchange.unreachable = thrown;
    throw thrown;
  }
}

function headersFor(connection: ProviderConnection, policy: HeaderPolicy, given: RequestInit["headers"]): Headers {
  const offered = given instanceof HeaderList ? given : new HeaderList(given);
  const headers = new HeaderList();
  for (const names of [COMMON_HEADERS, policy.pass]) {
    for (const name of names) {
      const value = offered.get(name);
      if (value !== null) headers.set(name, value);
    }
  }
  const { anthropicVersion, keyHeader = policy.keyHeader } = connection.quirks;
  if (anthropicVersion !== undefined && headers.has("anthropic-version")) headers.set("anthropic-version", anthropicVersion);
  for (const [name, value] of Object.entries(connection.headers)) headers.set(name, value);
  if (connection.secret) {
    const key = sendable(connection.secret.reveal(), connection.provider);
    headers.set(keyHeader.name, keyHeader.scheme === "Bearer" ? `Bearer ${key}` : key);
  }
  return headers;
}

/** A key with a line break or a typographic dash cannot be a header, and the error of `Headers` would print it. */
function sendable(key: string, provider: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new Failure("keyRejected", `The key for ${provider} holds characters that no key has; set it again. Nothing was sent.`, {
    provider,
  });
}

async function readUpTo(response: Response, limit: number): Promise<string> {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of response.body) {
      text += decoder.decode(piece, { stream: true });
      if (text.length >= limit) break;
    }
  } catch {
    // A body cut in the middle still has its status and its beginning.
  }
  return text;
}
