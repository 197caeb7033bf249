// One streamed answer: sends chat/send and routes its events by chatId; keeps no transcript.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { ChatEvent, ChatResult } from "../shared/chat.ts";
import type { ChatRequest } from "../shared/protocol.ts";
import { demoAnswer } from "./demo-answer.ts";
import { demoLanguage } from "./failure-sentences.ts";
import type { Sidecar } from "./sidecar.ts";
import type { SoftLimits } from "./soft-limits.ts";
import { workspaceName } from "./sidecar.ts";

interface ChatsParts {
  readonly sidecar: Sidecar;
  readonly softLimits: SoftLimits;
}

export type ChatDraftRequest = Omit<ChatRequest, "chatId" | "workspace">;

export class Chats implements vscode.Disposable {
  readonly #parts: ChatsParts;
  readonly #listening: vscode.Disposable;
  readonly #handlers = new Map<string, (event: ChatEvent) => void>();
  readonly #finished = new vscode.EventEmitter<ChatResult>();
  readonly onFinished = this.#finished.event;

  constructor(parts: ChatsParts) {
    this.#parts = parts;
    this.#listening = parts.sidecar.on("chat/event", (event) => this.#handlers.get(event.chatId)?.(event));
  }

  async send(draft: ChatDraftRequest, onEvent: (event: ChatEvent) => void, token?: vscode.CancellationToken): Promise<ChatResult> {
    const chatId = randomUUID();
    const demo = demoAnswer(onEvent, demoLanguage());
    this.#handlers.set(chatId, demo.hear);
    try {
      const { sidecar, softLimits } = this.#parts;
      const request = { ...draft, chatId, workspace: workspaceName() };
      const sent = await softLimits.send((overSoftLimit) => sidecar.call("chat/send", { ...request, overSoftLimit }, token));
      const result = demo.settle(sent);
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
