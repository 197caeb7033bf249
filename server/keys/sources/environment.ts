// Keys from environment variables, and what a child process may inherit; reads a copy handed in, never the process itself.
import { cleanKey } from "../key-text.ts";
import type { ProviderKeys } from "../origins.ts";
import { Secret } from "../secret.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that the vendors' SDKs read by themselves and add to requests for any host (measured 2026-11-23), or that unlock the vault. */
const ALSO_KEPT_FROM_CHILDREN =
  /^(LATCHKEY_PASSPHRASE|LATCHKEY_LEDGER|(OPENAI|ANTHROPIC|GEMINI|AZURE_OPENAI)_\w+|GOOGLE_(API_KEY|GENAI_\w+))$/;

/** The first variable of the provider that holds a key. */
export function keyFromEnvironment(row: ProviderKeys, environment: Environment): { variable: string; secret: Secret } | null {
  for (const variable of row.environment) {
    const secret = usable(environment[variable]);
    if (secret) return { variable, secret };
  }
  return null;
}

/** The environment without anything that is a key, for child processes and for the SDKs that would help themselves. */
export function withoutKeys(environment: Environment, rows: readonly ProviderKeys[]): Record<string, string> {
  const names = keyVariables(environment, rows);
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined || names.has(name) ? [] : [[name, value]])),
  );
}

/**
 * A copy of the environment as it was, after which the given one has no keys any more: neither a child process, an SDK
 * nor a diagnostic report (which lists the environment) can carry one off.
 */
export function takeEnvironment(environment: Record<string, string | undefined>, rows: readonly ProviderKeys[]): Environment {
  const copy = { ...environment };
  for (const name of keyVariables(copy, rows)) delete environment[name];
  return copy;
}

/** What else in the environment must not be seen in a log: the vault's passphrase, passwords of proxies and of a team's ledger. */
export function passwordsIn(environment: Environment): Secret[] {
  const inAddresses = ["LATCHKEY_LEDGER", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [
    environment[name],
    environment[name.toLowerCase()],
  ]);
  const passwords = [environment.LATCHKEY_PASSPHRASE, ...inAddresses.map((address) => passwordOf(address ?? ""))];
  return passwords.flatMap((password) => (password ? [new Secret(password)] : []));
}

function passwordOf(address: string): string | undefined {
  const password = URL.parse(address)?.password;
  return password ? decodeURIComponent(password) : undefined;
}

function keyVariables(environment: Environment, rows: readonly ProviderKeys[]): Set<string> {
  const named = rows.flatMap((row) => row.environment);
  return new Set([...named, ...Object.keys(environment).filter((name) => ALSO_KEPT_FROM_CHILDREN.test(name) || name.endsWith("_API_KEY"))]);
}

function usable(value: string | undefined): Secret | null {
  if (value === undefined || value.trim() === "") return null;
  try {
    return new Secret(cleanKey(value));
  } catch {
    return null;
  }
}
