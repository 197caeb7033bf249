// One chat surface (side bar view or editor tab): binds a webview to a conversation and turns its messages into calls; holds no transcript.
import * as vscode from "vscode";
import { FromPanel, type ImageCorrection, type PanelState, type Repair, type ToPanel } from "../shared/panel.ts";
import { attachImage, attachUri } from "./attachment.ts";
import type { CodeBlocks } from "./code-blocks.ts";
import type { CommandName } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import { followLink } from "./links.ts";
import type { Models } from "./models.ts";
import type { Quotes } from "./quotes.ts";
import { pageHtml, webviewOptions } from "./webview-page.ts";

export interface PanelParts {
  readonly extensionUri: vscode.Uri;
  readonly models: Models;
  readonly quotes: Quotes;
  readonly codeBlocks: CodeBlocks;
  readonly intents: PanelIntents;
}

/** What a reader may ask of a panel beyond its own conversation; what each does is decided elsewhere. */
export interface PanelIntents {
  command(name: CommandName): Promise<void>;
  attach(conversation: Conversation, what: "file" | "selection" | "image"): Promise<void>;
  retryWithOtherModel(conversation: Conversation, answerId: string): Promise<void>;
  repair(conversation: Conversation, answerId: string, repair: Repair["id"]): Promise<void>;
  correctImage(conversation: Conversation, answerId: string, correction: ImageCorrection): Promise<void>;
  fork(conversation: Conversation, turnId: string): void;
}

export class ChatPanel implements vscode.Disposable {
  readonly #webview: vscode.Webview;
  readonly #parts: PanelParts;
  readonly #disposables: vscode.Disposable[] = [];
  #bound: vscode.Disposable | undefined;
  #conversation: Conversation;
  #ready = false;
  #waiting: ToPanel[] = [];

  /** `isKept`: the page stays loaded while it is hidden, so what it begins with is never shown a second time. */
  constructor(webview: vscode.Webview, conversation: Conversation, parts: PanelParts, isKept: boolean) {
    this.#webview = webview;
    this.#parts = parts;
    this.#conversation = conversation;
    webview.options = webviewOptions(parts.extensionUri);
    this.#disposables.push(
      webview.onDidReceiveMessage((given: unknown) => void this.#receive(given)),
      parts.models.onChange(() => this.#postChoice()),
    );
    this.show(conversation);
    const state = isKept && conversation.transcript.entries.length === 0 ? this.#state() : undefined;
    webview.html = pageHtml({ webview, extensionUri: parts.extensionUri, bundle: "chat", title: "Latchkey", state });
  }

  get conversation(): Conversation {
    return this.#conversation;
  }

  show(conversation: Conversation): void {
    this.#bound?.dispose();
    this.#conversation = conversation;
    this.#bound = conversation.onMessage((message) => this.#post(message));
    if (this.#ready) this.#post({ type: "state", state: this.#state() });
  }

  focus(target: "prompt" | "answer"): void {
    this.#post({ type: "focus", target });
  }

  dispose(): void {
    this.#bound?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #state(): PanelState {
    const { transcript, running, attached, draft } = this.#conversation;
    return {
      conversationId: transcript.id,
      title: transcript.title,
      turns: transcript.entries.flatMap(({ turn }) => turn ?? []),
      running,
      attachments: attached.map(({ view }) => view),
      ...this.#choice(),
      draft,
    };
  }

  #choice() {
    const { models } = this.#parts;
    return { model: models.chosen(), policy: models.policy, needsKey: models.needsKey };
  }

  #postChoice(): void {
    this.#post({ type: "choice", ...this.#choice() });
  }

  #post(message: ToPanel): void {
    // Before the page has loaded only a wish for focus is worth keeping: the rest is in the state it will ask for.
    if (this.#ready) void this.#webview.postMessage(message);
    else if (message.type === "focus") this.#waiting = [message];
  }

  async #receive(given: unknown): Promise<void> {
    const parsed = FromPanel.safeParse(given);
    if (!parsed.success) return;
    try {
      await this.#obey(parsed.data);
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  }

  async #obey(message: FromPanel): Promise<void> {
    const conversation = this.#conversation;
    const { intents, codeBlocks, models, quotes } = this.#parts;
    switch (message.type) {
      case "ready":
        return this.#start();
      case "send":
        return void (await conversation.ask({ text: message.text }));
      case "stop":
        return conversation.stop();
      case "draft":
        conversation.draft = message.text;
        return quotes.ask(conversation, message.text, (quote) => this.#post({ type: "quote", seq: message.seq, quote }));
      case "pickModel":
        return intents.command("chooseModel");
      case "policy":
        return models.setPolicy(message.policy);
      case "attach":
        return intents.attach(conversation, message.what);
      case "attachImage":
        return conversation.attach(attachImage(message.name, Buffer.from(message.data, "base64")));
      case "attachUris":
        for (const uri of message.uris) conversation.attach(await attachUri(vscode.Uri.parse(uri, true)));
        return;
      case "detach":
        return conversation.detach(message.id);
      case "retry":
        return message.otherModel ? intents.retryWithOtherModel(conversation, message.id) : void (await conversation.retry(message.id));
      case "edit":
        return void (await conversation.edit(message.id, message.text));
      case "fork":
        return intents.fork(conversation, message.id);
      case "code":
        return codeBlocks.act(message);
      case "repair":
        return intents.repair(conversation, message.id, message.repair);
      case "correctImage":
        return intents.correctImage(conversation, message.id, message.correction);
      case "link":
        return followLink(message.url);
      case "command":
        return intents.command(message.command);
    }
  }

  #start(): void {
    this.#ready = true;
    // An open chat is about to be used: its sidecar starts now, and the reader learns whether a key is missing.
    this.#parts.models.load().catch(() => undefined);
    this.#post({ type: "state", state: this.#state() });
    for (const message of this.#waiting.splice(0)) this.#post(message);
  }
}
