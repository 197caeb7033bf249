// Keys that commands print: run when first needed, kept in memory, asked again after a refusal; several requests share one run.
import { Failure } from "../../shared/failure.ts";
import type { Settings } from "../../shared/settings.ts";
import type { KnownKey } from "./known-key.ts";
import type { ProviderKeys } from "./origins.ts";
import type { Secret } from "./secret.ts";
import { keyFromCommand } from "./sources/command.ts";
import { type Environment, withoutKeys } from "./sources/environment.ts";

/** A command that failed is left alone for so long, so that nobody is asked for a passphrase again and again. */
const REST_MS = 30_000;

export interface CommandKeysParts {
  readonly providers: readonly ProviderKeys[];
  readonly environment: Environment;
  readonly settings: () => Pick<Settings, "keys.command">;
  readonly onChange: (secret?: Secret) => void;
}

interface Outcome {
  readonly words: string;
  readonly secret: Secret | null;
  readonly trouble?: string;
}

export class CommandKeys {
  readonly #parts: CommandKeysParts;
  readonly #outcomes = new Map<string, Outcome>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(parts: CommandKeysParts) {
    this.#parts = parts;
  }

  of(provider: string, origins: readonly string[]): KnownKey[] {
    const words = this.#wordsOf(provider);
    if (!words) return [];
    const outcome = this.#outcomeOf(provider, words);
    const key = { provider, name: words[0] ?? "", source: "command" as const, origins, secret: outcome?.secret ?? null };
    return [outcome?.trouble === undefined ? key : { ...key, unusable: `not to be had: ${outcome.trouble}` }];
  }

  /** Runs the command unless its key is known; a failure is remembered, not thrown, but an abort is. */
  async run(provider: string, signal?: AbortSignal): Promise<void> {
    const words = this.#wordsOf(provider);
    if (!words || this.#outcomeOf(provider, words)) return;
    const running = this.#running.get(provider) ?? this.#start(provider, words);
    await Promise.race([running, aborted(signal)]);
  }

  /** After a vendor refused the key: the command is asked again when next needed. */
  forget(provider: string): void {
    if (this.#outcomes.delete(provider)) this.#parts.onChange();
  }

  #start(provider: string, words: readonly string[]): Promise<void> {
    const { environment, providers, onChange } = this.#parts;
    const remember = (found: { secret: Secret | null; trouble?: string }) => {
      this.#outcomes.set(provider, { words: words.join("\0"), ...found });
      this.#running.delete(provider);
      if (found.trouble !== undefined) setTimeout(() => this.forget(provider), REST_MS).unref();
      onChange(found.secret ?? undefined);
    };
    const running = keyFromCommand({ words, environment: withoutKeys(environment, providers) }).then(
      (secret) => remember({ secret }),
      (error: Error) => remember({ secret: null, trouble: error.message }),
    );
    this.#running.set(provider, running);
    return running;
  }

  #outcomeOf(provider: string, words: readonly string[]): Outcome | undefined {
    const outcome = this.#outcomes.get(provider);
    return outcome?.words === words.join("\0") ? outcome : undefined;
  }

  #wordsOf(provider: string): readonly string[] | undefined {
    const commands = this.#parts.settings()["keys.command"];
    return Object.hasOwn(commands, provider) ? commands[provider] : undefined;
  }
}

/** The run itself goes on: another request may be waiting for the same answer. */
function aborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new Failure("cancelled"));
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
