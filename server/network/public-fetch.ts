// Fetches what a stranger's address names (an image): from the public internet alone, with a limit in size and time; no key ever goes along.
import type { Dispatcher } from "undici";
import { Failure, isFailure } from "../../shared/failure.ts";
import { exchange } from "./exchange.ts";
import { checkPublicUrl } from "./public-address.ts";

export interface PublicFetchParts {
  /** A pool whose connections go only to addresses that were checked. */
  readonly dispatcher: () => Promise<Dispatcher>;
  readonly isOpen: (address: string) => boolean;
  /** The proxy for an address: behind one nobody can tell where a name leads. */
  readonly proxyFor: (url: URL) => URL | null;
}

export interface PublicFetchLimits {
  readonly mostBytes: number;
  readonly mostMs: number;
}

export type PublicFetch = (url: string, limits: PublicFetchLimits, signal: AbortSignal) => Promise<Uint8Array>;

const MOST_REDIRECTS = 3;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

export function createPublicFetch(parts: PublicFetchParts): PublicFetch {
  return async (given, limits, signal) => {
    const ends = AbortSignal.any([signal, AbortSignal.timeout(limits.mostMs)]);
    try {
      return await follow(parts, new URL(given), limits, ends);
    } catch (error) {
      const refused = refusalIn(error);
      if (refused) throw refused;
      if (signal.aborted) throw signal.reason;
      const why = ends.aborted ? `did not come within ${limits.mostMs / 1000} s` : "could not be fetched";
      throw new Failure(
        "providerUnavailable",
        `The image at ${new URL(given).host} ${why}. Nothing was sent or charged.`,
        { final: true },
        { cause: error },
      );
    }
  };
}

async function follow(parts: PublicFetchParts, start: URL, limits: PublicFetchLimits, signal: AbortSignal): Promise<Uint8Array> {
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    checkPublicUrl(url, parts.isOpen);
    if (parts.proxyFor(url) !== null)
      throw unfit(url, "would go through a proxy, behind which nobody can tell where it leads: send the image itself");
    const request = { url, method: "GET", headers: { accept: "image/*", "accept-encoding": "identity" }, body: null, signal };
    const response = await exchange(await parts.dispatcher(), request);
    const location = response.headers.get("location");
    const next = REDIRECTS.includes(response.status) && location !== null ? URL.parse(location, url.href) : null;
    if (!next) return bodyOf(response, url, limits);
    await response.body?.cancel();
    url = next;
  }
  throw unfit(start, `redirects more than ${MOST_REDIRECTS} times`);
}

async function bodyOf(response: Response, url: URL, { mostBytes }: PublicFetchLimits): Promise<Uint8Array> {
  const tooLarge = () => unfit(url, `has more than ${Math.round(mostBytes / 1024 / 1024)} MiB`);
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw unfit(url, `was answered with status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the body, and with it the connection.
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > mostBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The connector's refusal comes wrapped as the cause of a network error. */
function refusalIn(error: unknown): Failure | null {
  for (let at = error; at instanceof Error; at = at.cause) if (isFailure(at)) return at;
  return null;
}

function unfit(url: URL, why: string): Failure {
  return new Failure("invalidParams", `Not understood: the image at ${url.host} ${why}. Nothing was sent or charged.`, {
    fields: ["url"],
    origin: url.origin,
  });
}
