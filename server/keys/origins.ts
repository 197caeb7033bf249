// Which origins a provider's keys may go to: the vendor's own, or the one of the base URL that the user put in its place.
import { Secret } from "./secret.ts";
import type { Settings } from "../../shared/settings.ts";

/** What keys must know of a provider; the registry's rows have these fields among others. */
export interface ProviderKeys {
  readonly id: string;
  /** Environment variables in which its key is usually found, the first that is set wins. */
  readonly environment: readonly string[];
  /** The origin of its own base URL first; empty where every account has its own or none is needed. */
  readonly origins: readonly string[];
}

export type ProviderSettings = Pick<Settings, "providers">;

/** The origin of a URL, or null when it is none that can be spoken to. */
export function originOf(url: string): string | null {
  const parsed = URL.parse(url.trim());
  return parsed && (parsed.protocol === "https:" || parsed.protocol === "http:") ? parsed.origin : null;
}

/** Rows of the registry and the user's own providers. */
export function knownProviders(rows: readonly ProviderKeys[], settings: ProviderSettings): ProviderKeys[] {
  const custom = settings.providers.custom ?? [];
  const own = custom.filter(({ id }) => !rows.some((row) => row.id === id));
  return [...rows, ...own.map(({ id }) => ({ id, environment: [variableOf(id)], origins: [] }))];
}

/** `my-host` is read from MY_HOST_API_KEY. */
export function variableOf(id: string): string {
  return `${id.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_API_KEY`;
}

const SECRET_HEADER = /auth|key|token|secret|cookie|password/i;

/** What the settings themselves hold of secrets: headers of a user's own that carry a credential. */
export function secretsOf({ providers }: ProviderSettings): Secret[] {
  const { custom = [], ...overrides } = providers;
  const headers = [...custom, ...Object.values(overrides)].flatMap((one) => Object.entries(one.headers ?? {}));
  const values = headers.flatMap(([name, value]) => (SECRET_HEADER.test(name) ? [value, value.replace(/^\w+ /, "")] : []));
  return values.map((value) => new Secret(value));
}

/** The origins in force now: a base URL in the settings takes the place of the vendor's own. */
export function originsInForce(row: ProviderKeys, settings: ProviderSettings): readonly string[] {
  const baseUrl = baseUrlOf(row.id, settings);
  if (baseUrl === undefined) return row.origins;
  const origin = originOf(baseUrl);
  return origin === null ? [] : [origin];
}

function baseUrlOf(id: string, settings: ProviderSettings): string | undefined {
  const own = settings.providers.custom?.find((custom) => custom.id === id);
  if (own) return own.baseUrl;
  const override = id === "custom" ? undefined : settings.providers[id];
  return override && "baseUrl" in override ? override.baseUrl : undefined;
}

/** The origin that requests go to now; a key must be bound to this one to be used. */
export function currentOrigin(row: ProviderKeys, settings: ProviderSettings): string | null {
  return originsInForce(row, settings)[0] ?? null;
}
