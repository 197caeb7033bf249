// `latchkey tokens`: the tokens of the HTTP door's clients; a token is printed once, when it is made.
import { openTokens, tokenFileOf } from "../http/tokens.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

export const tokens: Verb = {
  summary: "Make, list or revoke tokens for clients of the HTTP door",
  usage: "create NAME | list | revoke NAME-OR-ID",
  options: { json: { type: "boolean" } },
  optionHelp: { json: "as JSON" },
  async run(context, given) {
    const [action = "list", name] = given.words;
    if (!["create", "list", "revoke"].includes(action)) throw new UsageError(`there is no "tokens ${action}"`);
    if (action !== "list" && !name) throw new UsageError(`which one? latchkey tokens ${action} aider`);
    const store = openTokens(tokenFileOf(context.edge), () => new Date());
    if (action === "create") {
      const { row, token } = await store.create(name ?? "");
      if (given.values.json) context.print(JSON.stringify({ id: row.id, name: row.name, token }));
      else {
        context.print(token);
        context.complain(`The token of "${row.name}" (${row.id}). It is shown this once; only its hash is kept.`);
      }
      return EXIT.ok;
    }
    if (action === "revoke") {
      const gone = await store.revoke(name ?? "");
      if (gone.length === 0) throw new UsageError(`there is no token "${name}"`);
      context.print(`Revoked ${gone.map((row) => `${row.name} (${row.id})`).join(", ")}; it is refused from now on.`);
      return EXIT.ok;
    }
    const rows = (await store.list()).map(({ hash, ...row }) => row);
    if (given.values.json) context.print(JSON.stringify(rows, null, 2));
    else if (rows.length === 0) context.print("There is no token. Make one: latchkey tokens create NAME");
    else for (const row of rows) context.print(`${row.id}  ${row.name.padEnd(24)} ${row.createdAt}`);
    return EXIT.ok;
  },
};
