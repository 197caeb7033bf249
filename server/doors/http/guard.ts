// Who may come in by HTTP: the Host it was called by, the Origin it comes from, the token it shows; asks before anything is read.
import { hostNameOf, isOwnName } from "./address.ts";
import type { TokenRow, TokenStore } from "./tokens.ts";

export interface GuardRules {
  readonly tokens: TokenStore;
  /** Names beside addresses and localhost, for a reverse proxy in front. */
  readonly hosts: readonly string[];
  /** Web pages that may call; none unless told. */
  readonly origins: readonly string[];
}

export type Admission =
  | { readonly admitted: true; readonly client: TokenRow }
  | { readonly admitted: false; readonly status: 401 | 403 | 421; readonly message: string };

export async function admission(headers: Headers, rules: GuardRules): Promise<Admission> {
  const host = hostNameOf(headers.get("host") ?? undefined);
  if (host === null || !isOwnName(host, rules.hosts)) {
    return refused(421, "This address is not served under that name. Start with --allow-host NAME when a reverse proxy is in front.");
  }
  const origin = headers.get("origin");
  if (origin !== null && !rules.origins.includes(origin)) {
    return refused(403, "Web pages may not call this address. Start with --allow-origin ORIGIN to let one.");
  }
  const token = tokenIn(headers);
  if (token === null)
    return refused(401, "A token is needed, as Authorization: Bearer or x-api-key. Make one: latchkey tokens create NAME");
  const client = await rules.tokens.find(token);
  if (client === null) return refused(401, "The token is not known or was revoked. Make one: latchkey tokens create NAME");
  return { admitted: true, client };
}

/**
 * What a page of an allowed origin needs to be told; nothing for everybody else. The vendors' SDKs add headers of their
 * own (x-stainless-…), so an allowed page may send whichever it asks for: nothing here is decided by a header but the token.
 */
export function corsHeaders(headers: Headers, rules: GuardRules): Record<string, string> {
  const origin = headers.get("origin");
  if (origin === null || !rules.origins.includes(origin)) return {};
  // A public page that calls this machine's own network asks for that too.
  const isPrivate = headers.get("access-control-request-private-network") === "true";
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-headers": headers.get("access-control-request-headers") ?? "authorization, content-type, x-api-key",
    "access-control-allow-methods": "GET, POST",
    ...(isPrivate ? { "access-control-allow-private-network": "true" } : {}),
    "access-control-expose-headers":
      "x-latchkey-model, x-latchkey-cost-usd, x-latchkey-cost-provenance, x-latchkey-chat-id, x-latchkey-ignored",
    vary: "origin, access-control-request-headers",
  };
}

function tokenIn(headers: Headers): string | null {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.get("authorization") ?? "")?.[1];
  return headers.get("x-api-key") ?? bearer ?? null;
}

function refused(status: 401 | 403 | 421, message: string): Admission {
  return { admitted: false, status, message };
}
