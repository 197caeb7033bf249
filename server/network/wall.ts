// Where a request may go: its own origins, encrypted, or plain to this machine; pure, and asked before every send.
import { isLoopback } from "../../shared/address.ts";
import { Failure } from "../../shared/failure.ts";

/** Throws unless `url` is one of `origins` and encrypted, on this machine, or on a host that the user named. */
export function checkAddress(url: URL, origins: readonly string[], plainHttpHosts: readonly string[]): void {
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refusal(`${url.protocol} addresses cannot be spoken to`, url);
  if (!origins.includes(url.origin))
    throw refusal(`${url.origin} is not an address that this key may be sent to (${origins.join(", ")})`, url);
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !plainHttpHosts.includes(url.hostname)) {
    throw refusal(
      `${url.origin} is not encrypted: everybody on the way could read the prompt and the key. Use https, or add ${url.hostname} to the setting network.plainHttpHosts`,
      url,
    );
  }
  if (url.username !== "" || url.password !== "") throw refusal("an address must not contain a user name or password", url);
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Where to repeat the request after this response, or null to hand the response out. Throws when it leads to another
 * origin. A redirect that would turn a POST into a GET is no answer to it and is handed out.
 */
export function redirectOf(from: URL, method: string, status: number, location: string | null): URL | null {
  if (!REDIRECTS.has(status) || location === null) return null;
  const to = URL.parse(location, from.href);
  if (!to) return null;
  if (to.origin !== from.origin) {
    throw refusal(
      `${from.origin} redirects to ${to.origin}, where neither the key nor the prompt may go; set the base URL to the right address`,
      to,
    );
  }
  const repeats = status === 307 || status === 308 || method === "GET" || method === "HEAD";
  return repeats ? to : null;
}

/** `final`: asking the same provider again would end the same way. */
function refusal(reason: string, url: URL): Failure {
  return new Failure("providerUnavailable", `Not sent: ${reason}.`, { origin: url.origin, final: true });
}
