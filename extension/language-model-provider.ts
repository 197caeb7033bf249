// Latchkey's models for VS Code's own chat and every other extension: "auto" routes, the rest are pinned; budgets hold as everywhere.
import * as vscode from "vscode";
import type { ChatEvent } from "../shared/chat.ts";
import { totalInputTokens } from "../shared/money.ts";
import type { ChatDraftRequest, Chats } from "./chats.ts";
import type { Choice } from "./choice.ts";
import { describe, type ListedModel, type Models, priceOf } from "./models.ts";
import { messagesFrom, ToolCalls, toolsFrom } from "./native-messages.ts";
import { failureView, isCancelled } from "./repairs.ts";
import type { Sidecar } from "./sidecar.ts";

export const VENDOR = "latchkey";

export interface ProviderParts {
  readonly sidecar: Sidecar;
  readonly chats: Chats;
  readonly choice: Choice;
  readonly models: Models;
  /** Remembers the last list, so that the models are there before anything was started. */
  readonly memory: vscode.Memento;
}

type Information = vscode.LanguageModelChatInformation;

const REMEMBERED = "latchkey.languageModels";
/** What "auto" promises until the list is known; the router chooses among models with at least this. */
const AUTO_WINDOW_TOKENS = 128_000;
const AUTO_OUTPUT_TOKENS = 16_000;

export class LanguageModels implements vscode.LanguageModelChatProvider, vscode.Disposable {
  readonly #parts: ProviderParts;
  readonly #calls = new ToolCalls();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #watching: vscode.Disposable;
  readonly onDidChangeLanguageModelChatInformation = this.#changed.event;

  constructor(parts: ProviderParts) {
    this.#parts = parts;
    this.#watching = parts.models.onChange(() => void this.#remember());
  }

  /**
   * VS Code asks for models when somebody needs them; a fresh profile's first message comes before that and would find
   * none. Told of a change, it asks now, silently.
   */
  announce(): void {
    this.#changed.fire();
  }

  /** Answers at once with what was last known; asking silently never starts the sidecar nor shows anything. */
  async provideLanguageModelChatInformation({ silent }: { silent: boolean }): Promise<Information[]> {
    const { models, memory } = this.#parts;
    if (!silent && models.models.length === 0) await models.load();
    return memory.get<Information[]>(REMEMBERED) ?? [autoModel(models.models)];
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
    this.#changed.dispose();
  }

  #report(event: ChatEvent, progress: vscode.Progress<vscode.LanguageModelResponsePart>): void {
    if (event.type === "text-delta") progress.report(new vscode.LanguageModelTextPart(event.text));
    if (event.type !== "tool-call") return;
    this.#calls.remember(event.call);
    progress.report(new vscode.LanguageModelToolCallPart(event.call.id, event.call.name, event.call.arguments));
  }

  async #remember(): Promise<void> {
    const { models, memory } = this.#parts;
    const usable = models.models.filter(({ available, provider }) => available && provider !== "demo");
    const list = [autoModel(models.models), ...usable.map(information)];
    if (JSON.stringify(list) === JSON.stringify(memory.get(REMEMBERED))) return;
    await memory.update(REMEMBERED, list);
    this.#changed.fire();
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

/** As large as the largest model it may choose; the router excludes what does not fit the prompt at hand. */
function autoModel(models: readonly ListedModel[]): Information {
  const usable = models.filter(({ available }) => available);
  const windowTokens = Math.max(AUTO_WINDOW_TOKENS, ...usable.map((model) => model.contextWindowTokens));
  return {
    id: "auto",
    name: vscode.l10n.t("Latchkey Auto"),
    family: "auto",
    version: "1",
    detail: vscode.l10n.t("routed within your budget"),
    tooltip: vscode.l10n.t("The router chooses for each prompt and says why"),
    maxInputTokens: windowTokens - AUTO_OUTPUT_TOKENS,
    maxOutputTokens: AUTO_OUTPUT_TOKENS,
    capabilities: { imageInput: true, toolCalling: true },
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
