// The ring itself: brings lease, environment, command, keychain and vault into one order; opens no socket and knows no vendor.
import { Failure } from "../../shared/failure.ts";
import type { KeyInfo } from "../../shared/provider.ts";
import type { Settings } from "../../shared/settings.ts";
import { CommandKeys } from "./command-keys.ts";
import { cleanKey, doubtAbout } from "./key-text.ts";
import { boundTo, infosOf, inOrder, type KnownKey, whyNone } from "./known-key.ts";
import { currentOrigin, knownProviders, originOf, originsInForce, type ProviderKeys, secretsOf } from "./origins.ts";
import type { KeyRecord, KeyRing, SetKeyOptions } from "./ring.ts";
import { createScrubber } from "./scrub.ts";
import { Secret } from "./secret.ts";
import { type Environment, keyFromEnvironment, passwordsIn } from "./sources/environment.ts";
import type { NewKey, Vault, VaultContents } from "./vault.ts";

export interface KeyRingParts {
  readonly providers: readonly ProviderKeys[];
  /** A copy: see takeEnvironment. */
  readonly environment: Environment;
  /** Null where nothing may be kept. */
  readonly vault: Vault | null;
  readonly settings: () => Pick<Settings, "providers" | "keys.fromEnvironment" | "keys.command">;
  readonly log: { warn(message: string, details?: Record<string, unknown>): void };
}

const DEFAULT_NAME = "default";
const NOTHING_STORED: VaultContents = { keys: [], unreadableLines: 0 };

export function createKeyRing(parts: KeyRingParts): KeyRing {
  return new Ring(parts);
}

class Ring implements KeyRing {
  readonly scrubber = createScrubber();
  readonly #parts: KeyRingParts;
  readonly #leases = new Map<string, KeyRecord[]>();
  readonly #fromEnvironment = new Map<string, KnownKey | null>();
  /** Where keys that nobody "set" may go: what the settings said when the provider was first seen. */
  readonly #boundAtStart = new Map<string, readonly string[]>();
  readonly #commands: CommandKeys;
  #stored = NOTHING_STORED;
  #stamp: string | null = null;
  #reading: Promise<void> | undefined;
  #revision = 0;
  /** Emptied by every change of keys or settings; routing asks for every provider before every prompt. */
  #memo = { revision: -1, settings: {}, known: new Map<string, readonly KnownKey[]>() };

  constructor(parts: KeyRingParts) {
    this.#parts = parts;
    this.#commands = new CommandKeys({ ...parts, onChange: (secret) => this.#changed(secret) });
    for (const row of this.#rows()) this.#environmentKey(row);
    for (const password of passwordsIn(parts.environment)) this.scrubber.add(password);
  }

  get revision(): number {
    return this.#revision;
  }

  ready(): Promise<void> {
    this.#reading ??= this.#readStored().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  keysOf(provider: string): readonly KeyRecord[] {
    const usable = this.known(provider).filter((key) => key.unusable === undefined);
    return usable.flatMap((key) => (key.source === usable[0]?.source && key.secret ? [{ ...key, secret: key.secret }] : []));
  }

  async keysFor(provider: string, signal?: AbortSignal): Promise<readonly KeyRecord[]> {
    await this.ready();
    const first = this.known(provider).find((key) => key.unusable === undefined);
    if (first?.source === "command" && first.secret === null) await this.#commands.run(provider, signal);
    const keys = this.keysOf(provider);
    if (keys.length > 0) return keys;
    const environment = this.#rows().find(({ id }) => id === provider)?.environment ?? [];
    throw new Failure("keyMissing", whyNone(provider, this.known(provider)), { provider, environment });
  }

  has(provider: string): boolean {
    return this.known(provider).some((key) => key.unusable === undefined);
  }

  list(): KeyInfo[] {
    return this.#rows().flatMap(({ id }) => infosOf(this.known(id)));
  }

  async set(provider: string, pasted: string, options: SetKeyOptions) {
    const secret = new Secret(cleanKey(pasted));
    const row = this.#rowOf(provider);
    const origins = options.origin === undefined ? originsInForce(row, this.#parts.settings()) : [statedOrigin(options.origin)];
    const origin = origins[0];
    if (origin === undefined) {
      throw new Failure(
        "invalidParams",
        `provider: a key is bound to an address, and ${provider} has none; set providers.${provider}.baseUrl first`,
      );
    }
    const name = options.name?.trim() || DEFAULT_NAME;
    this.scrubber.add(secret);
    const guard = options.persist ? await this.#keep({ provider, name, origins, secret }, options.persist) : undefined;
    // The newest word counts: a lease of this name would hide what was just stored.
    this.#dropLeases(provider, name);
    const source: KeyRecord["source"] = options.persist || "lease";
    if (source === "lease")
      this.#leases.set(provider, [...(this.#leases.get(provider) ?? []), { provider, name, source, origins, secret }]);
    this.#changed();
    const warning = [doubtAbout(provider, secret.reveal()), guard, this.#shadow(provider, source)]
      .filter((text) => text !== undefined)
      .join(" ");
    return { source, origin, last4: secret.last4, ...(warning === "" ? {} : { warning }) };
  }

  async delete(provider: string, name?: string): Promise<{ deleted: number; remaining: KeyInfo[] }> {
    this.#rowOf(provider);
    const leases = this.#dropLeases(provider, name);
    const stored = (await this.#parts.vault?.remove(provider, name)) ?? 0;
    await this.#readAgain();
    this.#changed();
    return { deleted: leases + stored, remaining: infosOf(this.known(provider)) };
  }

  refused(provider: string): void {
    this.#commands.forget(provider);
  }

  known(provider: string): readonly KnownKey[] {
    const settings = this.#parts.settings();
    if (this.#memo.revision !== this.#revision || this.#memo.settings !== settings) {
      for (const secret of secretsOf(settings)) this.scrubber.add(secret);
      this.#memo = { revision: this.#revision, settings, known: new Map(this.#rows().map((row) => [row.id, this.#knownOf(row)])) };
    }
    return this.#memo.known.get(provider) ?? [];
  }

  #knownOf(row: ProviderKeys): readonly KnownKey[] {
    const settings = this.#parts.settings();
    const here = currentOrigin(row, settings);
    const fromEnvironment = this.#environmentKey(row);
    const environment =
      fromEnvironment && !settings["keys.fromEnvironment"]
        ? { ...fromEnvironment, unusable: "not used: the setting keys.fromEnvironment is off" }
        : fromEnvironment;
    const keys = [
      ...(this.#leases.get(row.id) ?? []),
      ...(environment ? [environment] : []),
      ...this.#commands.of(row.id, this.#originsAtStart(row)),
      ...this.#storedOf(row.id),
    ];
    return inOrder(keys).map((key) => boundTo(here, key));
  }

  #environmentKey(row: ProviderKeys): KnownKey | null {
    const known = this.#fromEnvironment.get(row.id);
    if (known !== undefined) return known;
    const found = keyFromEnvironment(row, this.#parts.environment);
    if (found) this.scrubber.add(found.secret);
    const key = found && {
      provider: row.id,
      name: found.variable,
      source: "environment" as const,
      origins: this.#originsAtStart(row),
      secret: found.secret,
    };
    this.#fromEnvironment.set(row.id, key);
    return key;
  }

  #storedOf(provider: string): KnownKey[] {
    const mine = this.#stored.keys.filter((key) => key.provider === provider);
    mine.sort((a, b) => Number(b.name === DEFAULT_NAME) - Number(a.name === DEFAULT_NAME) || (a.name < b.name ? -1 : 1));
    return mine.map((key) => ({ ...key, ...(key.locked ? { unusable: `not to be opened: ${key.locked}` } : {}) }));
  }

  #rows(): ProviderKeys[] {
    return knownProviders(this.#parts.providers, this.#parts.settings());
  }

  #rowOf(provider: string): ProviderKeys {
    const row = this.#rows().find(({ id }) => id === provider);
    if (!row) throw new Failure("invalidParams", "provider: there is no provider of this name; provider/list names them all");
    return row;
  }

  #originsAtStart(row: ProviderKeys): readonly string[] {
    const bound = this.#boundAtStart.get(row.id) ?? originsInForce(row, this.#parts.settings());
    this.#boundAtStart.set(row.id, bound);
    return bound;
  }

  async #keep(key: NewKey, where: "vault" | "keychain"): Promise<string | undefined> {
    const { vault } = this.#parts;
    if (!vault) throw new Failure("invalidParams", "persist: this process keeps nothing");
    const protection = await vault.put(key, where);
    await this.#readAgain();
    if (protection !== "file") return undefined;
    return "The vault's key lies in a file beside it that this user alone may read; set LATCHKEY_PASSPHRASE to lock it with a passphrase.";
  }

  #dropLeases(provider: string, name?: string): number {
    const before = this.#leases.get(provider) ?? [];
    const after = name === undefined ? [] : before.filter((key) => key.name !== name);
    this.#leases.set(provider, after);
    return before.length - after.length;
  }

  #shadow(provider: string, source: KeyInfo["source"]): string | undefined {
    const used = this.known(provider).find((key) => key.unusable === undefined);
    return used && used.source !== source ? `The key from the ${used.source} (${used.name}) is used before it.` : undefined;
  }

  #changed(secret?: Secret): void {
    if (secret) this.scrubber.add(secret);
    this.#revision += 1;
  }

  /** A reading that began before a change may not have seen it. */
  async #readAgain(): Promise<void> {
    await this.#reading;
    await this.ready();
  }

  async #readStored(): Promise<void> {
    const { vault, log } = this.#parts;
    if (!vault) return;
    try {
      const stamp = await vault.stamp();
      if (stamp === this.#stamp) return;
      this.#stored = stamp === null ? NOTHING_STORED : await vault.read();
      this.#stamp = stamp;
      for (const key of this.#stored.keys) if (key.secret) this.scrubber.add(key.secret);
      this.#changed();
      const locked = this.#stored.keys
        .filter((key) => key.locked !== undefined)
        .map(({ provider, name, locked: reason }) => ({ provider, name, reason }));
      if (locked.length > 0) log.warn("stored keys cannot be opened", { path: vault.path, locked });
      const { unreadableLines } = this.#stored;
      if (unreadableLines > 0)
        log.warn("lines of the vault were not understood and are kept as they are", { path: vault.path, unreadableLines });
    } catch (error) {
      log.warn("the vault could not be read", { path: vault.path, error });
    }
  }
}

function statedOrigin(given: string): string {
  const origin = originOf(given);
  if (origin === null) throw new Failure("invalidParams", "origin: it is no http or https address");
  return origin;
}
