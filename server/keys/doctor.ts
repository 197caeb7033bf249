// What a person wants to know when a key is not where they thought: which source won and why, and what this machine has; shows no key.
import { stat } from "node:fs/promises";
import type { KnownKey } from "./known-key.ts";
import type { KeyRing } from "./ring.ts";
import type { Keychain } from "./sources/keychain.ts";
import type { Vault } from "./vault.ts";

export interface KeyVerdict {
  readonly name: string;
  readonly source: KnownKey["source"];
  readonly origins: readonly string[];
  readonly last4: string;
  readonly used: boolean;
  /** Why it is used, or why not. */
  readonly because: string;
}

export interface KeysReport {
  readonly order: string;
  readonly keychain: { readonly available: boolean; readonly reason: string };
  readonly vault: {
    readonly path: string;
    readonly exists: boolean;
    readonly keys: number;
    readonly sealedBy: readonly string[];
    readonly unreadableLines: number;
    readonly problems: readonly string[];
  };
  readonly providers: readonly { readonly provider: string; readonly keys: readonly KeyVerdict[] }[];
}

export interface DoctorParts {
  readonly ring: KeyRing;
  readonly vault: Vault;
  readonly keychain: Keychain;
  /** Ids of all providers. */
  readonly providers: readonly string[];
}

/** The one documented sentence of precedence. */
export const KEY_ORDER =
  "A key handed over by the editor is used first, then one from the environment, then one from a key command, then the system keychain, then the vault file.";

export async function examineKeys({ ring, vault, keychain, providers }: DoctorParts): Promise<KeysReport> {
  await ring.ready();
  const reason = await keychain.unavailable();
  const verdicts = providers.map((provider) => ({ provider, keys: verdictsOf(ring.known(provider)) }));
  return {
    order: KEY_ORDER,
    keychain: { available: reason === null, reason: reason ?? "The system keychain answers." },
    vault: await examineVault(vault),
    providers: verdicts.filter(({ keys }) => keys.length > 0),
  };
}

function verdictsOf(known: readonly KnownKey[]): KeyVerdict[] {
  const winner = known.find((key) => key.unusable === undefined);
  return known.map((key) => {
    const { name, source, origins, secret } = key;
    const standsIn = winner !== undefined && key !== winner && key.unusable === undefined && source === winner.source;
    const because =
      key.unusable ??
      (key === winner
        ? "the first usable source in the order"
        : standsIn
          ? "stands in when the first of its source rests"
          : `comes after the ${winner?.source}`);
    return { name, source, origins, last4: secret?.last4 ?? "", used: key === winner, because };
  });
}

async function examineVault(vault: Vault): Promise<KeysReport["vault"]> {
  const found = await stat(vault.path).catch(() => null);
  const none = { path: vault.path, exists: found !== null, keys: 0, sealedBy: [], unreadableLines: 0 };
  if (!found) return { ...none, problems: [] };
  try {
    const { keys, unreadableLines } = await vault.read();
    const sealedBy = [...new Set(keys.flatMap((key) => key.sealedBy ?? []))];
    const problems = [
      ...(isOpenToOthers(found) ? ["other users of this machine may read the file: chmod 600 it"] : []),
      ...keys.flatMap((key) => (key.locked === undefined ? [] : [`${key.provider} (${key.name}): ${key.locked}`])),
      ...(sealedBy.includes("file") ? ["its key lies in a file beside it: set LATCHKEY_PASSPHRASE to lock it with a passphrase"] : []),
    ];
    return { ...none, keys: keys.length, sealedBy, unreadableLines, problems };
  } catch (error) {
    return { ...none, problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** Windows has no such modes: what it reports there is made up from the read-only flag alone (0o666 or 0o444). */
function isOpenToOthers({ mode }: { readonly mode: number }): boolean {
  const rights = mode & 0o777;
  return (rights & 0o077) !== 0 && rights !== 0o666 && rights !== 0o444;
}

/** The report as lines for a terminal. */
export function linesOfReport({ order, keychain, vault, providers }: KeysReport): string[] {
  const state = vault.exists
    ? `${vault.keys} ${vault.keys === 1 ? "key" : "keys"}, sealed by ${vault.sealedBy.join(" and ") || "nothing"}`
    : "not there yet";
  return [
    order,
    "",
    `keychain  ${keychain.reason}`,
    `vault     ${vault.path}: ${state}`,
    ...(vault.unreadableLines > 0 ? [`          ${vault.unreadableLines} lines were not understood and are kept as they are`] : []),
    ...vault.problems.map((problem) => `          ${problem}`),
    "",
    ...(providers.length === 0 ? ["No key was found for any provider."] : providers.flatMap(linesOfProvider)),
  ];
}

function linesOfProvider({ provider, keys }: KeysReport["providers"][number]): string[] {
  const lines = keys.map(({ name, source, last4, used, because, origins }) => {
    const tail = last4 === "" ? "" : ` …${last4}`;
    return `  ${used ? "*" : " "} ${source} (${name})${tail} for ${origins.join(", ") || "no address"}: ${because}`;
  });
  return [provider, ...lines];
}
