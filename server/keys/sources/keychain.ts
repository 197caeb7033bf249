// Keys in the system's keychain, through an optional native module; a machine without one is normal and said so, never an error.
import { Failure } from "../../../shared/failure.ts";
import { Secret } from "../secret.ts";

const SERVICE = "latchkey";
/** A keychain that asks the user something answers within this, or counts as absent. */
const PATIENCE_MS = 30_000;
/** Without it the module falls back to the kernel's keyring in silence, which is lost at reboot (measured 2026-11-23). */
const OPTIONS = { linux: { store: "secret-service" } } as const;

export interface Keychain {
  /** Null when there is one; else why not, as a sentence. */
  unavailable(): Promise<string | null>;
  get(account: string): Promise<Secret | null>;
  set(account: string, secret: string): Promise<void>;
  delete(account: string): Promise<boolean>;
}

type Module = typeof import("@napi-rs/keyring");

/** `load` is handed in so that tests can take the module away. */
export function openKeychain(load: () => Promise<Module> = () => import("@napi-rs/keyring")): Keychain {
  let found: Promise<Module | string> | undefined;
  const module = () => {
    found ??= probe(load);
    return found;
  };
  const entry = async (account: string) => {
    const loaded = await module();
    if (typeof loaded === "string") throw new Failure("invalidParams", `persist: ${loaded}`);
    return new loaded.AsyncEntry(SERVICE, account, OPTIONS);
  };
  return {
    async unavailable() {
      const loaded = await module();
      return typeof loaded === "string" ? loaded : null;
    },
    async get(account) {
      if (typeof (await module()) === "string") return null;
      const password = await (await entry(account)).getPassword(AbortSignal.timeout(PATIENCE_MS));
      return password === null ? null : new Secret(password);
    },
    set: async (account, secret) => (await entry(account)).setPassword(secret, AbortSignal.timeout(PATIENCE_MS)),
    delete: async (account) => (await entry(account)).deletePassword(AbortSignal.timeout(PATIENCE_MS)),
  };
}

/** Reading an entry that does not exist shows whether a keychain answers at all. */
async function probe(load: () => Promise<Module>): Promise<Module | string> {
  let loaded: Module;
  try {
    loaded = await load();
  } catch {
    return "This installation has no access to the system keychain (the optional module @napi-rs/keyring is not there).";
  }
  try {
    await new loaded.AsyncEntry(SERVICE, "probe", OPTIONS).getPassword(AbortSignal.timeout(PATIENCE_MS));
    return loaded;
  } catch (error) {
    return `This machine has no keychain that answers (${error instanceof Error ? error.message : String(error)}).`;
  }
}
