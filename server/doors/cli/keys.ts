// `latchkey keys`: which keys there are and where from; a key is typed on stdin, never an argument, and never shown.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { House } from "../../house.ts";
import { linesOfReport } from "../../keys/doctor.ts";
import { EXIT, textOption, UsageError, type Verb, type VerbArguments, type VerbContext } from "./verb.ts";
import { typed } from "./typed.ts";

interface Call {
  readonly house: House;
  readonly context: VerbContext;
  readonly given: VerbArguments;
  /** The provider, or the file of an import. */
  readonly word: string;
}

interface Action {
  /** What must follow the action's name, for the complaint when it is missing. */
  readonly takes?: string;
  run(call: Call): Promise<number | undefined>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  list: { run: list },
  set: { takes: "which provider? latchkey keys set openai", run: set },
  delete: { takes: "which provider? latchkey keys delete openai", run: remove },
  test: { takes: "which provider? latchkey keys test openai", run: test },
  doctor: { run: doctor },
  import: { takes: "which file? latchkey keys import .env", run: importFile },
};

export const keys: Verb = {
  summary: "List, set, delete or test provider keys; say which one is used and why",
  usage: "list | set PROVIDER [--name N] | delete PROVIDER [--name N] | test PROVIDER | doctor | import FILE",
  options: { name: { type: "string" }, keychain: { type: "boolean" }, passphrase: { type: "boolean" }, json: { type: "boolean" } },
  optionHelp: {
    "name N": "a second key for the same provider",
    keychain: "set: keep the key in the system keychain instead of the vault file",
    passphrase: "ask for the vault's passphrase (or set LATCHKEY_PASSPHRASE)",
    json: "as JSON",
  },
  async run(context, given) {
    const [name = "list", word] = given.words;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action) throw new UsageError(`there is no "keys ${name}"`);
    if (action.takes && !word) throw new UsageError(action.takes);
    const passphrase = given.values.passphrase ? await typed(context.edge, "Passphrase of the vault") : undefined;
    const house = await context.openHouse("cli", passphrase === undefined ? {} : { LATCHKEY_PASSPHRASE: passphrase });
    try {
      return (await action.run({ house, context, given, word: word ?? "" })) ?? EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

async function list({ house, context, given }: Call): Promise<undefined> {
  const { keys: found } = await house.listKeys();
  if (given.values.json) context.print(JSON.stringify(found, null, 2));
  else if (found.length === 0) context.print("No key was found. Set one: latchkey keys set openai");
  else for (const key of found) context.print(lineOf(key));
}

function lineOf({ provider, source, last4, origin, active, warning }: Awaited<ReturnType<House["listKeys"]>>["keys"][number]): string {
  const remark = warning ? `  ${warning}` : active ? "" : "  (shadowed)";
  return `${provider.padEnd(14)} ${source.padEnd(12)} …${last4.padEnd(5)} ${origin}${remark}`;
}

async function set({ house, context, given, word }: Call): Promise<undefined> {
  const secret = await typed(context.edge, `Key for ${word}`, `pass show ${word} | latchkey keys set ${word}`);
  const persist = given.values.keychain ? "keychain" : "vault";
  const kept = await house.setKey({ provider: word, secret, name: textOption(given, "name"), persist });
  context.print(`Kept the key …${kept.last4} for ${kept.provider} in the ${kept.source}; it is sent to ${kept.origin} and nowhere else.`);
  if (kept.warning) context.complain(kept.warning);
}

async function remove({ house, context, given, word }: Call): Promise<undefined> {
  const { deleted, remaining } = await house.deleteKey({ provider: word, name: textOption(given, "name") });
  const still = remaining.length > 0 ? ` Still found: ${remaining.map((key) => key.source).join(", ")}.` : "";
  context.print(`Deleted ${deleted}.${still}`);
}

async function test({ house, context, word }: Call): Promise<number> {
  const tested = await house.testKey(word, new AbortController().signal);
  context.print(`${tested.provider}: ${tested.ok ? "accepted" : "not accepted"}. ${tested.message} (${Math.round(tested.ms)} ms)`);
  return tested.ok ? EXIT.ok : EXIT.failed;
}

async function doctor({ house, context, given }: Call): Promise<undefined> {
  const report = await house.examineKeys();
  context.print(given.values.json ? JSON.stringify(report, null, 2) : linesOfReport(report).join("\n"));
}

/** A file of keys is small; anything larger is something else. */
const LARGEST_FILE_BYTES = 4 * 2 ** 20;

async function importFile({ house, context, given, word }: Call): Promise<number> {
  const bytes = await readFile(resolve(context.edge.workingFolder, word)).catch((error: Error) => {
    throw new UsageError(`${word} cannot be read (${"code" in error ? String(error.code) : error.message})`);
  });
  if (bytes.length > LARGEST_FILE_BYTES) throw new UsageError(`${word} is too large to be a file of keys`);
  const { default: yaml } = await import("yaml");
  // Its warnings quote the file, which is full of keys.
  const parseQuietly = (text: string) => yaml.parse(text, { logLevel: "silent" });
  const { kept, unknown } = await house.importKeys(bytes.toString("utf8"), parseQuietly);
  if (given.values.json) context.print(JSON.stringify({ kept, unknown }, null, 2));
  for (const key of given.values.json ? [] : kept) {
    context.print(`Kept ${key.at} (…${key.last4}) for ${key.provider} in the ${key.source}; it is sent to ${key.origin} and nowhere else.`);
  }
  const warnings = new Set(kept.flatMap(({ warning }) => warning ?? []));
  for (const warning of warnings) context.complain(warning);
  if (unknown.length > 0) context.complain(`Left alone, since no provider here reads them: ${unknown.join(", ")}.`);
  if (kept.length === 0) context.complain(`No key was found in ${word}.`);
  else context.complain(`The keys are still in ${word} as plain text; delete them there once they work here.`);
  return kept.length === 0 ? EXIT.failed : EXIT.ok;
}
