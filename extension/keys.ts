// Keys between VS Code's SecretStorage and the sidecar's memory: one entry a key, leased at every start, written nowhere else.
import * as vscode from "vscode";
import type { ParamsOf, ResultOf } from "../shared/protocol.ts";

/** Names of providers whose key is stored; SecretStorage itself cannot be listed in every supported VS Code. */
const INDEX = "latchkey.keys";

type SetKey = (method: "key/set", params: ParamsOf<"key/set">) => Promise<ResultOf<"key/set">>;

export class Keys {
  readonly #secrets: vscode.SecretStorage;
  readonly #index: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onChange = this.#changed.event;

  constructor(secrets: vscode.SecretStorage, index: vscode.Memento) {
    this.#secrets = secrets;
    this.#index = index;
  }

  providers(): readonly string[] {
    return this.#index.get<string[]>(INDEX, []);
  }

  /** Stores a key with the origin it was set for, and reads it back: a keyring that swallows it must not look like success. */
  async store(provider: string, secret: string, origin: string): Promise<void> {
    const kept = JSON.stringify({ secret, origin });
    await this.#secrets.store(secretId(provider), kept);
    if ((await this.#secrets.get(secretId(provider))) !== kept) {
      throw new Error(
        vscode.l10n.t("VS Code could not keep the key. Is a keyring running? A vault file or an environment variable works too."),
      );
    }
    await this.#index.update(INDEX, [...new Set([...this.providers(), provider])].sort());
    this.#changed.fire();
  }

  async forget(provider: string): Promise<void> {
    await this.#secrets.delete(secretId(provider));
    await this.#index.update(
      INDEX,
      this.providers().filter((name) => name !== provider),
    );
    this.#changed.fire();
  }

  /** Hands every stored key to the sidecar for its own lifetime; one that is refused does not keep the others back. */
  async lease(call: SetKey, refused: (provider: string, error: unknown) => void): Promise<void> {
    for (const provider of this.providers()) {
      try {
        const kept = readKept(await this.#secrets.get(secretId(provider)));
        // With its origin: a base URL that changed meanwhile does not get the key until it is set again.
        if (kept) await call("key/set", { provider, ...kept, persist: false });
      } catch (error) {
        refused(provider, error);
      }
    }
  }
}

function readKept(kept: string | undefined): { secret: string; origin: string } | undefined {
  if (!kept) return undefined;
  const { secret, origin } = JSON.parse(kept);
  return { secret: String(secret), origin: String(origin) };
}

function secretId(provider: string): string {
  return `latchkey.key.${provider}`;
}
