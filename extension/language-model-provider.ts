// Latchkey's models for VS Code's own chat and every other extension: "auto" routes, the rest are pinned; budgets hold as everywhere.
import * as vscode from "vscode";
import type { ChatEvent } from "../shared/chat.ts";
import { totalInputTokens } from "../shared/money.ts";
import type { ChatDraftRequest, Chats } from "./chats.ts";
import type { Choice } from "./choice.ts";
import { autoModel, type Information, rememberModels } from "./known-models.ts";
import { describe, type ListedModel, type Models, priceOf } from "./models.ts";
import { messagesFrom, ToolCalls, toolsFrom } from "./native-messages.ts";
import { failureView, isCancelled } from "./repairs.ts";
import type { Sidecar } from "./sidecar.ts";

export interface ProviderParts {
  readonly sidecar: Sidecar;
  readonly chats: Chats;
  readonly choice: Choice;
  readonly models: Models;
  readonly memory: vscode.Memento;
  /** Tells VS Code that the list is another one. */
  readonly changed: () => void;
}

export class LanguageModels implements vscode.Disposable {
  readonly #parts: ProviderParts;
  readonly #calls = new ToolCalls();
  readonly #watching: vscode.Disposable;

  constructor(parts: ProviderParts) {
    this.#parts = parts;
    this.#watching = parts.models.onChange(() => void this.#remember());
  }

  /** Asked for by a person: then, and only then, the sidecar may be started for it. */
  async load(): Promise<void> {
    const { models } = this.#parts;
    if (models.models.length === 0) await models.load();
  }

  async provideLanguageModelChatResponse(
    model: Information,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const tools = toolsFrom(options.tools);
    const required = options.toolMode === vscode.LanguageModelChatToolMode.Required;
    const draft: ChatDraftRequest = {
      messages: messagesFrom(messages, this.#calls),
      model: model.id,
      policy: this.#parts.choice.policy,
      ...(tools.length > 0 ? { tools, toolChoice: required ? "required" : "auto", taskType: "agentic" } : {}),
      ...sampling(options.modelOptions),
    };
    const result = await this.#parts.chats
      .send(draft, (event) => this.#report(event, progress), token)
      .catch((error: unknown) => {
        throw inWords(error);
      });
    reportUsage(progress, totalInputTokens(result.usage), result.usage.outputTokens);
    if (result.stopReason === "broken" || result.stopReason === "budget") {
      throw new Error(result.failure?.message ?? result.notice ?? vscode.l10n.t("The answer broke off."));
    }
  }

  /** The sidecar's own count for the very model; a ratio as long as nothing runs, since counting must not start anything. */
  async provideTokenCount(
    model: Information,
    text: string | vscode.LanguageModelChatRequestMessage,
    token: vscode.CancellationToken,
  ): Promise<number> {
    const messages =
      typeof text === "string" ? [{ role: "user" as const, parts: [{ type: "text" as const, text }] }] : messagesFrom([text], this.#calls);
    const words = messages
      .flatMap(({ parts }) => parts)
      .map((part) => ("text" in part ? part.text : JSON.stringify(part)))
      .join("\n");
    const { sidecar } = this.#parts;
    if (sidecar.state !== "running" || words === "") return roughCount(words);
    try {
      const { inputTokens } = await sidecar.call("chat/estimate", { messages, model: model.id }, token);
      return inputTokens || roughCount(words);
    } catch {
      // A count that cannot be had must not stop a chat.
      return roughCount(words);
    }
  }

  dispose(): void {
    this.#watching.dispose();
  }

  #report(event: ChatEvent, progress: vscode.Progress<vscode.LanguageModelResponsePart>): void {
    if (event.type === "text-delta") progress.report(new vscode.LanguageModelTextPart(event.text));
    if (event.type !== "tool-call") return;
    this.#calls.remember(event.call);
    progress.report(new vscode.LanguageModelToolCallPart(event.call.id, event.call.name, event.call.arguments));
  }

  async #remember(): Promise<void> {
    const { models, memory, changed } = this.#parts;
    const usable = models.models.filter(({ available, provider }) => available && provider !== "demo");
    const list = [autoModel(models.models), ...usable.map(information)];
    if (await rememberModels(memory, list)) changed();
  }
}

/** The editor shows a thrown error's message as it is. */
function inWords(error: unknown): Error {
  return isCancelled(error) ? new vscode.CancellationError() : new Error(failureView(error).message, { cause: error });
}

function information(model: ListedModel): Information {
  const maxOutputTokens = Math.min(model.maxOutputTokens, Math.floor(model.contextWindowTokens / 2));
  return {
    id: model.id,
    name: model.name,
    family: model.model,
    version: model.date,
    detail: priceOf(model),
    tooltip: describe(model),
    maxInputTokens: model.contextWindowTokens - maxOutputTokens,
    maxOutputTokens,
    capabilities: { imageInput: model.capabilities.includes("vision"), toolCalling: model.capabilities.includes("tools") },
  };
}

function sampling(options: { readonly [name: string]: unknown } | undefined): Partial<ChatDraftRequest> {
  const temperature = options?.temperature;
  const most = options?.max_tokens ?? options?.maxTokens;
  return {
    ...(typeof temperature === "number" ? { temperature } : {}),
    ...(typeof most === "number" && most > 0 ? { maxOutputTokens: Math.floor(most) } : {}),
  };
}

/** Fills the chat view's context meter where the editor has data parts; the name and form are not documented. */
function reportUsage(progress: vscode.Progress<vscode.LanguageModelResponsePart>, promptTokens: number, completionTokens: number): void {
  const Part: unknown = Reflect.get(vscode, "LanguageModelDataPart");
  if (typeof Part !== "function") return;
  const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: promptTokens + completionTokens };
  // Constructed as the documented class of newer versions is: bytes and their type.
  progress.report(Reflect.construct(Part, [new TextEncoder().encode(JSON.stringify(usage)), "usage"]) as vscode.LanguageModelTextPart);
}

/** Four letters a token in Latin scripts, about one sign a token elsewhere: high rather than low. */
function roughCount(text: string): number {
  const latin = text.replace(/[^\u0000-\u024f]/g, "").length;
  return Math.ceil(latin / 3.5 + (text.length - latin));
}
