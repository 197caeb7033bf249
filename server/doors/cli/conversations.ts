// `latchkey conversations`: what was said before, in whichever editor or shell: listed, shown, exported, copied, deleted.
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ConversationHead } from "../../../shared/conversation.ts";
import { formatUsd } from "../../../shared/money.ts";
import type { House } from "../../house.ts";
import { conversationNamed } from "./conversation-choice.ts";
import { table } from "./table.ts";
import { EXIT, textOption, UsageError, type Verb, type VerbArguments, type VerbContext } from "./verb.ts";

export const conversations: Verb = {
  summary: "List kept conversations; show, export, fork or delete one",
  usage: "[list [TEXT] | show ID | export ID | fork ID | delete ID…] [--here] [--at N] [--format markdown|json] [--out F] [--json]",
  options: {
    here: { type: "boolean" },
    at: { type: "string" },
    title: { type: "string" },
    format: { type: "string" },
    out: { type: "string", short: "o" },
    json: { type: "boolean" },
  },
  optionHelp: {
    here: "only those of this folder",
    "at N": "fork: copy only the first N entries",
    "title T": "fork: what the copy is called",
    "format F": "export: markdown (the default) or json, which loses nothing",
    "out F": "export: write to a file instead of printing",
    json: "as JSON",
  },
  async run(context, given) {
    const [action = "list", ...names] = given.words;
    const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!run) throw new UsageError(`there is no "conversations ${action}"`);
    const house = await context.openHouse("cli");
    try {
      await run({ context, given, house, names });
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

interface Call {
  readonly context: VerbContext;
  readonly given: VerbArguments;
  readonly house: House;
  readonly names: readonly string[];
}

const ACTIONS: Readonly<Record<string, (call: Call) => Promise<void>>> = {
  list,
  show: async (call) => {
    const { id } = await only(call);
    const { context, house } = call;
    const format = call.given.values.json ? "json" : "markdown";
    context.print((await house.conversations.export({ id, format })).content.trimEnd());
  },
  export: exported,
  fork: async (call) => {
    const { id } = await only(call);
    const at = textOption(call.given, "at");
    const entries = at === undefined ? undefined : Number(at);
    if (entries !== undefined && !(Number.isInteger(entries) && entries >= 0)) throw new UsageError("--at must be a number of entries");
    const { conversation } = await call.house.conversations.fork({ id, entries, title: textOption(call.given, "title") });
    call.context.print(call.given.values.json ? JSON.stringify(conversation, null, 2) : conversation.id);
  },
  delete: async (call) => {
    if (call.names.length === 0) throw new UsageError("which? latchkey conversations list shows them");
    for (const name of call.names) {
      const { id, title } = await named(call, name);
      await call.house.conversations.delete(id);
      call.context.print(`Deleted ${id} (${title}).`);
    }
  },
};

async function list({ context, given, house, names }: Call): Promise<void> {
  const text = names.join(" ");
  const workspace = given.values.here ? context.edge.workingFolder : undefined;
  const { conversations: found } = await house.conversations.list({
    ...(workspace === undefined ? {} : { workspace }),
    ...(text ? { text } : {}),
  });
  if (given.values.json) return context.print(JSON.stringify({ conversations: found }, null, 2));
  if (found.length === 0) return context.print("No conversation is kept. latchkey ask begins one.");
  const rows = found.map(({ id, title, updatedAt, entries, costNanoUsd, client = "" }) => [
    id.slice(0, 13),
    `${updatedAt.slice(0, 16).replace("T", " ")}Z`,
    String(entries),
    formatUsd(costNanoUsd),
    client,
    title,
  ]);
  for (const line of table([["id", "last", "entries", "cost", "client", "title"], ...rows])) context.print(line);
}

async function exported(call: Call): Promise<void> {
  const { context, given, house } = call;
  const { id } = await only(call);
  const format = textOption(given, "format") ?? "markdown";
  if (format !== "markdown" && format !== "json") throw new UsageError("--format must be markdown or json");
  const { content } = await house.conversations.export({ id, format });
  const path = textOption(given, "out");
  if (path === undefined) return context.print(content.trimEnd());
  await writeFile(resolve(context.edge.workingFolder, path), content, { mode: 0o600 });
  context.print(`Wrote ${path}.`);
}

async function only(call: Call): Promise<ConversationHead> {
  const [name, ...more] = call.names;
  if (name === undefined || more.length > 0) throw new UsageError("which one? latchkey conversations list shows them");
  return named(call, name);
}

async function named({ house }: Call, name: string): Promise<ConversationHead> {
  const found = await conversationNamed(house, name);
  if (!found) throw new UsageError(`no conversation is called ${name}`);
  return found;
}
