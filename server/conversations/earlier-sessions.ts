// Sessions of ACP clients that an earlier version kept in a folder of their own: taken over once, each gone from there only when it is kept here.
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { Message } from "../../shared/chat.ts";
import type { ConversationEntry } from "../../shared/conversation.ts";
import { readText } from "../state/file.ts";
import type { Change } from "./store.ts";

const EarlierSession = z.object({
  id: z.string(),
  cwd: z.string(),
  title: z.string(),
  updatedAt: z.string(),
  model: z.string(),
  policy: z.string(),
  costNanoUsd: z.nullable(z.number()),
  messages: z.array(Message),
});
type EarlierSession = z.infer<typeof EarlierSession>;

/** `keep` does nothing where a conversation of that name is there already: then an earlier run was killed between the two steps. */
export async function takeOverSessions(folder: string, keep: (id: string, change: Change) => Promise<void>): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  for (const name of names) {
    const session = parse(await readText(join(folder, name)));
    if (session === null) continue;
    await keep(session.id, asChange(session));
    await rm(join(folder, name), { force: true });
  }
  // What could not be read stays where it is, for its owner to look at.
  if (names.length > 0) await rmdir(folder).catch(() => undefined);
}

function asChange({ cwd, title, updatedAt, model, policy, costNanoUsd, messages }: EarlierSession): Change {
  const provenance = costNanoUsd === null ? "unpriced" : "computed";
  const add = messages.map((message): ConversationEntry => ({ at: updatedAt, message }));
  const last = add.findLast(({ message }) => message?.role === "assistant");
  if (last) last.answer = { cost: { nanoUsd: costNanoUsd, provenance, priceDate: null } };
  return { add, about: { title, createdAt: updatedAt, updatedAt, workspace: cwd, client: "acp", choice: { model, policy } } };
}

function parse(text: string | null): EarlierSession | null {
  if (text === null) return null;
  try {
    return z.parse(EarlierSession, JSON.parse(text));
  } catch {
    return null;
  }
}
