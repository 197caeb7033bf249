// The command line: finds the verb, parses its options, turns failures into a sentence and an exit code.
import { parseArgs } from "node:util";
import { Failure, isFailure } from "../../../shared/failure.ts";
import { formatUsd } from "../../../shared/money.ts";
import type { Edge } from "../../edge.ts";
import { createLog, type Log, type LogLevel } from "../../log.ts";
import { VERSION } from "../../version.ts";
import { plain } from "./plain.ts";
import { EXIT, UsageError, type Verb, type VerbContext } from "./verb.ts";
import { VERBS } from "./verbs.ts";

export async function runCli(edge: Edge): Promise<number> {
  const [name = "--help", ...rest] = edge.arguments;
  if (name === "--version" || name === "-v") return say(edge, VERSION);
  if (name === "--help" || name === "-h" || name === "help") return say(edge, await helpForAll());
  const verb = Object.hasOwn(VERBS, name) ? await VERBS[name]?.() : undefined;
  if (!verb) return complain(edge, `latchkey: there is no "${name}". Try: latchkey --help`, EXIT.usage);
  if (rest.includes("--help") || rest.includes("-h")) return say(edge, helpFor(name, verb));
  const context = contextOf(edge);
  try {
    const { values, positionals } = parse(verb, rest);
    return await verb.run(context, { values, words: positionals });
  } catch (error) {
    return explain(context, name, verb, error);
  }
}

function parse(verb: Verb, rest: readonly string[]) {
  try {
    return parseArgs({ args: [...rest], options: verb.options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function contextOf(edge: Edge): VerbContext {
  const level = (edge.environment.LATCHKEY_LOG ?? "warn") as LogLevel;
  let scrub = (line: string) => line;
  const log: Log = createLog(
    (line) => edge.stderr.write(line),
    () => level,
    () => new Date(),
    (line) => scrub(line),
  );
  const scrubLog = (next: (line: string) => string) => {
    scrub = next;
  };
  return {
    edge,
    log,
    version: VERSION,
    scrubLog,
    openHouse: async (client, more) => {
      const [{ openHouse }, { readOwnSettings }] = await Promise.all([import("../../compose.ts"), import("./own-settings.ts")]);
      const withMore = { ...edge, environment: { ...edge.environment, ...more } };
      const settings = await readOwnSettings(edge);
      const options = { protocolVersion: 1, client: { name: client, version: VERSION }, trusted: true, ...(settings ? { settings } : {}) };
      return openHouse({ edge: withMore, log, scrubLog, options });
    },
    print: (text) => edge.stdout.write(`${plain(text)}\n`),
    complain: (text) => edge.stderr.write(`${plain(scrub(text))}\n`),
  };
}

function explain({ log, complain }: VerbContext, name: string, verb: Verb, error: unknown): number {
  const end = (text: string, code: number) => {
    complain(text);
    return code;
  };
  if (error instanceof UsageError) {
    return end(`latchkey ${name}: ${error.message}\nUsage: latchkey ${name} ${verb.usage}`, EXIT.usage);
  }
  if (!isFailure(error)) {
    log.error("unexpected error", { error });
    return end(`latchkey ${name}: ${new Failure("internal").message}`, EXIT.failed);
  }
  const cost = (error.details.cost as { nanoUsd?: number | null } | undefined)?.nanoUsd;
  const paid = cost ? ` This cost ${formatUsd(cost)}.` : "";
  return end(`latchkey ${name}: ${error.message}${paid}`, exitCodeOf(error));
}

function exitCodeOf(failure: Failure): number {
  if (failure.kind === "invalidParams") return EXIT.usage;
  if (failure.kind === "noCandidate" || failure.kind === "keyMissing") return EXIT.noModel;
  if (failure.kind === "budgetExceeded") return EXIT.budget;
  if (failure.kind === "cancelled") return EXIT.cancelled;
  return EXIT.failed;
}

async function helpForAll(): Promise<string> {
  const verbs = await Promise.all(Object.entries(VERBS).map(async ([name, load]) => [name, await load()] as const));
  const shown = verbs.filter(([, verb]) => !verb.hidden);
  const width = Math.max(...shown.map(([name]) => name.length)) + 2;
  return [
    `latchkey ${VERSION}: language models on your own keys, with a bill that is true and a limit that holds.`,
    "",
    "Usage: latchkey <verb> [options]",
    "",
    ...shown.map(([name, verb]) => `  ${name.padEnd(width)}${verb.summary}`),
    "",
    "latchkey <verb> --help says more. Exit codes: 0 answered, 1 failed, 2 wrong call, 3 no model or key, 4 over a limit, 130 cancelled.",
    "Environment: LATCHKEY_HOME (state folder), LATCHKEY_LOG (error, warn, info, debug), LATCHKEY_PASSPHRASE (the vault's lock), OPENAI_API_KEY and its like (keys).",
  ].join("\n");
}

function helpFor(name: string, verb: Verb): string {
  const options = Object.entries(verb.optionHelp).map(([option, help]) => `  --${option.padEnd(22)} ${help}`);
  return [`${verb.summary}`, "", `Usage: latchkey ${name} ${verb.usage}`, ...(options.length > 0 ? ["", ...options] : [])].join("\n");
}

function say(edge: Edge, text: string): number {
  edge.stdout.write(`${text}\n`);
  return EXIT.ok;
}

function complain(edge: Edge, text: string, code: number): number {
  edge.stderr.write(`${text}\n`);
  return code;
}
