// The port to what all sidecars of this machine know together: small texts that expire; holds no prompt and no key.

type Awaitable<Value> = Value | Promise<Value>;

/** Implemented over the ledger file. An entry past its expiry is never returned; whoever writes last wins. */
export interface SharedStore {
  get(key: string): Awaitable<string | null>;
  /** `expiresInMs` counts from now. */
  set(key: string, value: string, expiresInMs: number): Awaitable<void>;
  /** Every live entry whose key begins with `prefix`. */
  list(prefix: string): Awaitable<readonly { readonly key: string; readonly value: string }[]>;
  delete(key: string): Awaitable<void>;
}
