// `latchkey keys`: which keys there are and where from; a key is typed on stdin, never an argument, and never shown.
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { readStdin } from "./attach.ts";
import { EXIT, UsageError, type Verb, type VerbContext } from "./verb.ts";

export const keys: Verb = {
  summary: "List, set, delete or test provider keys",
  usage: "list | set PROVIDER [--name N] | delete PROVIDER [--name N] | test PROVIDER",
  options: { name: { type: "string" }, json: { type: "boolean" } },
  optionHelp: { "name N": "a second key for the same provider", json: "as JSON" },
  async run(context, given) {
    const [action = "list", provider] = given.words;
    if (!["list", "set", "delete", "test"].includes(action)) throw new UsageError(`there is no "keys ${action}"`);
    if (action !== "list" && !provider) throw new UsageError(`which provider? latchkey keys ${action} openai`);
    const house = await context.openHouse("cli");
    const name = typeof given.values.name === "string" ? given.values.name : undefined;
    try {
      if (action === "set") {
        const secret = await typedSecret(context, provider ?? "");
        const set = await house.setKey({ provider: provider ?? "", secret, name, persist: "vault" });
        context.print(`Kept the key …${set.last4} for ${set.provider} in the ${set.source}; it is sent to ${set.origin} and nowhere else.`);
        if (set.warning) context.complain(set.warning);
      } else if (action === "delete") {
        const { deleted, remaining } = await house.deleteKey({ provider: provider ?? "", name });
        context.print(
          `Deleted ${deleted}. ${remaining.length > 0 ? `Still found: ${remaining.map((key) => key.source).join(", ")}.` : ""}`,
        );
      } else if (action === "test") {
        const tested = await house.testKey(provider ?? "", new AbortController().signal);
        context.print(`${tested.provider}: ${tested.ok ? "accepted" : "not accepted"}. ${tested.message} (${Math.round(tested.ms)} ms)`);
        return tested.ok ? EXIT.ok : EXIT.failed;
      } else {
        const { keys: found } = await house.listKeys();
        if (given.values.json) context.print(JSON.stringify(found, null, 2));
        else if (found.length === 0) context.print("No key was found. Set one: latchkey keys set openai");
        else
          for (const key of found)
            context.print(
              `${key.provider.padEnd(14)} ${key.source.padEnd(12)} …${key.last4.padEnd(5)} ${key.origin}${key.active ? "" : "  (shadowed)"}${key.warning ? `  ${key.warning}` : ""}`,
            );
      }
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

/** From a pipe as it comes; from a terminal without echo. */
async function typedSecret(context: VerbContext, provider: string): Promise<string> {
  const piped = (await readStdin(context.edge)).trim();
  if (piped !== "") return piped;
  if (!context.edge.stdin.isTTY) throw new UsageError("pipe the key in, for example: pass show openai | latchkey keys set openai");
  context.edge.stderr.write(`Key for ${provider} (not shown): `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: context.edge.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve) => lines.question("", resolve));
  } finally {
    lines.close();
    context.edge.stderr.write("\n");
  }
}
