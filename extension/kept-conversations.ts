// The sidecar's conversations as this window's transcripts: read, saved by what is new, and what earlier versions kept as files moved over once.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { Message } from "../shared/chat.ts";
import { type ConversationEntry, titleOf } from "../shared/conversation.ts";
import { Turn } from "../shared/panel.ts";
import type { Log } from "./log.ts";
import type { Sidecar } from "./sidecar.ts";
import { type Entry, Transcript } from "./transcript.ts";

export interface KeptParts {
  readonly sidecar: Pick<Sidecar, "call">;
  /** Where earlier versions kept theirs, a JSON file each. */
  readonly earlier: vscode.Uri;
  readonly log: Log;
}

/** What the sidecar has of a transcript, entry by entry, as of a revision. */
interface Known {
  readonly revision: number;
  readonly entries: readonly Entry[];
}

const NOTHING: Known = { revision: 0, entries: [] };

export class KeptConversations {
  readonly #parts: KeptParts;
  readonly #known = new Map<string, Known>();
  #saving: Promise<void> = Promise.resolve();
  #moving: Promise<void> | undefined;

  constructor(parts: KeptParts) {
    this.#parts = parts;
  }

  async list(): Promise<Pick<Transcript, "id" | "title" | "updatedAt" | "workspace">[]> {
    await this.#moved();
    const { conversations } = await this.#parts.sidecar.call("conversation/list", {});
    return conversations.map(({ id, title, updatedAt, workspace }) => ({ id, title, updatedAt, ...(workspace ? { workspace } : {}) }));
  }

  async read(id: string): Promise<Transcript> {
    await this.#moved();
    const { conversation, entries } = await this.#parts.sidecar.call("conversation/get", { id });
    const { title, createdAt, updatedAt, workspace, revision } = conversation;
    const shown = entries.map(entryFrom);
    this.#known.set(id, { revision, entries: shown });
    return { id, title, createdAt, updatedAt, ...(workspace ? { workspace } : {}), entries: [...shown] };
  }

  async remove(id: string): Promise<void> {
    await this.#moved();
    this.#known.delete(id);
    await this.#parts.sidecar.call("conversation/delete", { id });
  }

  /** One after the other; the transcript's id changes when another client went on with the one it had. */
  save(transcript: Transcript): Promise<void> {
    const saved = this.#saving.then(() => this.#save(transcript));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  async #save(transcript: Transcript): Promise<void> {
    await this.#moved();
    const known = this.#known.get(transcript.id) ?? NOTHING;
    const entries = [...transcript.entries];
    const differs = entries.findIndex((entry, at) => entry !== known.entries[at]);
    const from = differs < 0 ? entries.length : differs;
    const { id, title, createdAt, workspace } = transcript;
    const { conversation } = await this.#parts.sidecar.call("conversation/save", {
      ...{ id, title, createdAt, ...(workspace ? { workspace } : {}) },
      ...{ from, revision: known.revision, entries: entries.slice(from).map((entry) => keptFrom(entry, transcript.updatedAt)) },
    });
    if (!conversation) return;
    this.#known.delete(id);
    this.#known.set(conversation.id, { revision: conversation.revision, entries });
    transcript.id = conversation.id;
  }

  /** Earlier versions' files; each goes only once the sidecar has acknowledged it, and one that cannot be read stays. */
  #moved(): Promise<void> {
    this.#moving ??= this.#move().catch((error: unknown) => {
      this.#parts.log.warn("Earlier conversations could not be moved; they are tried again at the next start", error);
    });
    return this.#moving;
  }

  async #move(): Promise<void> {
    const { earlier, log } = this.#parts;
    const files = await vscode.workspace.fs.readDirectory(earlier).then(
      (found) => found.filter(([name]) => name.endsWith(".json")),
      () => [],
    );
    for (const [name] of files) {
      const file = vscode.Uri.joinPath(earlier, name);
      try {
        const transcript = Transcript.parse(JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file))));
        if (await this.#take(transcript)) await vscode.workspace.fs.delete(file);
      } catch (error) {
        log.warn(`The earlier conversation ${name} stays where it is`, error);
      }
    }
  }

  /** True once the sidecar has it; an earlier start may have been ended between the two steps. */
  async #take({ id, title, createdAt, updatedAt, workspace, entries }: Transcript): Promise<boolean> {
    const { sidecar } = this.#parts;
    const { conversations } = await sidecar.call("conversation/list", { text: id });
    if (conversations.some((head) => head.id === id)) return true;
    const kept = { id, title, createdAt, updatedAt, ...(workspace ? { workspace } : {}), revision: 0 };
    const given = { ...kept, entries: entries.map((entry) => keptFrom(entry, updatedAt)) };
    return (await sidecar.call("conversation/save", given)).conversation !== null;
  }
}

function keptFrom({ turn, message }: Entry, at: string): ConversationEntry {
  const entry = { at, ...(message ? { message } : {}), ...(turn ? { view: turn } : {}) };
  if (turn?.role !== "assistant") return entry;
  const { model, stopReason, usage, cost, failure } = turn;
  return { ...entry, answer: { model, stopReason, usage, cost, ...(failure ? { failure } : {}) } };
}

/** What another client kept is shown from its words; instructions and results of tools are for models alone. */
function entryFrom({ message, answer, view }: ConversationEntry): Entry {
  const shown = Turn.safeParse(view);
  if (shown.success) return { turn: shown.data, ...(message ? { message } : {}) };
  const turn = message && turnFrom(message, answer);
  return { ...(turn ? { turn } : {}), ...(message ? { message } : {}) };
}

function turnFrom(message: Message, answer: ConversationEntry["answer"]): Turn | undefined {
  const wordsOf = (type: "text" | "reasoning") => message.parts.map((part) => (part.type === type ? part.text : "")).join("");
  if (message.role === "user") {
    const images = message.parts.filter((part) => part.type === "image");
    const attachments = images.map(() => ({ id: randomUUID(), kind: "image" as const, label: vscode.l10n.t("Image") }));
    return { role: "user", id: randomUUID(), text: wordsOf("text") || titleOf(message.parts), attachments };
  }
  if (message.role !== "assistant") return undefined;
  const { model, stopReason, usage, cost, notice } = answer ?? {};
  return {
    ...{ role: "assistant", id: randomUUID(), text: wordsOf("text"), reasoning: wordsOf("reasoning"), status: "done" },
    notes: notice ? [{ kind: "notice", text: notice }] : [],
    ...{ model, stopReason, usage, cost },
  };
}
