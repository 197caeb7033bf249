// One streamed answer: sends chat/send and routes its events by chatId; keeps no transcript.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { ChatEvent, ChatResult } from "../shared/chat.ts";
import type { ChatRequest } from "../shared/protocol.ts";
import type { Sidecar } from "./sidecar.ts";
import { workspaceName } from "./sidecar.ts";

export type ChatDraftRequest = Omit<ChatRequest, "chatId" | "workspace">;

export class Chats implements vscode.Disposable {
  readonly #sidecar: Sidecar;
  readonly #listening: vscode.Disposable;
  readonly #handlers = new Map<string, (event: ChatEvent) => void>();
  readonly #finished = new vscode.EventEmitter<ChatResult>();
  readonly onFinished = this.#finished.event;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
    this.#listening = sidecar.on("chat/event", (event) => this.#handlers.get(event.chatId)?.(event));
  }

  async send(draft: ChatDraftRequest, onEvent: (event: ChatEvent) => void, token?: vscode.CancellationToken): Promise<ChatResult> {
    const chatId = randomUUID();
    this.#handlers.set(chatId, onEvent);
    try {
      const result = await this.#sidecar.call("chat/send", { ...draft, chatId, workspace: workspaceName() }, token);
      this.#finished.fire(result);
      return result;
    } finally {
      this.#handlers.delete(chatId);
    }
  }

  dispose(): void {
    this.#listening.dispose();
    this.#finished.dispose();
  }
}
