// One key as far as it is known, used or not, and the sentences about why; the material of lists, doctors and refusals.
import type { KeyInfo } from "../../shared/provider.ts";
import { doubtAbout } from "./key-text.ts";
import type { Secret } from "./secret.ts";

export interface KnownKey {
  readonly provider: string;
  readonly name: string;
  readonly source: KeyInfo["source"];
  readonly origins: readonly string[];
  /** Null when it cannot be had now, or a command was not run yet. */
  readonly secret: Secret | null;
  /** Why it is not used, whatever its place in the order. */
  readonly unusable?: string;
}

/** The documented order of sources. */
export const ORDER: readonly KeyInfo["source"][] = ["lease", "environment", "command", "keychain", "vault"];

export function inOrder(keys: readonly KnownKey[]): KnownKey[] {
  return [...keys].sort((a, b) => ORDER.indexOf(a.source) - ORDER.indexOf(b.source));
}

/** The same key, marked unusable when it is bound to other origins than the one that requests go to. */
export function boundTo(here: string | null, key: KnownKey): KnownKey {
  if (key.unusable !== undefined || (here !== null && key.origins.includes(here))) return key;
  const bound = key.origins.length > 0 ? key.origins.join(", ") : "no address";
  const now = here === null ? "has no valid base URL" : `is now reached at ${here}`;
  return { ...key, unusable: `not used: it is bound to ${bound}, and ${key.provider} ${now}; set it again to use it there` };
}

/** What may be shown of keys in their order; the first usable one is active. */
export function infosOf(known: readonly KnownKey[]): KeyInfo[] {
  const active = known.find((key) => key.unusable === undefined);
  return known.map((key) => {
    const { provider, name, source, origins, secret } = key;
    const info = { provider, name, source, origin: origins[0] ?? "", last4: secret?.last4 ?? "", active: key === active };
    const warning = key.unusable ?? (secret ? doubtAbout(provider, secret.reveal()) : undefined);
    return warning === undefined ? info : { ...info, warning };
  });
}

/** Why none of them is used, for the person who waits for an answer. */
export function whyNone(provider: string, known: readonly KnownKey[]): string {
  if (known.length === 0) return `No key is set for ${provider}. Set one to use it; nothing was sent or charged.`;
  const reasons = known.map(({ source, name, unusable }) => `The key from the ${source} (${name}) is ${unusable ?? "not there"}.`);
  return `${reasons.join(" ")} Nothing was sent or charged.`;
}
