// All conversations of this window: the open ones in memory, the earlier ones as the sidecar keeps them.
import * as vscode from "vscode";
import type { Chats } from "./chats.ts";
import type { Choice } from "./choice.ts";
import { Conversation } from "./conversation.ts";
import type { KeptConversations } from "./kept-conversations.ts";
import type { Log } from "./log.ts";
import { workspaceName } from "./sidecar.ts";
import { emptyTranscript, forkedAt, type Transcript } from "./transcript.ts";

export interface ConversationParts {
  readonly chats: Chats;
  readonly choice: Choice;
  readonly kept: KeptConversations;
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
    return this.#adopt(await this.#parts.kept.read(id));
  }

  /** Newest first, those that are open as they are now. */
  async list(): Promise<Headline[]> {
    const open = [...this.#open.values()].map(({ transcript: { id, title, updatedAt, workspace } }) => ({
      id,
      title,
      updatedAt,
      workspace,
    }));
    const found = new Map<string, Headline>((await this.#parts.kept.list()).map((head) => [head.id, head]));
    for (const headline of open) found.set(headline.id, headline);
    return [...found.values()].filter(({ title }) => title !== "").sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  }

  async remove(id: string): Promise<void> {
    this.#open.get(id)?.dispose();
    this.#open.delete(id);
    await this.#parts.kept.remove(id);
  }

  stopAll(): void {
    for (const conversation of this.#open.values()) conversation.stop();
  }

  dispose(): void {
    for (const conversation of this.#open.values()) conversation.dispose();
    this.#settled.dispose();
    this.#running.dispose();
  }

  #adopt(transcript: Transcript): Conversation {
    const conversation = new Conversation(transcript, this.#parts);
    this.#open.set(transcript.id, conversation);
    conversation.onMessage(({ type }) => type === "running" && this.#running.fire());
    conversation.onSettled(() => {
      this.#settled.fire(conversation);
      void this.#keep(conversation);
    });
    return conversation;
  }

  /** A talk that went on elsewhere meanwhile is kept under another name: this window's goes on as that one. */
  async #keep(conversation: Conversation): Promise<void> {
    const { transcript } = conversation;
    const { id } = transcript;
    try {
      await this.#parts.kept.save(transcript);
    } catch (error) {
      this.#parts.log.warn("The conversation could not be kept", error);
    }
    if (transcript.id === id) return;
    this.#open.delete(id);
    this.#open.set(transcript.id, conversation);
  }
}
