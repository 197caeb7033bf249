// A value that can be used but not printed: every way of turning it into text says [redacted].
import { inspect } from "node:util";

const REDACTED = "[redacted]";

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; called only where a vendor's header is made or the vault is sealed. */
  reveal(): string {
    return this.#value;
  }

  /** Enough to tell keys apart, too little to use one; short values show nothing. */
  get last4(): string {
    return this.#value.length >= 12 ? this.#value.slice(-4) : "";
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
