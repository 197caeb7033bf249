// What a verb of the command line is, and what it is given; no verb names another.
import type { ParseArgsOptionsConfig } from "node:util";
import type { Edge } from "../../edge.ts";
import type { House } from "../../house.ts";
import type { Log } from "../../log.ts";

/** Exit codes, as `latchkey --help` lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, noModel: 3, budget: 4, cancelled: 130 } as const;

export interface VerbContext {
  readonly edge: Edge;
  readonly log: Log;
  readonly version: string;
  readonly scrubLog: (scrub: (line: string) => string) => void;
  /** Opens the house with the user's own settings; closed by the caller of the verb. `more` stands before the environment. */
  openHouse(client: string, more?: Readonly<Record<string, string>>): Promise<House>;
  print(text: string): void;
  complain(text: string): void;
}

export interface VerbArguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly words: readonly string[];
}

export interface Verb {
  readonly summary: string;
  readonly usage: string;
  readonly options: ParseArgsOptionsConfig;
  /** One line an option, for --help. */
  readonly optionHelp: Readonly<Record<string, string>>;
  readonly hidden?: boolean;
  run(context: VerbContext, given: VerbArguments): Promise<number>;
}

export function textOption(given: VerbArguments, name: string): string | undefined {
  const value = given.values[name];
  return typeof value === "string" ? value : undefined;
}

export function textOptions(given: VerbArguments, name: string): string[] {
  const value = given.values[name];
  if (Array.isArray(value)) return value.filter((one): one is string => typeof one === "string");
  return typeof value === "string" ? [value] : [];
}

/** The option as one of those that there are; anything else is a mistake, never the default. */
export function oneOf<Option extends string>(given: VerbArguments, name: string, options: readonly Option[]): Option | undefined {
  const value = textOption(given, name);
  const found = options.find((option) => option === value);
  if (value !== undefined && found === undefined) throw new UsageError(`--${name} must be one of ${options.join(", ")}`);
  return found;
}

export function numberOption(given: VerbArguments, name: string): number | undefined {
  const value = textOption(given, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new UsageError(`--${name} must be a number, 0 or more`);
  return number;
}

/** A mistake in how a verb was called: printed with its usage, exit code 2. */
export class UsageError extends Error {}
