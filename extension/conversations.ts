// All conversations of this window: the open ones in memory, the earlier ones as files in the extension's own storage.
import * as vscode from "vscode";
import type { Chats } from "./chats.ts";
import type { Choice } from "./choice.ts";
import { Conversation } from "./conversation.ts";
import type { Log } from "./log.ts";
import { trustedValue } from "./settings.ts";
import { workspaceName } from "./sidecar.ts";
import { emptyTranscript, forkedAt, Transcript } from "./transcript.ts";

export interface ConversationParts {
  readonly chats: Chats;
  readonly choice: Choice;
  readonly folder: vscode.Uri;
  readonly log: Log;
}

export type Headline = Pick<Transcript, "id" | "title" | "updatedAt" | "workspace">;

export class Conversations implements vscode.Disposable {
  readonly #parts: ConversationParts;
  readonly #open = new Map<string, Conversation>();
  readonly #settled = new vscode.EventEmitter<Conversation>();
  readonly #running = new vscode.EventEmitter<void>();
  readonly onSettled = this.#settled.event;
  /** An answer began or ended anywhere. */
  readonly onRunning = this.#running.event;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  get answering(): boolean {
    return [...this.#open.values()].some(({ running }) => running);
  }

  create(): Conversation {
    return this.#adopt(emptyTranscript(new Date(), workspaceName()));
  }

  fork(conversation: Conversation, turnId: string): Conversation {
    return this.#adopt(forkedAt(conversation.transcript, turnId, new Date()));
  }

  async open(id: string): Promise<Conversation> {
    const open = this.#open.get(id);
    if (open) return open;
    return this.#adopt(await this.#read(id));
  }

  /** Newest first; a file that cannot be read loses only itself. */
  async list(): Promise<Headline[]> {
    const found = new Map<string, Headline>();
    for (const name of await this.#names()) {
      try {
        const { id, title, updatedAt, workspace } = this.#open.get(name)?.transcript ?? (await this.#read(name));
        found.set(id, { id, title, updatedAt, ...(workspace ? { workspace } : {}) });
      } catch (error) {
        this.#parts.log.warn(`Conversation ${name} could not be read`, error);
      }
    }
    return [...found.values()].filter(({ title }) => title !== "").sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  }

  async remove(id: string): Promise<void> {
    this.#open.get(id)?.dispose();
    this.#open.delete(id);
    if ((await this.#kept()).includes(id)) await vscode.workspace.fs.delete(this.#file(id));
  }

  stopAll(): void {
    for (const conversation of this.#open.values()) conversation.stop();
  }

  dispose(): void {
    for (const conversation of this.#open.values()) conversation.dispose();
    this.#settled.dispose();
    this.#running.dispose();
  }

  async #read(id: string): Promise<Transcript> {
    const bytes = await vscode.workspace.fs.readFile(this.#file(id));
    return Transcript.parse(JSON.parse(new TextDecoder().decode(bytes)));
  }

  #adopt(transcript: Transcript): Conversation {
    const conversation = new Conversation(transcript, this.#parts);
    this.#open.set(transcript.id, conversation);
    conversation.onMessage(({ type }) => type === "running" && this.#running.fire());
    conversation.onSettled(() => {
      this.#settled.fire(conversation);
      void this.#keep(transcript);
    });
    return conversation;
  }

  async #keep(transcript: Transcript): Promise<void> {
    if (trustedValue("conversations.keep") === false) return;
    try {
      // Written aside and put in place in one step: an editor killed meanwhile leaves the old conversation whole.
      const aside = vscode.Uri.joinPath(this.#parts.folder, `${transcript.id}.part`);
      await vscode.workspace.fs.writeFile(aside, new TextEncoder().encode(JSON.stringify(transcript)));
      await vscode.workspace.fs.rename(aside, this.#file(transcript.id), { overwrite: true });
    } catch (error) {
      this.#parts.log.warn("The conversation could not be kept", error);
    }
  }

  async #names(): Promise<string[]> {
    const kept = await this.#kept();
    return [...new Set([...this.#open.keys(), ...kept])];
  }

  async #kept(): Promise<string[]> {
    try {
      const files = await vscode.workspace.fs.readDirectory(this.#parts.folder);
      return files.filter(([name]) => name.endsWith(".json")).map(([name]) => name.slice(0, -".json".length));
    } catch {
      // No folder yet: nothing was kept.
      return [];
    }
  }

  #file(id: string): vscode.Uri {
    return vscode.Uri.joinPath(this.#parts.folder, `${id}.json`);
  }
}
